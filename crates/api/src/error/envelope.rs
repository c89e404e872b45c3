//! The error envelope: `{"error":{"code","message","details","request_id"}}`.

use mintage_domain::model::stripe::key_permission::KeyPermission;
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

/// One field that is wrong, or what Stripe says about a request that it refused.
#[derive(Serialize, ToSchema)]
#[schema(as = ErrorDetail)]
struct DetailBody<'a> {
    /// The path of the field: `customer.email`.
    path: &'a str,
    /// What is wrong with the field.
    message: &'a str,
    /// The error code of Stripe, if Stripe refused the request. The path is `stripe` then.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    code: Option<&'a str>,
    /// The row of the permission that a restricted key lacks.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    permission: Option<&'static str>,
    /// What that row must be set to.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    access: Option<&'static str>,
}

impl<'a> DetailBody<'a> {
    fn of(detail: &'a Detail) -> Self {
        Self {
            path: &detail.path,
            message: &detail.message,
            code: detail.code.as_deref(),
            permission: detail.permission.map(KeyPermission::row_name),
            access: detail.permission.map(|it| it.access().as_str()),
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
