//! API keys.

mod api_keys;

use crate::endpoint::{Endpoint, endpoints};

pub(super) fn endpoints() -> Vec<Endpoint> {
    endpoints![
        api_keys::create,
        api_keys::list,
        api_keys::revoke,
        api_keys::rotate,
    ]
}
