//! The request that the cases send, and the servers that receive it.

use std::time::Duration;

use mintage_domain::ports::{AnswerBody, HttpRequest, Method};

use crate::loopback::http::{LoopbackServer, Reply};

/// A GET with a long deadline and a high size limit.
pub(super) fn get(server: &LoopbackServer) -> HttpRequest {
    HttpRequest {
        method: Method::Get,
        url: server.url("/path"),
        headers: Vec::new(),
        authorization: None,
        body: Vec::new(),
        deadline: Duration::from_secs(20),
        answer: AnswerBody::Whole(1_000_000),
    }
}

pub(super) fn serving(reply: Reply) -> LoopbackServer {
    LoopbackServer::start(reply)
}
