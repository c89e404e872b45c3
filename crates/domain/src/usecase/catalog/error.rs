//! Why a product or key type was not created.

use crate::usecase::failure::{Failure, from_port_errors};

/// Why a product or key type was not made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CatalogError {
    /// There is no such tenant or product.
    #[error("not found")]
    NotFound,
    /// The id is taken.
    #[error("one with this id exists already")]
    Exists,
    /// The plan allows no more products.
    #[error("the plan allows {0} products")]
    QuotaExceeded(u32),
    /// The prefix does not fit the key format.
    #[error("the key prefix does not fit the key format")]
    PrefixMismatch,
    /// A key type's term must count from the day of the sale.
    #[error("a key type's duration is `lifetime` or a number of days")]
    AbsoluteTerm,
    /// It could not be done.
    #[error(transparent)]
    Failure(#[from] Failure),
}

from_port_errors!(CatalogError);
