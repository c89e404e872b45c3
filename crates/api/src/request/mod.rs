//! Requests: bodies, fields, path ids, query parameters and pages.

mod body;
mod fields;
mod id;
mod paging;
mod query_params;

pub use body::MAX_BODY;
pub(crate) use body::{JsonBytes, RawBody};
pub(crate) use fields::Fields;
pub(crate) use id::parse_id;
pub(crate) use paging::PageQuery;
pub(crate) use query_params::QueryParams;
