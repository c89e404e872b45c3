//! Management tokens and the audit trail.

mod audit;
mod tokens;

use crate::endpoint::{Endpoint, endpoints};

pub(super) fn endpoints() -> Vec<Endpoint> {
    endpoints![tokens::create, tokens::list, tokens::revoke, audit::list,]
}
