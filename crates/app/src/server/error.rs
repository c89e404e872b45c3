//! Errors on the wire: `{"error":{"code","message","details","request_id"}}`, one match from what
//! went wrong to a status and a stable code.

mod licenses;

use std::time::Duration;

use actix_web::http::StatusCode;
use mintage_domain::ports::{StoreError, StripeError};
use mintage_domain::usecase::access::api_key::{ApiKeyError, SignatureError};
use mintage_domain::usecase::catalog::error::CatalogError;
use mintage_domain::usecase::catalog::prices::PricesError;
use mintage_domain::usecase::failure::Failure;
use mintage_domain::usecase::licenses::activation::ActivationError;
use mintage_domain::usecase::licenses::issue::IssueError;
use mintage_domain::usecase::outbox::webhook_endpoint::WebhookEndpointError;
use mintage_domain::usecase::sales::checkout::CheckoutError;
use mintage_domain::usecase::stripe::connect::ConnectError;
use mintage_domain::usecase::stripe::inbound::InboundError;
use serde::Serialize;
use utoipa::ToSchema;

use super::limits::seconds;

/// An error as its caller sees it. What only the operator should see is logged where it arises.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
pub struct ApiError {
    /// The HTTP status.
    pub status: StatusCode,
    /// The stable code, `area/reason`.
    pub code: &'static str,
    /// For people; no secrets, no inner workings.
    pub message: String,
    /// Each field that is wrong.
    pub details: Vec<Detail>,
    /// After how many seconds trying again makes sense.
    pub retry_after: Option<u64>,
}

/// One field that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Detail {
    /// Where: `customer.email`.
    pub path: String,
    /// What is wrong with it.
    pub message: String,
}

impl ApiError {
    /// An error of a status and code.
    pub fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            code,
            message: message.into(),
            details: Vec::new(),
            retry_after: None,
        }
    }

    /// What was asked does not exist, or belongs to somebody else: which, is not told.
    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "common/not-found", "not found")
    }

    /// The request is not well formed.
    pub fn invalid(message: impl Into<String>, details: Vec<Detail>) -> Self {
        Self {
            details,
            ..Self::new(StatusCode::BAD_REQUEST, "validation/invalid-input", message)
        }
    }

    /// The credential is missing or wrong.
    pub fn key_invalid() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "api/key-invalid",
            "the key or token is missing or was not recognised",
        )
    }

    /// The credential may not do this.
    pub fn forbidden(message: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "authz/role-insufficient", message)
    }

    /// Something is broken here; `cause` goes to the log only.
    pub fn internal(cause: &str) -> Self {
        tracing::error!(cause, "internal error");
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "common/internal",
            "something went wrong on our side",
        )
    }

    /// Worth trying again soon; `cause` goes to the log only.
    pub fn unavailable(cause: &str) -> Self {
        tracing::warn!(cause, "unavailable");
        Self {
            retry_after: Some(1),
            ..Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "common/unavailable",
                "not available right now; try again",
            )
        }
    }

    /// Too many requests.
    pub fn rate_limited(wait: Duration) -> Self {
        Self {
            retry_after: Some(seconds(wait).max(1)),
            ..Self::new(
                StatusCode::TOO_MANY_REQUESTS,
                "common/rate-limited",
                "too many requests; slow down",
            )
        }
    }

    fn conflict(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, code, message)
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable(_) => Self::unavailable(&error.to_string()),
            StoreError::Inconsistent { .. } | StoreError::Failed(_) => {
                Self::internal(&error.to_string())
            }
        }
    }
}

impl From<Failure> for ApiError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Store(error) => error.into(),
            Failure::Contended => Self::unavailable("too much contention"),
            Failure::Sealed(error) => Self::internal(&error.to_string()),
        }
    }
}

impl From<StripeError> for ApiError {
    fn from(error: StripeError) -> Self {
        let text = error.to_string();
        match error {
            StripeError::AccountGone => Self::conflict("stripe/not-connected", text),
            StripeError::CannotCharge => Self::conflict("stripe/cannot-charge", text),
            StripeError::NotConfigured(_) => Self::conflict("stripe/not-configured", text),
            StripeError::AmountTooSmall => Self::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "stripe/amount-too-small",
                text,
            ),
            StripeError::CodeRefused => {
                Self::new(StatusCode::BAD_REQUEST, "oauth/code-refused", text)
            }
            StripeError::Busy { .. }
            | StripeError::Unavailable(_)
            | StripeError::Unauthorized
            | StripeError::NotFound
            | StripeError::Refused { .. } => {
                tracing::warn!(cause = text, "Stripe failed");
                Self::new(
                    StatusCode::BAD_GATEWAY,
                    "stripe/failed",
                    "Stripe did not do it; try again later",
                )
            }
        }
    }
}

impl From<CheckoutError> for ApiError {
    fn from(error: CheckoutError) -> Self {
        let text = error.to_string();
        match error {
            CheckoutError::Unauthorized => Self::key_invalid(),
            CheckoutError::NotConnected => Self::conflict("stripe/not-connected", text),
            CheckoutError::NotFound => Self::not_found(),
            CheckoutError::NoPrice => {
                Self::new(StatusCode::UNPROCESSABLE_ENTITY, "checkout/no-price", text)
            }
            CheckoutError::Stripe(error) => error.into(),
            CheckoutError::Failure(failure) => failure.into(),
        }
    }
}

