//! Licenses: the signed calls of apps and backends, and the management calls of sellers.

mod activations;
mod commands;
mod device_calls;
mod issue;
mod list;
mod validate;

use crate::endpoint::{Endpoint, endpoints};

pub(super) fn endpoints() -> Vec<Endpoint> {
    endpoints![
        issue::issue,
        validate::validate,
        device_calls::activate,
        device_calls::heartbeat,
        device_calls::deactivate,
        list::list,
        list::get,
        commands::freeze,
        commands::thaw,
        commands::extend,
        commands::reissue,
        commands::revoke,
        commands::reveal,
        activations::list,
        activations::release,
    ]
}
