//! Why a product or key type was not created or changed.

use crate::model::catalog::price::InvalidPrice;
use crate::model::catalog::sale::ManagesTaxItself;
use crate::model::licenses::recurrence::InvalidRecurrence;
use crate::ports::StripeError;
use crate::usecase::catalog::prices::PricesError;
use crate::usecase::failure::{Failure, from_port_errors};

/// Why a product or key type was not created or changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CatalogError {
    /// The tenant, the product or the key type does not exist.
    #[error("not found")]
    NotFound,
    /// The id is taken.
    #[error("an object with this id exists already")]
    Exists,
    /// The plan allows no more products.
    #[error("the plan allows {0} products; archive one first")]
    QuotaExceeded(u32),
    /// The term is a date, but a key type's term must count from the sale.
    #[error("a key type's duration is `lifetime` or a number of days, such as `365d`")]
    AbsoluteTerm,
    /// The changed price would not be valid.
    #[error(transparent)]
    Price(#[from] InvalidPrice),
    /// Stripe does not accept the switches of the sale together.
    #[error(transparent)]
    Sale(#[from] ManagesTaxItself),
    /// The key type would not recur in a valid way.
    #[error(transparent)]
    Recurrence(#[from] InvalidRecurrence),
    /// The change is stored, but Stripe did not take the new price.
    #[error(transparent)]
    Stripe(StripeError),
    /// The store failed, or a secret cannot be opened.
    #[error(transparent)]
    Failure(#[from] Failure),
}

from_port_errors!(CatalogError);

impl From<PricesError> for CatalogError {
    fn from(error: PricesError) -> Self {
        match error {
            PricesError::NotConnected => Self::Stripe(StripeError::AccountGone),
            PricesError::Stripe(error) => Self::Stripe(error),
            PricesError::Failure(failure) => Self::Failure(failure),
        }
    }
}
