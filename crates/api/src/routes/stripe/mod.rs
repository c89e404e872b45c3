//! The Stripe account of a tenant, and Stripe events.

mod connection;
mod webhook;

use crate::endpoint::{Endpoint, endpoints};

pub(super) fn endpoints() -> Vec<Endpoint> {
    endpoints![
        webhook::receive,
        connection::connect,
        connection::set_up_prices,
        connection::status,
        connection::rotate_checkout_key,
        connection::disconnect,
        connection::list_parked,
        connection::retry_parked,
    ]
}
