//! The client against a server on loopback.

mod answers;
mod reach;
mod server;

use std::time::Duration;

use mintage_domain::ports::{HttpRequest, Method};

use crate::{Config, HttpClient, Reach};

const PATIENCE: Duration = Duration::from_secs(5);

fn client(reach: Reach) -> HttpClient {
    HttpClient::new(config(reach)).expect("a client")
}

fn config(reach: Reach) -> Config {
    Config {
        reach,
        user_agent: "mintage-test/1".to_owned(),
    }
}

fn get(url: impl Into<String>) -> HttpRequest {
    HttpRequest {
        method: Method::Get,
        url: url.into(),
        headers: Vec::new(),
        authorization: None,
        body: Vec::new(),
        deadline: PATIENCE,
        max_answer: 1024,
    }
}
