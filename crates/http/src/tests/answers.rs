//! What is sent, what is returned, and what each failure is called.

use std::io::Write;
use std::net::TcpListener;
use std::thread;
use std::time::{Duration, Instant};

use mintage_domain::ports::{Http, HttpError, HttpRequest, Method};
use mintage_domain::secret::Secret;

use super::server::Server;
use super::{client, config, get};
use crate::{HttpClient, InvalidUserAgent, Reach};

fn send(request: &HttpRequest) -> Result<(u16, Vec<u8>), HttpError> {
    let answer = client(Reach::Anywhere).send(request)?;
    Ok((answer.status, answer.body))
}

fn saying(status: u16, body: &str) -> String {
    let length = body.len();
    format!("HTTP/1.1 {status} Word\r\nContent-Length: {length}\r\n\r\n{body}")
}

#[test]
fn a_request_arrives_as_it_was_given() {
    let server = Server::saying(saying(200, ""));
    let request = HttpRequest {
        method: Method::Post,
        headers: vec![
            ("Content-Type", "text/plain".to_owned()),
            ("X-Two", "a".to_owned()),
            ("X-Two", "b".to_owned()),
        ],
        authorization: Some(Secret::new("Bearer sk_test_1")),
        body: b"one\0two".to_vec(),
        ..get(server.url("/path?q=%7B1%7D"))
    };
    send(&request).expect("an answer");
    let heard = server.heard().concat();
    for part in [
        "POST /path?q=%7B1%7D HTTP/1.1\r\n",
        "\r\ncontent-type: text/plain\r\n",
        "\r\nx-two: a\r\n",
        "\r\nx-two: b\r\n",
        "\r\nauthorization: Bearer sk_test_1\r\n",
        "\r\nuser-agent: mintage-test/1\r\n",
        "\r\n\r\none\0two",
    ] {
        assert!(heard.contains(part), "{part:?} in {heard:?}");
    }
    assert!(!heard.contains("cookie"), "{heard:?}");
}

#[test]
fn every_method_is_sent_with_or_without_a_body() {
    for (method, word) in [
        (Method::Get, "GET"),
        (Method::Post, "POST"),
        (Method::Delete, "DELETE"),
    ] {
        for body in ["", "{}"] {
            let server = Server::saying(saying(204, ""));
            let request = HttpRequest {
                method,
                body: body.into(),
                ..get(server.url("/"))
            };
            assert_eq!(send(&request), Ok((204, Vec::new())), "{word} {body:?}");
            let heard = server.heard().concat();
            assert!(heard.starts_with(&format!("{word} / ")), "{heard:?}");
            assert!(heard.ends_with(&format!("\r\n\r\n{body}")), "{heard:?}");
        }
    }
}

#[test]
fn any_status_is_an_answer() {
    for status in [
        200, 204, 301, 302, 304, 307, 400, 401, 403, 404, 409, 410, 418, 429, 500, 503,
    ] {
        let server = Server::saying(format!(
            "HTTP/1.1 {status} Word\r\nContent-Length: 0\r\nRetry-After: 7\r\nX-Odd: \u{e9}\r\n\r\n"
        ));
        let answer = client(Reach::Anywhere)
            .send(&get(server.url("/")))
            .expect("an answer");
        assert_eq!(answer.status, status);
        assert_eq!(answer.header("retry-after"), Some("7"));
        assert_eq!(answer.header("x-odd"), Some("\u{e9}"));
    }
}

#[test]
fn an_answer_may_be_as_large_as_allowed_and_no_larger() {
    let chunked = |body: &str| {
        let length = body.len();
        format!(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{length:x}\r\n{body}\r\n0\r\n\r\n"
        )
    };
    let until_closed = |body: &str| format!("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{body}");
    for max_answer in [0, 1, 1024] {
        let fits = "x".repeat(max_answer);
        let exceeds = "x".repeat(max_answer + 1);
        let framings: [&dyn Fn(&str) -> String; 3] =
            [&|body| saying(200, body), &chunked, &until_closed];
        for framed in framings {
            for (body, expected) in [
                (&fits, Ok((200, fits.clone().into_bytes()))),
                (&exceeds, Err(HttpError::TooLarge)),
            ] {
                let server = Server::saying(framed(body));
                let request = HttpRequest {
                    max_answer,
                    ..get(server.url("/"))
                };
                assert_eq!(send(&request), expected, "{max_answer}: {}", framed(""));
            }
        }
    }
}

