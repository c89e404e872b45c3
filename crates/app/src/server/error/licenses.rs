//! What went wrong with a command to a license, or with its mail.

use mintage_domain::model::licenses::standing::CannotExtend;
use mintage_domain::usecase::licenses::command::LicenseError;
use mintage_domain::usecase::outbox::mail::MailCommandError;

use super::{ApiError, Detail};

impl From<LicenseError> for ApiError {
    fn from(error: LicenseError) -> Self {
        let text = error.to_string();
        match error {
            LicenseError::NotFound => Self::not_found(),
            LicenseError::AlreadyRevoked | LicenseError::CannotExtend(CannotExtend::Revoked) => {
                Self::conflict("license/already-revoked", text)
            }
            LicenseError::AlreadyFrozen => Self::conflict("license/already-frozen", text),
            LicenseError::NotFrozen => Self::conflict("license/not-frozen", text),
            LicenseError::CannotExtend(CannotExtend::IsLifetime) => {
                Self::conflict("license/is-lifetime", text)
            }
            LicenseError::CannotExtend(CannotExtend::NotLater { .. }) => {
                let detail = Detail {
                    path: "duration".to_owned(),
                    message: text,
                };
                Self::invalid("one or more fields are not valid", vec![detail])
            }
            LicenseError::DamagedKey => Self::internal(&text),
            LicenseError::Failure(failure) => failure.into(),
        }
    }
}

impl From<MailCommandError> for ApiError {
    fn from(error: MailCommandError) -> Self {
        let text = error.to_string();
        match error {
            MailCommandError::NotFound => Self::not_found(),
            MailCommandError::Revoked => Self::conflict("license/already-revoked", text),
            MailCommandError::NotConfigured => Self::conflict("mail/not-configured", text),
            MailCommandError::RateLimited(wait) => Self::rate_limited(wait),
            MailCommandError::Failure(failure) => failure.into(),
        }
    }
}
