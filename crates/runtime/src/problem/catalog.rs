//! The problems of products, key types and prices.

use mintage_domain::model::catalog::price::InvalidPrice;
use mintage_domain::model::licenses::recurrence::InvalidRecurrence;
use mintage_domain::usecase::catalog::error::CatalogError;
use mintage_domain::usecase::catalog::prices::PricesError;

use super::code::ErrorCode;
use super::value::Problem;

impl From<CatalogError> for Problem {
    fn from(error: CatalogError) -> Self {
        let text = error.to_string();
        match error {
            CatalogError::NotFound => Self::not_found(),
            CatalogError::Exists => Self::new(ErrorCode::Exists, text),
            CatalogError::QuotaExceeded(_) => Self::new(ErrorCode::QuotaProductsExceeded, text),
            CatalogError::AbsoluteTerm => Self::invalid_field("duration", text),
            CatalogError::Price(InvalidPrice::NoCurrency) => {
                Self::invalid_field("priceCurrency", text)
            }
            CatalogError::Price(_) => Self::invalid_field("priceInCents", text),
            CatalogError::Sale(_) => Self::invalid_field("managedPayments", text),
            CatalogError::Recurrence(error) => Self::invalid_field(recurrence_field(error), text),
            CatalogError::Stripe(error) => error.into(),
            CatalogError::Failure(failure) => failure.into(),
        }
    }
}

/// The field of a key type that makes its recurrence invalid.
pub const fn recurrence_field(error: InvalidRecurrence) -> &'static str {
    match error {
        InvalidRecurrence::Count(_) | InvalidRecurrence::CountWithoutInterval => "intervalCount",
        InvalidRecurrence::Trial | InvalidRecurrence::TrialWithoutInterval => "trialDays",
        InvalidRecurrence::Grace | InvalidRecurrence::GraceWithoutInterval => "graceDays",
        InvalidRecurrence::WithDuration => "duration",
    }
}

impl From<PricesError> for Problem {
    fn from(error: PricesError) -> Self {
        let text = error.to_string();
        match error {
            PricesError::NotConnected => Self::new(ErrorCode::StripeNotConnected, text),
            PricesError::Stripe(error) => error.into(),
            PricesError::Failure(failure) => failure.into(),
        }
    }
}
