//! The problems of checkouts and customers.

use mintage_domain::usecase::sales::checkout::CheckoutError;
use mintage_domain::usecase::sales::customer::EraseError;
use mintage_domain::usecase::sales::promotion_code::PromotionCodeError;
use mintage_domain::usecase::sales::report::ReportError;

use super::code::ErrorCode;
use super::value::{Detail, Problem};

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

impl From<PromotionCodeError> for Problem {
    fn from(error: PromotionCodeError) -> Self {
        let text = error.to_string();
        match error {
            PromotionCodeError::NotFound => Self::not_found(),
            PromotionCodeError::Suspended(error) => error.into(),
            PromotionCodeError::NotConnected => Self::new(ErrorCode::StripeNotConnected, text),
            PromotionCodeError::Taken => Self::new(ErrorCode::Exists, text),
            PromotionCodeError::Stripe(error) => error.into(),
            PromotionCodeError::Failure(failure) => failure.into(),
        }
    }
}

impl From<ReportError> for Problem {
    fn from(error: ReportError) -> Self {
        let text = error.to_string();
        match error {
            ReportError::TooManyGroups => Self::invalid_query(vec![Detail::new("from", text)]),
            ReportError::TooLarge => Self::internal(&text),
            ReportError::Store(error) => error.into(),
        }
    }
}
