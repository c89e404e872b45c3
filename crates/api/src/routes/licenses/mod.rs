//! Licenses: the signed calls of apps, and the management of sellers.

mod activations;
mod commands;
mod devices;
mod issue;
mod license_key;
mod read;
mod validate;

use crate::endpoint::{Endpoint, endpoints};

pub(super) fn endpoints() -> Vec<Endpoint> {
    endpoints![
        issue::issue,
        validate::validate,
        devices::activate,
        devices::heartbeat,
        devices::deactivate,
        read::list,
        read::get,
        commands::freeze,
        commands::thaw,
        commands::extend,
        commands::revoke,
        commands::reveal,
        activations::list,
        activations::release,
    ]
}
