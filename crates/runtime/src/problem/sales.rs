//! The problems of checkouts and customers.

use mintage_domain::usecase::failure::Failure;
use mintage_domain::usecase::sales::cannot_sell::CannotSell;
use mintage_domain::usecase::sales::checkout_error::CheckoutError;
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
            CheckoutError::ManagedPaymentsFee => {
                Self::new(ErrorCode::CheckoutManagedPaymentsFee, text)
            }
            CheckoutError::TooLarge => Self::new(ErrorCode::CheckoutTooLarge, text),
            CheckoutError::PlanLacksConnect => Self::new(ErrorCode::PlanUpgradeRequired, text),
            CheckoutError::QuotaExceeded(_) => Self::new(ErrorCode::QuotaLicensesExceeded, text),
            CheckoutError::KeyRefused => Self::new(ErrorCode::StripeKeyInvalid, text),
            CheckoutError::Items(error) => error.into(),
            CheckoutError::ThanksPage(_) => Self::internal(&text),
            CheckoutError::Stripe(error) => error.into(),
            CheckoutError::Failure(failure) => failure.into(),
        }
    }
}

impl From<CannotSell> for Problem {
    fn from(error: CannotSell) -> Self {
        let text = error.to_string();
        match error {
            CannotSell::NotFound => Self::not_found(),
            CannotSell::Archived => Self::new(ErrorCode::CatalogArchived, text),
            CannotSell::Deactivated => Self::new(ErrorCode::CatalogDeactivated, text),
            CannotSell::NoPrice(_) => Self::new(ErrorCode::CheckoutNoPrice, text),
            CannotSell::MixedCurrencies
            | CannotSell::MixedSwitch(_)
            | CannotSell::RecurringAlone
            | CannotSell::OwnKeyAlone => Self::new(ErrorCode::CheckoutNotTogether, text),
            CannotSell::RecurringNeedsConnect => Self::new(ErrorCode::StripeNotConnected, text),
            CannotSell::TooManyLicenses
            | CannotSell::TooManySeats
            | CannotSell::TooExpensive(_) => Self::new(ErrorCode::CheckoutTooLarge, text),
            CannotSell::Store(error) => Failure::from(error).into(),
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
