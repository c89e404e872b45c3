//! The problems of what sellers set about their own Stripe accounts.

use mintage_domain::usecase::stripe::manual::{ManualEndpointError, ManualEventError};
use mintage_domain::usecase::stripe::mappings::MappingsError;
use mintage_domain::usecase::stripe::product_key::ProductKeyError;
use mintage_domain::usecase::stripe::unmapped::MintOrderError;

use super::code::ErrorCode;
use super::value::{Detail, Problem};

impl From<ManualEndpointError> for Problem {
    fn from(error: ManualEndpointError) -> Self {
        match error {
            ManualEndpointError::NotFound => Self::not_found(),
            ManualEndpointError::Failure(failure) => failure.into(),
        }
    }
}

impl From<ManualEventError> for Problem {
    fn from(error: ManualEventError) -> Self {
        match error {
            ManualEventError::Refused(refused) => refused.into(),
            ManualEventError::Failure(failure) => failure.into(),
        }
    }
}

impl From<MappingsError> for Problem {
    fn from(error: MappingsError) -> Self {
        match error {
            MappingsError::Invalid(items) => {
                let items = items.into_iter();
                let details = items.map(|(index, reason)| {
                    Detail::new(format!("items.{index}"), reason.to_string())
                });
                Self::invalid_fields(details.collect())
            }
            MappingsError::Failure(failure) => failure.into(),
        }
    }
}

impl From<ProductKeyError> for Problem {
    fn from(error: ProductKeyError) -> Self {
        let text = error.to_string();
        match error {
            ProductKeyError::NotFound => Self::not_found(),
            ProductKeyError::Refused | ProductKeyError::LacksCheckout => Self {
                details: vec![Detail::new("key", text.clone())],
                ..Self::new(ErrorCode::StripeKeyInvalid, text)
            },
            ProductKeyError::Stripe(error) => error.into(),
            ProductKeyError::Failure(failure) => failure.into(),
        }
    }
}

impl From<MintOrderError> for Problem {
    fn from(error: MintOrderError) -> Self {
        let text = error.to_string();
        match error {
            MintOrderError::NotFound => Self::not_found(),
            MintOrderError::NotWaiting(_) => Self::new(ErrorCode::OrderNotUnmapped, text),
            MintOrderError::Unmapped => Self::new(ErrorCode::OrderUnmapped, text),
            MintOrderError::UnknownKeyType => Self::invalid_field("keyTypeId", text),
            MintOrderError::Refunded => Self::new(ErrorCode::OrderRefunded, text),
            MintOrderError::KeyRefused(_) => Self::new(ErrorCode::StripeKeyInvalid, text),
            MintOrderError::Stripe(error) => error.into(),
            MintOrderError::CannotMint(_) => Self::internal(&text),
            MintOrderError::Failure(failure) => failure.into(),
        }
    }
}
