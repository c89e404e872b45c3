//! The routes, a folder for each room. Each handler reads the request, calls a use case, and answers.

mod access;
mod catalog;
mod licenses;
mod outbox;
mod sales;
mod sellers;
mod server;
mod stripe;

use crate::endpoint::Endpoint;

/// All endpoints of the JSON API, in the order in which the description lists them.
pub fn endpoints() -> Vec<Endpoint> {
    [
        server::endpoints(),
        licenses::endpoints(),
        catalog::endpoints(),
        access::endpoints(),
        outbox::endpoints(),
        stripe::endpoints(),
        sales::endpoints(),
        sellers::endpoints(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
