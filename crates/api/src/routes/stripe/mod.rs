//! The Stripe account of a tenant, and Stripe events.

mod account;
mod connection;
mod manual;
mod mappings;
mod switch_to_live;
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
        switch_to_live::switch_to_live,
        connection::set_up_prices,
        account::status,
        account::payouts,
        account::onboard,
        connection::rotate_checkout_key,
        connection::disconnect,
        connection::list_parked,
        connection::retry_parked,
    ]
}