impl From<ConnectError> for ApiError {
    fn from(error: ConnectError) -> Self {
        let text = error.to_string();
        match error {
            ConnectError::NotFound => Self::not_found(),
            ConnectError::PlanLacksConnect => {
                Self::new(StatusCode::FORBIDDEN, "quota/connect-not-included", text)
            }
            ConnectError::Mode(_) => Self::conflict("stripe/mode-refused", text),
            ConnectError::InvalidState => {
                Self::new(StatusCode::BAD_REQUEST, "oauth/state-invalid", text)
            }
            ConnectError::AccountTaken => Self::conflict("oauth/account-taken", text),
            ConnectError::WrongMode => Self::conflict("oauth/wrong-mode", text),
            ConnectError::NotConnected => Self::conflict("stripe/not-connected", text),
            ConnectError::Stripe(error) => error.into(),
            ConnectError::Failure(failure) => failure.into(),
        }
    }
}

impl From<CatalogError> for ApiError {
    fn from(error: CatalogError) -> Self {
        let text = error.to_string();
        let field = |path: &str| {
            let detail = Detail {
                path: path.to_owned(),
                message: text.clone(),
            };
            Self::invalid("one or more fields are not valid", vec![detail])
        };
        match error {
            CatalogError::NotFound => Self::not_found(),
            CatalogError::Exists => Self::conflict("common/exists", text),
            CatalogError::QuotaExceeded(_) => {
                Self::new(StatusCode::FORBIDDEN, "quota/products-exceeded", text)
            }
            CatalogError::PrefixMismatch => field("keyPrefix"),
            CatalogError::AbsoluteTerm => field("duration"),
            CatalogError::Failure(failure) => failure.into(),
        }
    }
}

impl From<PricesError> for ApiError {
    fn from(error: PricesError) -> Self {
        let text = error.to_string();
        match error {
            PricesError::NotConnected => Self::conflict("stripe/not-connected", text),
            PricesError::Stripe(error) => error.into(),
            PricesError::Failure(failure) => failure.into(),
        }
    }
}

impl From<ApiKeyError> for ApiError {
    fn from(error: ApiKeyError) -> Self {
        let text = error.to_string();
        match error {
            ApiKeyError::NotFound => Self::not_found(),
            ApiKeyError::AlreadyRevoked => Self::conflict("api-key/already-revoked", text),
            ApiKeyError::AlreadyRotated => Self::conflict("api-key/already-rotated", text),
            ApiKeyError::SignsNothing(_) => {
                let detail = Detail {
                    path: "signatureVersion".to_owned(),
                    message: text,
                };
                Self::invalid("one or more fields are not valid", vec![detail])
            }
            ApiKeyError::Failure(failure) => failure.into(),
        }
    }
}

impl From<SignatureError> for ApiError {
    fn from(error: SignatureError) -> Self {
        let text = error.to_string();
        let unauthorized = |code| Self::new(StatusCode::UNAUTHORIZED, code, text.clone());
        match error {
            SignatureError::KeyInvalid => unauthorized("api/key-invalid"),
            SignatureError::SignatureInvalid => unauthorized("api/signature-invalid"),
            SignatureError::TimestampReplay => unauthorized("api/timestamp-replay"),
            SignatureError::ScopeInsufficient => Self::forbidden(text),
            SignatureError::Failure(failure) => failure.into(),
        }
    }
}

impl From<IssueError> for ApiError {
    fn from(error: IssueError) -> Self {
        let text = error.to_string();
        match error {
            IssueError::UnknownPlan => Self::not_found(),
            IssueError::TermIsPast(_) => {
                let detail = Detail {
                    path: "duration".to_owned(),
                    message: text,
                };
                Self::invalid("one or more fields are not valid", vec![detail])
            }
            IssueError::QuotaExceeded(_) => {
                Self::new(StatusCode::FORBIDDEN, "quota/licenses-exceeded", text)
            }
            IssueError::Replayed => SignatureError::TimestampReplay.into(),
            IssueError::OtherBody => Self::conflict("common/idempotency-conflict", text),
            IssueError::DamagedKey | IssueError::CannotMint(_) => Self::internal(&text),
            IssueError::Failure(failure) => failure.into(),
        }
    }
}

impl From<ActivationError> for ApiError {
    fn from(error: ActivationError) -> Self {
        let text = error.to_string();
        match error {
            ActivationError::NotFound => Self::not_found(),
            ActivationError::AlreadyReleased => Self::conflict("activation/already-released", text),
            ActivationError::Replayed => SignatureError::TimestampReplay.into(),
            ActivationError::Failure(failure) => failure.into(),
        }
    }
}

impl From<WebhookEndpointError> for ApiError {
    fn from(error: WebhookEndpointError) -> Self {
        let text = error.to_string();
        match error {
            WebhookEndpointError::NotFound => Self::not_found(),
            WebhookEndpointError::Busy => Self::conflict("webhook/being-sent", text),
            WebhookEndpointError::Failure(failure) => failure.into(),
        }
    }
}

impl From<InboundError> for ApiError {
    fn from(error: InboundError) -> Self {
        let text = error.to_string();
        match error {
            InboundError::LiveEventOnSandbox => {
                Self::new(StatusCode::BAD_REQUEST, "webhook/mode-mismatch", text)
            }
            InboundError::Stripe(_) => Self::unavailable(&text),
            InboundError::Failure(failure) => failure.into(),
        }
    }
}
