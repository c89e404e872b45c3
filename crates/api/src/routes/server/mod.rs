//! The health and the description of the server.

mod description;
mod health;

use crate::endpoint::{Endpoint, endpoints};

pub(super) fn endpoints() -> Vec<Endpoint> {
    endpoints![
        description::openapi_json,
        health::liveness,
        health::readiness,
    ]
}
