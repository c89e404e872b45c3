//! Requests: ids in paths, query parameters and pages.

mod id;
mod paging;
mod query_params;

pub(crate) use id::parse_id;
pub(crate) use paging::PageQuery;
pub(crate) use query_params::QueryParams;
