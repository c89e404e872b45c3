//! The error envelope: `{"error":{"code","message","details","request_id"}}`.

use mintage_runtime::problem::{Detail, Problem};
use serde::Serialize;
use utoipa::ToSchema;

/// An error on the wire.
#[derive(Serialize, ToSchema)]
#[schema(as = Error)]
pub(crate) struct Envelope<'a> {
    error: ErrorBody<'a>,
}

/// What went wrong.
#[derive(Serialize, ToSchema)]
struct ErrorBody<'a> {
    /// What to go by: `area/reason`, stable.
    code: &'static str,
    /// For people.
    message: &'a str,
    /// Each field that is wrong.
    details: Vec<DetailBody<'a>>,
    /// Names this call in the server's log.
    request_id: &'a str,
}

/// One field that is wrong.
#[derive(Serialize, ToSchema)]
#[schema(as = Detail)]
struct DetailBody<'a> {
    /// Where: `customer.email`.
    path: &'a str,
    /// What is wrong with it.
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
