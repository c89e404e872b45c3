//! What went wrong with a command to a license, or with its mail.

use mintage_domain::model::licenses::standing::CannotExtend;
use mintage_domain::usecase::licenses::command::LicenseError;
use mintage_domain::usecase::outbox::mail::MailingError;

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

impl From<MailingError> for ApiError {
    fn from(error: MailingError) -> Self {
        let text = error.to_string();
        match error {
            MailingError::NotFound => Self::not_found(),
            MailingError::Revoked => Self::conflict("license/already-revoked", text),
            MailingError::NotConfigured => Self::conflict("mail/not-configured", text),
            MailingError::RateLimited(wait) => Self::rate_limited(wait),
            MailingError::Failure(failure) => failure.into(),
        }
    }
}
