//! Products and key types.

mod key_types;
mod products;

use crate::endpoint::{Endpoint, endpoints};

pub(super) fn endpoints() -> Vec<Endpoint> {
    endpoints![
        products::create,
        products::list,
        key_types::create,
        key_types::list,
    ]
}
