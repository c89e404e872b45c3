//! The Stripe account of a tenant, and Stripe events.

mod connection;
mod manual;
mod mappings;
mod webhook;

use crate::endpoint::{Endpoint, endpoints};

pub(super) fn endpoints() -> Vec<Endpoint> {
    endpoints![
        webhook::receive,
        manual::receive,
        manual::set,
        manual::get,
        manual::remove,
        mappings::set,
        mappings::get,
        connection::connect,
        connection::set_up_prices,
        connection::status,
        connection::rotate_checkout_key,
        connection::disconnect,
        connection::list_parked,
        connection::retry_parked,
    ]
}
