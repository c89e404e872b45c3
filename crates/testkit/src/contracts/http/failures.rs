//! Requests without a response.

use std::time::{Duration, Instant};

use mintage_domain::base::secret::Secret;
use mintage_domain::ports::{Http, HttpError, HttpRequest, Method};

use crate::contracts::http::requesting::{get, serving};
use crate::loopback::http::{Answer, LoopbackServer, Reply};

/// The deadline covers the whole exchange: a response that never comes and one that never ends.
pub fn ends_at_the_deadline(http: &dyn Http) {
    for reply in [Reply::Silence, Reply::SlowHead, Reply::SlowBody] {
        let server = serving(reply.clone());
        let request = HttpRequest {
            deadline: Duration::from_millis(300),
            ..get(&server)
        };
        let begun = Instant::now();
        let error = http.send(&request).expect_err("nothing whole comes");
        let took = begun.elapsed();
        assert_eq!(error, HttpError::Timeout, "{reply:?}");
        // A busy machine may be late, but not as late as a client that waits for the end.
        assert!(took < Duration::from_secs(5), "{reply:?} took {took:?}");
        assert!(took >= request.deadline, "{reply:?} took only {took:?}");
    }
}

/// Nothing was sent if nobody listens, and the error says so.
pub fn nobody_listening_is_unreachable(http: &dyn Http) {
    let request = {
        let stopped = serving(Reply::Hangup);
        get(&stopped)
    };
    let error = http.send(&request).expect_err("nobody listens");
    assert!(matches!(error, HttpError::Unreachable(_)), "{error}");
}

/// If the connection closes before the response is complete, the server may have carried out the
/// request. The client does not send the request again.
pub fn a_broken_connection_is_reported_as_broken(http: &dyn Http) {
    for reply in [Reply::Hangup, Reply::Truncated] {
        for method in [Method::Get, Method::Post] {
            let server = serving(reply.clone());
            let request = HttpRequest {
                method,
                ..get(&server)
            };
            let error = http.send(&request).expect_err("no whole answer comes");
            assert!(matches!(error, HttpError::Broken(_)), "{reply:?}: {error}");
            assert_eq!(
                server.received().len(),
                1,
                "{reply:?}: {method:?} is sent once"
            );
        }
    }
}

/// A client says of a URL that it cannot send to it, before there is anything to send.
pub fn a_url_that_cannot_be_requested_is_refused_beforehand(http: &dyn Http) {
    for path in ["", "/", "/a?b=c&d[]=%20#e", "/~a-b_c.d!$'()*+,;:@"] {
        let url = format!("http://127.0.0.1:1{path}");
        assert_eq!(http.check_url(&url), Ok(()), "{url}");
    }
    for path in [
        "/a b", "/\u{e9}", "/{id}", "/\"", "/<", "/a|b", "/^", "/`", "/a\u{7f}", "/\\",
    ] {
        let url = format!("http://127.0.0.1:1{path}");
        assert_eq!(http.check_url(&url), Err(HttpError::BadUrl), "{url}");
    }
    for url in [
        "ftp://127.0.0.1/",
        "http://",
        "http://a@127.0.0.1/",
        "http://127.0.0.1:65536/",
    ] {
        assert_eq!(http.check_url(url), Err(HttpError::BadUrl), "{url}");
    }
}

/// A client sends only to http and https URLs with a host.
pub fn what_is_no_web_address_is_refused(http: &dyn Http) {
    let server = serving(Reply::Answer(Answer::new(200, "")));
    let address = server.url("").replace("http://", "");
    for url in [
        String::new(),
        "nonsense".to_owned(),
        "/only/a/path".to_owned(),
        address.clone(),
        format!("ftp://{address}/"),
        "http://".to_owned(),
        "http:///path".to_owned(),
        format!("http://{address}/a b"),
    ] {
        let request = HttpRequest {
            url: url.clone(),
            ..get(&server)
        };
        let error = http.send(&request).expect_err("it is no web address");
        assert_eq!(error, HttpError::BadUrl, "{url:?}");
    }
    assert_eq!(server.received(), [], "nothing was sent");
}

/// A secret that is not valid in a header is an error, not a panic and not a second header. No
/// error contains a secret.
pub fn an_unsendable_secret_is_an_error_that_does_not_contain_it(http: &dyn Http) {
    let secret = "sk_test_hidden";
    let unsendable = format!("Bearer {secret}\r\nx-smuggled: 1");
    let error_text = |server: &LoopbackServer, authorization: &str| {
        let request = HttpRequest {
            authorization: Some(Secret::new(authorization)),
            deadline: Duration::from_millis(200),
            ..get(server)
        };
        let error = http.send(&request).expect_err("no answer comes");
        format!("{error} {error:?}")
    };
    for reply in [Reply::Silence, Reply::Hangup] {
        let server = serving(reply);
        let error = error_text(&server, secret);
        assert!(!error.contains(secret), "{error}");
    }
    let server = serving(Reply::Answer(Answer::new(200, "")));
    let error = error_text(&server, &unsendable);
    assert!(!error.contains(secret), "{error}");
    assert_eq!(server.received(), [], "nothing was sent");
}
