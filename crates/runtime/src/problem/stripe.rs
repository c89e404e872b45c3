//! The problems of Stripe, of connecting an account, and of events from Stripe.

use std::time::Duration;

use mintage_domain::model::stripe::mode_change::ModeError;
use mintage_domain::ports::{StripeError, StripeRefusal, WebhookError};
use mintage_domain::usecase::stripe::connect::ConnectError;
use mintage_domain::usecase::stripe::inbound::InboundError;
use mintage_domain::usecase::stripe::parked::RetryError;

use super::code::ErrorCode;
use super::value::{Detail, Problem};
use crate::outbound::OutboundError;

impl From<StripeError> for Problem {
    fn from(error: StripeError) -> Self {
        let text = error.to_string();
        match error {
            StripeError::AccountGone => Self::new(ErrorCode::StripeNotConnected, text),
            StripeError::NotConfigured(_) => Self::new(ErrorCode::StripeNotConfigured, text),
            StripeError::CodeRefused(refusal) => {
                refused(ErrorCode::OauthCodeRefused, text, &refusal)
            }
            StripeError::CannotCharge(refusal) => {
                refused(ErrorCode::StripeCannotCharge, text, &refusal)
            }
            StripeError::AmountTooSmall(refusal) => {
                refused(ErrorCode::StripeAmountTooSmall, text, &refusal)
            }
            StripeError::Refused(refusal) | StripeError::NotFound(refusal) => {
                tracing::warn!(cause = text, "Stripe refused a request");
                refused(
                    ErrorCode::StripeRefused,
                    "Stripe refused the request",
                    &refusal,
                )
            }
            StripeError::Busy { retry_after } => {
                Self::stripe_unavailable(retry_after.unwrap_or_default())
            }
            StripeError::Unavailable(_)
            | StripeError::Unreadable(_)
            | StripeError::Unauthorized => {
                tracing::warn!(cause = text, "a request to Stripe failed");
                Self::new(
                    ErrorCode::StripeFailed,
                    "Stripe could not complete the request; try again later",
                )
            }
        }
    }
}

/// A permanent refusal, with Stripe's own code and message.
fn refused(code: ErrorCode, message: impl Into<String>, refusal: &StripeRefusal) -> Problem {
    let detail = Detail {
        code: refusal.code.clone(),
        ..Detail::new("stripe", refusal.message.clone())
    };
    Problem {
        details: vec![detail],
        ..Problem::new(code, message)
    }
}

impl From<OutboundError> for Problem {
    fn from(error: OutboundError) -> Self {
        match error {
            OutboundError::Full => Self::stripe_unavailable(Duration::ZERO),
            OutboundError::CircuitOpen(wait) => Self::stripe_unavailable(wait),
            OutboundError::Blocking(error) => error.into(),
        }
    }
}

impl From<RetryError> for Problem {
    fn from(error: RetryError) -> Self {
        match error {
            RetryError::NotFound => Self::not_found(),
            RetryError::Failure(failure) => failure.into(),
        }
    }
}

impl From<ConnectError> for Problem {
    fn from(error: ConnectError) -> Self {
        let text = error.to_string();
        match error {
            ConnectError::NotFound => Self::not_found(),
            ConnectError::Suspended(error) => error.into(),
            ConnectError::PlanLacksConnect => Self::new(ErrorCode::PlanUpgradeRequired, text),
            ConnectError::Mode(ModeError::LiveIsOneWay | ModeError::AlreadyLive) => {
                Self::new(ErrorCode::ConnectLiveIsOneWay, text)
            }
            ConnectError::Mode(_) => Self::new(ErrorCode::StripeModeRefused, text),
            ConnectError::InvalidState => Self::new(ErrorCode::OauthStateInvalid, text),
            ConnectError::OtherBrowser => Self::new(ErrorCode::OauthOtherBrowser, text),
            ConnectError::AccountTaken => Self::new(ErrorCode::OauthAccountTaken, text),
            ConnectError::WrongMode => Self::new(ErrorCode::OauthWrongMode, text),
            ConnectError::NotConnected => Self::new(ErrorCode::StripeNotConnected, text),
            ConnectError::Stripe(error) => error.into(),
            ConnectError::Failure(failure) => failure.into(),
        }
    }
}

impl From<InboundError> for Problem {
    fn from(error: InboundError) -> Self {
        let text = error.to_string();
        match error {
            InboundError::LiveEventOnSandbox => Self::new(ErrorCode::WebhookModeMismatch, text),
            InboundError::Stripe(StripeError::Busy { retry_after }) => {
                Self::stripe_unavailable(retry_after.unwrap_or_default())
            }
            InboundError::Stripe(_) => Self::unavailable(&text),
            InboundError::Failure(failure) => failure.into(),
        }
    }
}

impl From<WebhookError> for Problem {
    fn from(error: WebhookError) -> Self {
        let text = error.to_string();
        match error {
            // Without a secret no signature can be checked, so the route does not exist.
            WebhookError::NoSecret => Self::not_found(),
            WebhookError::BadSignature | WebhookError::Stale => {
                Self::new(ErrorCode::WebhookSignatureInvalid, text)
            }
            WebhookError::NotAnEvent => Self::invalid(text, Vec::new()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stripe_refuses_for_good_has_its_own_code_and_message() {
        let refusal = StripeRefusal {
            code: Some("resource_missing".to_owned()),
            message: "No such price: 'price_1'".to_owned(),
            request_id: Some("req_1".to_owned()),
        };
        for (error, status, code) in [
            (StripeError::Refused as fn(_) -> _, 422, "stripe/refused"),
            (StripeError::NotFound, 422, "stripe/refused"),
            (StripeError::CannotCharge, 409, "stripe/cannot-charge"),
            (StripeError::AmountTooSmall, 422, "stripe/amount-too-small"),
            (StripeError::CodeRefused, 400, "oauth/code-refused"),
        ] {
            let problem = Problem::from(error(refusal.clone()));
            assert_eq!(
                (problem.code.status(), problem.code.as_str()),
                (status, code)
            );
            let said = Detail {
                code: refusal.code.clone(),
                ..Detail::new("stripe", refusal.message.as_str())
            };
            assert_eq!(problem.details, [said], "{code}");
        }
    }
}
