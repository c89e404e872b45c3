//! The server itself.

mod description;
mod health;

use crate::endpoint::{Endpoint, endpoints};

pub(super) fn endpoints() -> Vec<Endpoint> {
    endpoints![description::openapi_json, health::healthz, health::readyz,]
}
