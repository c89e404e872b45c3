//! The webhook endpoint of a tenant, its deliveries, and mail.

mod deliveries;
mod mail;
mod webhook_endpoint;

use crate::endpoint::{Endpoint, endpoints};

pub(super) fn endpoints() -> Vec<Endpoint> {
    endpoints![
        mail::list,
        mail::resend,
        mail::resend_many,
        webhook_endpoint::get,
        webhook_endpoint::set,
        webhook_endpoint::rotate_secret,
        webhook_endpoint::resume,
        deliveries::list,
        deliveries::redeliver,
        mail::get,
        mail::update,
    ]
}
