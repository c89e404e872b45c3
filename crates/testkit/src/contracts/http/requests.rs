//! Requests that a client sends.

use std::thread;
use std::time::{Duration, Instant};

use mintage_domain::base::secret::Secret;
use mintage_domain::ports::{Http, HttpRequest, Method};

use crate::contracts::http::requesting::{get, serving};
use crate::loopback::http::{Answer, Reply};

fn ok() -> Reply {
    Reply::Answer(Answer::new(200, "ok"))
}

/// The server receives method, path, query, headers and secret unchanged.
pub fn the_request_arrives_as_it_was_given(http: &dyn Http) {
    for (method, name) in [
        (Method::Get, "GET"),
        (Method::Post, "POST"),
        (Method::Delete, "DELETE"),
    ] {
        let server = serving(ok());
        let request = HttpRequest {
            method,
            url: server.url("/v1/things?a=1&b=%20%C3%A4"),
            headers: vec![
                ("stripe-account", "acct_1".to_owned()),
                ("x-odd", "a, b; c=\"d\"".to_owned()),
            ],
            authorization: Some(Secret::new("Bearer sk_test_1")),
            ..get(&server)
        };
        http.send(&request).expect("it is answered");
        let received = server.received();
        assert_eq!(received.len(), 1, "sent once");
        assert_eq!(received[0].method, name);
        assert_eq!(received[0].target, "/v1/things?a=1&b=%20%C3%A4");
        assert_eq!(received[0].header("stripe-account"), ["acct_1"]);
        assert_eq!(received[0].header("x-odd"), ["a, b; c=\"d\""]);
        assert_eq!(received[0].header("authorization"), ["Bearer sk_test_1"]);
        assert_eq!(received[0].header("host").len(), 1);
    }
}

/// The server receives every byte of a body unchanged, because signatures cover the bytes.
pub fn every_byte_of_a_body_arrives(http: &dyn Http) {
    let every_byte: Vec<u8> = (0..=255).cycle().take(70_000).collect();
    for body in [b"{\"a\": 1}\r\n".to_vec(), every_byte] {
        let server = serving(ok());
        let request = HttpRequest {
            method: Method::Post,
            body: body.clone(),
            ..get(&server)
        };
        http.send(&request).expect("it is answered");
        assert!(server.received()[0].body == body, "{} bytes", body.len());
    }
}

/// A client sends no body for an empty body, whatever the method.
pub fn without_a_body_none_is_sent(http: &dyn Http) {
    for method in [Method::Get, Method::Delete, Method::Post] {
        let server = serving(ok());
        let request = HttpRequest {
            method,
            ..get(&server)
        };
        http.send(&request).expect("it is answered");
        let received = server.received();
        assert!(received[0].body.is_empty(), "{method:?}");
        assert!(
            received[0].header("transfer-encoding").is_empty(),
            "{method:?}"
        );
    }
}

/// A client sends `Authorization` only with a secret, even after a request that had one.
pub fn without_a_secret_none_is_sent(http: &dyn Http) {
    let server = serving(ok());
    let with = HttpRequest {
        authorization: Some(Secret::new("Bearer sk_test_1")),
        ..get(&server)
    };
    for request in [with, get(&server)] {
        http.send(&request).expect("it is answered");
    }
    assert!(server.received()[1].header("authorization").is_empty());
}

/// Requests that hang delay no other request.
pub fn requests_run_side_by_side(http: &dyn Http) {
    let (silent, quick) = (serving(Reply::Silence), serving(ok()));
    let hanging = HttpRequest {
        deadline: Duration::from_secs(3),
        ..get(&silent)
    };
    let begun = Instant::now();
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| http.send(&hanging).expect_err("nobody answers"));
        }
        while silent.received().len() < 8 {
            assert!(
                begun.elapsed() < hanging.deadline,
                "all eight are sent at once"
            );
            thread::sleep(Duration::from_millis(5));
        }
        http.send(&get(&quick)).expect("it is answered");
        assert!(begun.elapsed() < hanging.deadline, "the quick one waited");
    });
}
