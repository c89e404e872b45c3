//! What belongs to a tenant as a whole.

mod audit;

use crate::endpoint::{Endpoint, endpoints};

pub(super) fn endpoints() -> Vec<Endpoint> {
    endpoints![audit::list,]
}
