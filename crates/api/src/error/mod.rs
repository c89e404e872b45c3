//! Errors: how a [`mintage_runtime::problem::Problem`] becomes an answer.

mod envelope;
mod response;

pub(crate) use envelope::Envelope;
pub use response::ApiError;
