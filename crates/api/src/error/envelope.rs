//! The error envelope: `{"error":{"code","message","details","request_id"}}`.

use mintage_runtime::problem::{Detail, Problem};
use serde::Serialize;
use utoipa::ToSchema;

/// An error.
#[derive(Serialize, ToSchema)]
#[schema(as = Error)]
pub(crate) struct Envelope<'a> {
    error: ErrorBody<'a>,
}

/// The code and the details of an error.
#[derive(Serialize, ToSchema)]
struct ErrorBody<'a> {
    /// The stable code: `area/reason`.
    code: &'static str,
    /// A message for people.
    message: &'a str,
    /// Every field that is wrong.
    details: Vec<DetailBody<'a>>,
    /// Identifies this call in the log of the server.
    request_id: &'a str,
}

/// One field that is wrong.
#[derive(Serialize, ToSchema)]
#[schema(as = ErrorDetail)]
struct DetailBody<'a> {
    /// The path of the field: `customer.email`.
    path: &'a str,
    /// What is wrong with the field.
    message: &'a str,
}

impl<'a> DetailBody<'a> {
    fn of(detail: &'a Detail) -> Self {
        Self {
            path: &detail.path,
            message: &detail.message,
        }
    }
}

impl<'a> Envelope<'a> {
    /// The envelope of a problem.
    pub(crate) fn of(problem: &'a Problem, request_id: &'a str) -> Self {
        Self {
            error: ErrorBody {
                code: problem.code.as_str(),
                message: &problem.message,
                details: problem.details.iter().map(DetailBody::of).collect(),
                request_id,
            },
        }
    }
}
