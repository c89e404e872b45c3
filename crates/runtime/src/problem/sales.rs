//! The problems of checkouts.

use mintage_domain::usecase::sales::checkout::CheckoutError;

use super::code::ErrorCode;
use super::value::Problem;

impl From<CheckoutError> for Problem {
    fn from(error: CheckoutError) -> Self {
        let text = error.to_string();
        match error {
            CheckoutError::Unauthorized => Self::key_invalid(),
            CheckoutError::NotConnected => Self::new(ErrorCode::StripeNotConnected, text),
            CheckoutError::NotFound => Self::not_found(),
            CheckoutError::Archived => Self::new(ErrorCode::CatalogArchived, text),
            CheckoutError::NoPrice => Self::new(ErrorCode::CheckoutNoPrice, text),
            CheckoutError::Stripe(error) => error.into(),
            CheckoutError::Failure(failure) => failure.into(),
        }
    }
}
