//! Products and key types.

mod key_type_bodies;
mod key_types;
mod products;
mod recurrence;
mod stripe_key;

use crate::endpoint::{Endpoint, endpoints};

pub(super) fn endpoints() -> Vec<Endpoint> {
    endpoints![
        products::create,
        products::list,
        products::get,
        products::update,
        products::archive,
        products::restore,
        stripe_key::set,
        stripe_key::remove,
        key_types::create,
        key_types::list,
        key_types::get,
        key_types::update,
        key_types::archive,
        key_types::restore,
    ]
}
