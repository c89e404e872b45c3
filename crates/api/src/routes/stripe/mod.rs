//! The Stripe account of a tenant, and the events of Stripe.

mod connection;
mod webhook;

use crate::endpoint::{Endpoint, endpoints};

pub(super) fn endpoints() -> Vec<Endpoint> {
    endpoints![
        webhook::connect,
        connection::connect,
        connection::set_up_prices,
        connection::status,
        connection::rotate_checkout_key,
        connection::disconnect,
        connection::parked,
    ]
}
