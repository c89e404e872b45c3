//! An HTTP client, which reports what it sends and receives.

mod form;
mod http;
mod redact;
mod response;

pub(crate) use form::{Form, between};
pub(crate) use http::Client;
pub(crate) use response::Response;
