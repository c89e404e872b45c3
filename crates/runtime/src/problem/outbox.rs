//! The problems of webhook endpoints, deliveries and mails.

use mintage_domain::usecase::outbox::mail::MailCommandError;
use mintage_domain::usecase::outbox::webhook_endpoint::WebhookEndpointError;

use super::code::ErrorCode;
use super::value::Problem;

impl From<WebhookEndpointError> for Problem {
    fn from(error: WebhookEndpointError) -> Self {
        let text = error.to_string();
        match error {
            WebhookEndpointError::NotFound => Self::not_found(),
            WebhookEndpointError::Busy => Self::new(ErrorCode::WebhookBeingSent, text),
            WebhookEndpointError::TooMany(_) => Self::new(ErrorCode::WebhookTooManyEndpoints, text),
            WebhookEndpointError::Disabled => Self::new(ErrorCode::WebhookEndpointDisabled, text),
            WebhookEndpointError::RateLimited(wait) => Self::rate_limited(wait),
            WebhookEndpointError::Gone | WebhookEndpointError::Deleted => {
                Self::new(ErrorCode::WebhookEndpointGone, text)
            }
            WebhookEndpointError::LacksScope(_) => Self::forbidden(text),
            WebhookEndpointError::BodyErased => Self::new(ErrorCode::WebhookBodyErased, text),
            WebhookEndpointError::Failure(failure) => failure.into(),
        }
    }
}

impl From<MailCommandError> for Problem {
    fn from(error: MailCommandError) -> Self {
        let text = error.to_string();
        match error {
            MailCommandError::NotFound => Self::not_found(),
            MailCommandError::Revoked => Self::new(ErrorCode::LicenseAlreadyRevoked, text),
            MailCommandError::Repeated => Self::invalid(text, Vec::new()),
            MailCommandError::Unmailable => Self::new(ErrorCode::MailUnmailable, text),
            MailCommandError::NotConfigured => Self::new(ErrorCode::MailNotConfigured, text),
            MailCommandError::RateLimited(wait) => Self::rate_limited(wait),
            MailCommandError::Failure(failure) => failure.into(),
        }
    }
}
