//! Tests of the client against servers on loopback: the port's contract, and the rest.

mod answers;
mod authorities;
mod reach;

use std::time::Duration;

use mintage_domain::ports::{AnswerBody, HttpRequest, Method};

use crate::{Config, HttpClient, Reach};

const DEADLINE: Duration = Duration::from_secs(5);

fn client(reach: Reach) -> HttpClient {
    HttpClient::new(config(reach)).expect("a client")
}

fn config(reach: Reach) -> Config {
    Config {
        reach,
        user_agent: "mintage-test/1".to_owned(),
        authorities: Vec::new(),
    }
}

fn get(url: impl Into<String>) -> HttpRequest {
    HttpRequest {
        method: Method::Get,
        url: url.into(),
        headers: Vec::new(),
        authorization: None,
        body: Vec::new(),
        deadline: DEADLINE,
        answer: AnswerBody::Whole(1024),
    }
}

mod contract {
    use super::{Reach, client};

    mintage_testkit::http_contract!(Box::new(client(Reach::Anywhere)));
}
