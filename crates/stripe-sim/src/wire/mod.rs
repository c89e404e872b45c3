//! The HTTP side of `/v1`: the routing table, requests, responses and injected faults.

pub(crate) mod dispatch;
pub(crate) mod faults;
pub(crate) mod request;
pub(crate) mod response;
pub(crate) mod routes;
