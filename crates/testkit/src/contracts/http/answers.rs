//! Responses that a client returns.

use std::time::{Duration, Instant};

use mintage_domain::ports::{AnswerBody, Http, HttpError, HttpRequest, Method};

use crate::contracts::http::requesting::{get, serving};
use crate::loopback::http::{Answer, Reply};

/// A client returns any status as a response, with its body.
pub fn returns_every_status(http: &dyn Http) {
    for status in [
        200, 201, 202, 204, 304, 400, 401, 402, 403, 404, 409, 410, 422, 429, 500, 502, 503, 599,
    ] {
        let body = if matches!(status, 204 | 304) {
            ""
        } else {
            "why"
        };
        let server = serving(Reply::Answer(
            Answer::new(status, body).header("Retry-After", "3"),
        ));
        let answer = http.send(&get(&server)).expect("a status is no error");
        assert_eq!(answer.status, status);
        assert_eq!(answer.body, body.as_bytes(), "{status}");
        assert_eq!(answer.header("retry-after"), Some("3"), "{status}");
        assert_eq!(server.received().len(), 1, "{status} is not tried again");
    }
}

/// A client returns a redirect and sends nothing to its target.
pub fn follows_no_redirect(http: &dyn Http) {
    let target = serving(Reply::Answer(Answer::new(200, "the target")));
    for status in [301, 302, 303, 307, 308] {
        for method in [Method::Get, Method::Post] {
            let location = target.url("/elsewhere");
            let server = serving(Reply::Answer(
                Answer::new(status, "moved").header("Location", &location),
            ));
            let request = HttpRequest {
                method,
                ..get(&server)
            };
            let answer = http.send(&request).expect("a redirect is an answer");
            assert_eq!(answer.status, status);
            assert_eq!(answer.header("location"), Some(&*location));
            assert_eq!(answer.body, b"moved");
        }
    }
    assert_eq!(target.received(), [], "nobody went there");
}

/// A client reads a response of exactly the allowed size and refuses one with one byte more,
/// whether the response has a length, has none, or never ends.
pub fn refuses_an_oversized_answer(http: &dyn Http) {
    let max_answer = 5_000;
    let of_size = |size: usize| Answer::new(200, vec![b'x'; size]);
    for (reply, fits) in [
        (Reply::Answer(of_size(max_answer)), true),
        (Reply::Unmeasured(of_size(max_answer)), true),
        (Reply::Answer(of_size(max_answer + 1)), false),
        (Reply::Unmeasured(of_size(max_answer + 1)), false),
        (Reply::Answer(of_size(3_000_000)), false),
        (Reply::Endless, false),
    ] {
        let server = serving(reply);
        let request = HttpRequest {
            answer: AnswerBody::Whole(max_answer),
            ..get(&server)
        };
        match http.send(&request) {
            Ok(answer) => assert!(fits && answer.body.len() == max_answer),
            Err(error) => assert!(!fits && error == HttpError::TooLarge, "{error}"),
        }
    }
}

/// Where the start of an answer is wanted, a client returns the status and as much of the body as came,
/// whatever follows.
pub fn the_start_of_an_answer_is_enough(http: &dyn Http) {
    let wanted = 5_000;
    for (reply, length) in [
        (Reply::Answer(Answer::new(200, "short")), Some(5)),
        (
            Reply::Answer(Answer::new(200, vec![b'x'; 3_000_000])),
            Some(wanted),
        ),
        (
            Reply::Unmeasured(Answer::new(200, vec![b'x'; 70_000])),
            Some(wanted),
        ),
        (Reply::Endless, Some(wanted)),
        (Reply::SlowBody, None),
        (Reply::Truncated, Some(4)),
    ] {
        let server = serving(reply.clone());
        for _ in 0..2 {
            let request = HttpRequest {
                method: Method::Post,
                body: b"{}".to_vec(),
                answer: AnswerBody::Start(wanted),
                ..get(&server)
            };
            let begun = Instant::now();
            let answer = http.send(&request).expect("a status");
            assert_eq!(answer.status, 200, "{reply:?}");
            if let Some(length) = length {
                assert_eq!(answer.body.len(), length, "{reply:?}");
            }
            let took = begun.elapsed();
            assert!(took < Duration::from_secs(10), "{reply:?} took {took:?}");
        }
    }
}

/// A client returns body and headers as the server sent them, with the names of headers in lower
/// case.
pub fn the_answer_comes_back_as_it_was_sent(http: &dyn Http) {
    let body: Vec<u8> = (0..=255).cycle().take(70_000).collect();
    let answer = Answer::new(200, body.clone())
        .header("Request-Id", "req_1")
        .header("X-Twice", "first")
        .header("x-twice", "second");
    let server = serving(Reply::Answer(answer));
    let answer = http.send(&get(&server)).expect("it is answered");
    assert!(answer.body == body, "{} bytes came back", answer.body.len());
    assert_eq!(answer.header("request-id"), Some("req_1"));
    assert_eq!(answer.header("x-twice"), Some("first"));
    let is_lower = |(name, _): &(String, String)| *name == name.to_ascii_lowercase();
    assert!(answer.headers.iter().all(is_lower), "{:?}", answer.headers);
}

/// A client reads a response without a length until the connection closes.
pub fn an_answer_without_a_length_ends_with_the_connection(http: &dyn Http) {
    let server = serving(Reply::Unmeasured(Answer::new(200, "to the end")));
    let answer = http.send(&get(&server)).expect("it is answered");
    assert_eq!(answer.body, b"to the end");
}
