//! The Stripe account of a tenant, and Stripe events.

mod connection;
mod key_webhook;
mod restricted_key;
mod webhook;

use crate::endpoint::{Endpoint, endpoints};

pub(super) fn endpoints() -> Vec<Endpoint> {
    endpoints![
        webhook::receive,
        key_webhook::receive,
        restricted_key::connect,
        restricted_key::get,
        restricted_key::disconnect,
        restricted_key::link,
        connection::connect,
        connection::set_up_prices,
        connection::status,
        connection::rotate_checkout_key,
        connection::disconnect,
        connection::list_parked,
        connection::retry_parked,
    ]
}