#[test]
fn headers_without_end_are_too_large() {
    let server = Server::saying(format!("HTTP/1.1 200 OK\r\nX: {}", "x".repeat(100_000)));
    assert_eq!(send(&get(server.url("/"))), Err(HttpError::TooLarge));
}

#[test]
fn a_server_that_drips_is_left_at_the_deadline() {
    let forever_in_the_head = "HTTP/1.1 200 OK\r\nX: ";
    let forever_in_the_body = "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n";
    let never = "";
    for opening in [forever_in_the_head, forever_in_the_body, never] {
        let server = Server::start(move |stream| {
            let mut sound = stream.write_all(opening.as_bytes()).is_ok();
            while sound {
                thread::sleep(Duration::from_millis(20));
                sound = opening.is_empty() || stream.write_all(b"x").is_ok();
            }
        });
        let request = HttpRequest {
            deadline: Duration::from_millis(200),
            ..get(server.url("/"))
        };
        let start = Instant::now();
        assert_eq!(send(&request), Err(HttpError::Timeout), "{opening:?}");
        let took = start.elapsed();
        assert!(took >= request.deadline, "{took:?}");
        assert!(took < request.deadline * 10, "{took:?}");
    }
}

#[test]
fn a_port_that_nobody_listens_on_is_unreachable() {
    let closed = TcpListener::bind("127.0.0.1:0")
        .and_then(|listener| listener.local_addr())
        .expect("a port that was free just now");
    let error = send(&get(format!("http://{closed}/"))).expect_err("nobody listens");
    assert!(matches!(error, HttpError::Unreachable(_)), "{error}");
}

#[test]
fn a_server_that_speaks_no_tls_is_unreachable_by_https() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("an address");
    let plain = thread::spawn(move || {
        let (mut stream, _) = listener.accept()?;
        stream.write_all(saying(400, "this is not TLS").as_bytes())
    });
    let error = send(&get(format!("https://{address}/"))).expect_err("no TLS");
    assert!(matches!(error, HttpError::Unreachable(_)), "{error}");
    plain.join().expect("no panic").expect("a connection");
}

#[test]
fn a_connection_that_ends_early_is_broken() {
    for answer in [
        "",
        "HTTP/1.1 200 OK\r\nX: y",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfour",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfour",
        "secret words that are no HTTP\r\n\r\n",
    ] {
        let server = Server::saying(answer);
        let error = send(&get(server.url("/"))).expect_err("no whole answer");
        assert!(matches!(error, HttpError::Broken(_)), "{answer:?}: {error}");
        assert!(!error.to_string().contains("secret"), "{error}");
    }
}

#[test]
fn only_plain_web_urls_are_sent_to() {
    for url in [
        "",
        "/path",
        "example.com",
        "ftp://127.0.0.1/",
        "socks5://127.0.0.1/",
        "file:///etc/passwd",
        "http://",
        "http:///path",
        "http://user:word@127.0.0.1/",
        "https://user@127.0.0.1/",
        "http://127.0.0.1:99999/",
        "http://127.0.0.1/a b",
        "http://127.0.0.1/\n",
    ] {
        assert_eq!(send(&get(url)), Err(HttpError::BadUrl), "{url:?}");
    }
}

#[test]
fn a_header_that_would_split_the_request_is_not_sent() {
    let server = Server::saying(saying(200, ""));
    let split = "hidden\r\nX-Other: hidden";
    for request in [
        HttpRequest {
            headers: vec![("X-Name", split.to_owned())],
            ..get(server.url("/"))
        },
        HttpRequest {
            authorization: Some(Secret::new(split)),
            ..get(server.url("/"))
        },
    ] {
        let error = send(&request).expect_err("no header");
        assert!(matches!(error, HttpError::Unreachable(_)), "{error}");
        assert!(!format!("{error} {error:?}").contains("hidden"), "{error}");
    }
    assert_eq!(server.heard(), [""; 0]);
}

#[test]
fn a_user_agent_that_is_no_header_is_refused_at_once() {
    let mut config = config(Reach::Anywhere);
    config.user_agent = "two\r\nlines".to_owned();
    assert_eq!(HttpClient::new(config).err(), Some(InvalidUserAgent));
}
