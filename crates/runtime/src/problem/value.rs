//! A problem: an error as its caller sees it.

use std::time::Duration;

use mintage_domain::model::stripe::key_permission::KeyPermission;

use super::code::ErrorCode;

/// An error as its caller sees it. Details for the operator are logged where the problem is created.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {message}", code.as_str())]
pub struct Problem {
    /// The stable code, which also sets the status.
    pub code: ErrorCode,
    /// A message for people, without secrets and internal details.
    pub message: String,
    /// The invalid fields.
    pub details: Vec<Detail>,
    /// After how many seconds a retry makes sense.
    pub retry_after: Option<u64>,
}

/// An invalid field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Detail {
    /// The path of the field: `customer.email`.
    pub path: String,
    /// What is wrong with the field.
    pub message: String,
    /// The code of Stripe, if Stripe refused the request.
    pub code: Option<String>,
    /// The permission that a restricted key lacks, if the field is one.
    pub permission: Option<KeyPermission>,
}

impl Detail {
    /// A detail about the field at this path.
    pub fn new(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            message: message.into(),
            code: None,
            permission: None,
        }
    }
}

impl Problem {
    /// A problem without details and without a time to retry.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            details: Vec::new(),
            retry_after: None,
        }
    }

    /// The object does not exist, or belongs to another tenant. The answer does not say which of the two.
    pub fn not_found() -> Self {
        Self::new(ErrorCode::NotFound, "not found")
    }

    /// The request is not well formed.
    pub fn invalid(message: impl Into<String>, details: Vec<Detail>) -> Self {
        Self {
            details,
            ..Self::new(ErrorCode::InvalidInput, message)
        }
    }

    /// A field of the body is invalid.
    pub fn invalid_field(path: &str, message: impl Into<String>) -> Self {
        Self::invalid_fields(vec![Detail::new(path, message)])
    }

    /// Fields of the body are invalid.
    pub fn invalid_fields(details: Vec<Detail>) -> Self {
        Self::invalid("one or more fields are not valid", details)
    }

    /// Parameters of the query are invalid.
    pub fn invalid_query(details: Vec<Detail>) -> Self {
        Self::invalid("one or more query parameters are not valid", details)
    }

    /// The credential is missing or wrong.
    pub fn key_invalid() -> Self {
        Self::new(
            ErrorCode::ApiKeyInvalid,
            "the key or token is missing or was not recognised",
        )
    }

    /// The credential may not do this.
    pub fn forbidden(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::AuthzRoleInsufficient, message)
    }

    /// The server has an error; `cause` is only logged.
    pub fn internal(cause: &str) -> Self {
        tracing::error!(cause, "internal error");
        Self::new(ErrorCode::Internal, "an internal error occurred")
    }

    /// The caller should retry; `cause` is only logged.
    pub fn unavailable(cause: &str) -> Self {
        tracing::warn!(cause, "unavailable");
        Self {
            retry_after: Some(1),
            ..Self::new(
                ErrorCode::Unavailable,
                "not available at the moment; try again",
            )
        }
    }

    /// Too many requests; the caller may retry after `wait`.
    pub fn rate_limited(wait: Duration) -> Self {
        Self {
            retry_after: Some(whole_seconds(wait)),
            ..Self::new(ErrorCode::RateLimited, "too many requests; slow down")
        }
    }

    /// Stripe was not asked, or asked the server to wait; the caller may retry after `wait`.
    pub fn stripe_unavailable(wait: Duration) -> Self {
        Self {
            retry_after: Some(whole_seconds(wait)),
            ..Self::new(
                ErrorCode::StripeUnavailable,
                "Stripe is not available at the moment; try again",
            )
        }
    }
}

/// Whole seconds, rounded up, at least one.
fn whole_seconds(wait: Duration) -> u64 {
    let seconds = wait
        .as_secs()
        .saturating_add(u64::from(wait.subsec_nanos() > 0));
    seconds.max(1)
}
