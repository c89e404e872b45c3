//! What the contract leaves to the client: odd answers, odd requests, and what errors keep quiet.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread;

use mintage_domain::ports::{AnswerBody, Http, HttpError, HttpRequest};
use mintage_testkit::loopback::http::{Answer, LoopbackServer, Reply};

use super::{client, config, get};
use crate::{HttpClient, InvalidUserAgent, Reach};

fn send(request: &HttpRequest) -> Result<(u16, Vec<u8>), HttpError> {
    let answer = client(Reach::Anywhere).send(request)?;
    Ok((answer.status, answer.body))
}

/// The address of a server that answers one request with these very bytes and hangs up.
fn saying(answer: &str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("an address");
    let answer = answer.to_owned();
    thread::spawn(move || {
        let (mut stream, _) = listener.accept()?;
        // Unread bytes would turn the hanging up into a reset.
        let mut request = [0; 4096];
        while stream.read(&mut request)? == request.len() {}
        stream.write_all(answer.as_bytes())
    });
    address.to_string()
}

#[test]
fn every_request_says_who_asks_and_carries_no_cookie() {
    let answer = Answer::new(200, "").header("Set-Cookie", "a=b");
    let server = LoopbackServer::start(Reply::Answer(answer));
    let client = client(Reach::Anywhere);
    for _ in 0..2 {
        client.send(&get(server.url("/"))).expect("an answer");
    }
    for seen in server.received() {
        assert_eq!(seen.header("user-agent"), ["mintage-test/1"]);
        assert_eq!(seen.header("cookie"), [""; 0]);
    }
}

#[test]
fn a_chunked_answer_may_be_as_large_as_allowed_and_no_larger() {
    for max_answer in [0, 1, 1024] {
        for (length, fits) in [(max_answer, true), (max_answer + 1, false)] {
            let body = "x".repeat(length);
            let chunk = match length {
                0 => String::new(),
                _ => format!("{length:x}\r\n{body}\r\n"),
            };
            let to = saying(&format!(
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{chunk}0\r\n\r\n"
            ));
            let request = HttpRequest {
                answer: AnswerBody::Whole(max_answer),
                ..get(format!("http://{to}/"))
            };
            let expected = if fits {
                Ok((200, body.into_bytes()))
            } else {
                Err(HttpError::TooLarge)
            };
            assert_eq!(send(&request), expected, "{length} of {max_answer}");
        }
    }
}

#[test]
fn an_answer_longer_than_its_length_breaks_no_later_request() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("an address");
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream?;
            thread::spawn(move || {
                let mut request = [0; 4096];
                while stream.read(&mut request)? > 0 {
                    stream.write_all(
                        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok and a lot more",
                    )?;
                }
                Ok::<_, std::io::Error>(())
            });
        }
        Ok::<_, std::io::Error>(())
    });
    let client = client(Reach::Anywhere);
    for nth in 0..5 {
        let request = HttpRequest {
            answer: AnswerBody::Start(100),
            ..get(format!("http://{address}/"))
        };
        let answer = client.send(&request).map(|answer| answer.status);
        assert_eq!(answer, Ok(200), "{nth}");
    }
}

#[test]
fn headers_without_end_are_too_large() {
    let to = saying(&format!("HTTP/1.1 200 OK\r\nX: {}", "x".repeat(100_000)));
    assert_eq!(
        send(&get(format!("http://{to}/"))),
        Err(HttpError::TooLarge)
    );
}

#[test]
fn a_header_beyond_ascii_is_returned_as_text() {
    let to = saying("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX-Odd: \u{e9}\r\n\r\n");
    let answer = client(Reach::Anywhere).send(&get(format!("http://{to}/")));
    assert_eq!(answer.expect("an answer").header("x-odd"), Some("\u{e9}"));
}

#[test]
fn a_server_that_speaks_no_tls_is_unreachable_by_https() {
    let to = saying("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
    let error = send(&get(format!("https://{to}/"))).expect_err("no TLS");
    assert!(matches!(error, HttpError::Unreachable(_)), "{error}");
}

#[test]
fn an_answer_that_makes_no_sense_is_broken_and_not_quoted() {
    for answer in [
        "hidden words that are no HTTP\r\n\r\n",
        "HTTP/1.1 200 OK\r\nhidden: y",
        "HTTP/1.1 200 OK\r\nhidden words\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n7\r\nhidden",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nhidden\r\n",
    ] {
        let to = saying(answer);
        let error = send(&get(format!("http://{to}/"))).expect_err("no whole answer");
        assert!(matches!(error, HttpError::Broken(_)), "{answer:?}: {error}");
        assert!(!error.to_string().contains("hidden"), "{error}");
    }
}

#[test]
fn urls_with_another_scheme_with_credentials_or_with_an_impossible_port_are_refused() {
    for url in [
        "socks5://127.0.0.1/",
        "file:///etc/passwd",
        "http://user:word@127.0.0.1/",
        "https://user@127.0.0.1/",
        "http://127.0.0.1:99999/",
        "http://127.0.0.1:/",
        "http://127.0.0.1/\n",
    ] {
        assert_eq!(send(&get(url)), Err(HttpError::BadUrl), "{url:?}");
    }
}

#[test]
fn a_header_that_would_split_the_request_is_not_sent() {
    let server = LoopbackServer::start(Reply::Answer(Answer::new(200, "")));
    let request = HttpRequest {
        headers: vec![("X-Name", "hidden\r\nX-Other: hidden".to_owned())],
        ..get(server.url("/"))
    };
    let error = send(&request).expect_err("no header");
    assert!(matches!(error, HttpError::Unreachable(_)), "{error}");
    assert!(!format!("{error} {error:?}").contains("hidden"), "{error}");
    assert_eq!(server.received(), []);
}

#[test]
fn a_user_agent_that_is_no_header_is_refused_at_once() {
    let mut config = config(Reach::Anywhere);
    config.user_agent = "two\r\nlines".to_owned();
    assert_eq!(HttpClient::new(config).err(), Some(InvalidUserAgent));
}
