//! A problem, as every face describes it to a caller.

use std::time::Duration;

use super::code::ErrorCode;

/// An error as its caller sees it. What only the operator should see is logged where the problem
/// arises.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {message}", code.as_str())]
pub struct Problem {
    /// The stable code, which also sets the status.
    pub code: ErrorCode,
    /// A message for people, without secrets and inner workings.
    pub message: String,
    /// Each field that is wrong.
    pub details: Vec<Detail>,
    /// After how many seconds a retry makes sense.
    pub retry_after: Option<u64>,
}

/// One field that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Detail {
    /// The path of the field: `customer.email`.
    pub path: String,
    /// What is wrong with the field.
    pub message: String,
}

impl Detail {
    /// A field that is wrong.
    pub fn new(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            message: message.into(),
        }
    }
}

impl Problem {
    /// A problem with this code.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            details: Vec::new(),
            retry_after: None,
        }
    }

    /// The thing does not exist, or belongs to another tenant: the answer does not say which.
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

    /// A field of the body is wrong.
    pub fn invalid_field(path: &str, message: impl Into<String>) -> Self {
        Self::invalid_fields(vec![Detail::new(path, message)])
    }

    /// Fields of the body are wrong.
    pub fn invalid_fields(details: Vec<Detail>) -> Self {
        Self::invalid("one or more fields are not valid", details)
    }

    /// Parameters of the query are wrong.
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

    /// The server is broken; `cause` goes to the log only.
    pub fn internal(cause: &str) -> Self {
        tracing::error!(cause, "internal error");
        Self::new(ErrorCode::Internal, "something went wrong on our side")
    }

    /// A retry soon makes sense; `cause` goes to the log only.
    pub fn unavailable(cause: &str) -> Self {
        tracing::warn!(cause, "unavailable");
        Self {
            retry_after: Some(1),
            ..Self::new(ErrorCode::Unavailable, "not available right now; try again")
        }
    }

    /// Too many requests; the caller may retry after `wait`.
    pub fn rate_limited(wait: Duration) -> Self {
        let seconds = wait
            .as_secs()
            .saturating_add(u64::from(wait.subsec_nanos() > 0));
        Self {
            retry_after: Some(seconds.max(1)),
            ..Self::new(ErrorCode::RateLimited, "too many requests; slow down")
        }
    }
}
