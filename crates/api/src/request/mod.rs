//! Requests: raw bodies, ids in paths, query parameters and pages.

mod body;
mod id;
mod paging;
mod query_params;

pub use body::MAX_BODY;
pub(crate) use body::{JsonBytes, RawBody};
pub(crate) use id::parse_id;
pub(crate) use paging::PageQuery;
pub(crate) use query_params::QueryParams;
