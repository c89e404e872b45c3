//! What every [`Http`] must keep, as cases that [`http_contract!`](crate::http_contract!) runs
//! against a [`LoopbackServer`].

pub mod answers;
pub mod failures;
pub mod requests;

use crate::loopback::{LoopbackServer, Reply};
#[cfg(doc)]
use mintage_domain::ports::Http;
use std::time::Duration;

use mintage_domain::ports::{HttpRequest, Method};

/// Holds an HTTP client to the contract of its port: one `#[test]` for each case.
///
/// The expression gives a client behind a pointer: a `Box`, an `Arc`, or anything that
/// dereferences to an [`Http`](mintage_domain::ports::Http). It must be allowed to reach loopback.
/// It is evaluated once for each case.
#[macro_export]
macro_rules! http_contract {
    ($open:expr) => {
        $crate::contract_tests! {
            http: &*http, $open, http_contract:
            requests {
                the_request_arrives_as_it_was_given
                every_byte_of_a_body_arrives
                without_a_body_none_is_sent
                without_a_secret_none_is_sent
                requests_run_side_by_side
            }
            answers {
                returns_every_status
                follows_no_redirect
                refuses_an_oversized_answer
                the_answer_comes_back_as_it_was_sent
                an_answer_without_a_length_ends_with_the_connection
            }
            failures {
                ends_at_the_deadline
                nobody_listening_is_unreachable
                a_connection_that_breaks_is_told_as_broken
                what_is_no_web_address_is_refused
                an_unsendable_secret_is_an_error_that_does_not_tell_it
            }
        }
    };
}

/// A GET with time and room enough for any answer that comes.
fn get(server: &LoopbackServer) -> HttpRequest {
    HttpRequest {
        method: Method::Get,
        url: server.url("/path"),
        headers: Vec::new(),
        authorization: None,
        body: Vec::new(),
        deadline: Duration::from_secs(20),
        max_answer: 1_000_000,
    }
}

fn told(reply: Reply) -> LoopbackServer {
    LoopbackServer::start(reply)
}
