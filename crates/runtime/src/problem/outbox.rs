//! The problems of webhook endpoints, deliveries and mails.

use mintage_domain::usecase::endpoint::EndpointError;
use mintage_domain::usecase::mail::MailingError;

use super::code::ErrorCode;
use super::value::Problem;

impl From<EndpointError> for Problem {
    fn from(error: EndpointError) -> Self {
        let text = error.to_string();
        match error {
            EndpointError::NotFound => Self::not_found(),
            EndpointError::Busy => Self::new(ErrorCode::WebhookBeingSent, text),
            EndpointError::Failure(failure) => failure.into(),
        }
    }
}

impl From<MailingError> for Problem {
    fn from(error: MailingError) -> Self {
        let text = error.to_string();
        match error {
            MailingError::NotFound => Self::not_found(),
            MailingError::Revoked => Self::new(ErrorCode::LicenseAlreadyRevoked, text),
            MailingError::NotConfigured => Self::new(ErrorCode::MailNotConfigured, text),
            MailingError::RateLimited(wait) => Self::rate_limited(wait),
            MailingError::Failure(failure) => failure.into(),
        }
    }
}
