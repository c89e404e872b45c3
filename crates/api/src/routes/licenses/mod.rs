//! Licenses: the signed calls of apps, and the management of sellers.

mod activations;
mod commands;
mod devices;
mod issue;
mod license_key;
mod licenses;
mod validate;

use crate::endpoint::{Endpoint, endpoints};

pub(super) fn endpoints() -> Vec<Endpoint> {
    endpoints![
        issue::issue,
        validate::validate,
        devices::activate,
        devices::heartbeat,
        devices::deactivate,
        licenses::list,
        licenses::get,
        commands::freeze,
        commands::thaw,
        commands::extend,
        licenses::revoke,
        licenses::reveal,
        activations::list,
        activations::release,
    ]
}
