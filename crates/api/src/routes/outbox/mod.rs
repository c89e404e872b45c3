//! The webhook endpoints of a tenant, their deliveries, and mail.

mod deliveries;
mod mail;
mod webhook;
mod webhook_endpoints;

use crate::endpoint::{Endpoint, endpoints};

pub(super) fn endpoints() -> Vec<Endpoint> {
    endpoints![
        mail::list,
        mail::resend,
        mail::resend_many,
        webhook::get,
        webhook::set,
        webhook::rotate_secret,
        webhook::resume,
        webhook_endpoints::create,
        webhook_endpoints::list,
        webhook_endpoints::get,
        webhook_endpoints::update,
        webhook_endpoints::delete,
        webhook_endpoints::rotate_secret,
        webhook_endpoints::resume,
        webhook_endpoints::test,
        deliveries::list_of_endpoint,
        deliveries::list,
        deliveries::redeliver,
        mail::get,
        mail::update,
    ]
}
