//! The problems of checkouts and customers.

use mintage_domain::usecase::sales::checkout::CheckoutError;
use mintage_domain::usecase::sales::customer::EraseError;

use super::code::ErrorCode;
use super::value::Problem;

impl From<CheckoutError> for Problem {
    fn from(error: CheckoutError) -> Self {
        let text = error.to_string();
        match error {
            CheckoutError::Unauthorized => Self::key_invalid(),
            CheckoutError::Suspended(error) => error.into(),
            CheckoutError::NotConnected => Self::new(ErrorCode::StripeNotConnected, text),
            CheckoutError::NotFound => Self::not_found(),
            CheckoutError::Archived => Self::new(ErrorCode::CatalogArchived, text),
            CheckoutError::NoPrice => Self::new(ErrorCode::CheckoutNoPrice, text),
            CheckoutError::KeyRefused => Self::new(ErrorCode::StripeKeyInvalid, text),
            CheckoutError::ThanksPage(_) => Self::internal(&text),
            CheckoutError::Stripe(error) => error.into(),
            CheckoutError::Failure(failure) => failure.into(),
        }
    }
}

impl From<EraseError> for Problem {
    fn from(error: EraseError) -> Self {
        match error {
            EraseError::NotFound => Self::not_found(),
            EraseError::Failure(failure) => failure.into(),
        }
    }
}
