//! Why a product or key type was not created.

use crate::usecase::failure::{Failure, from_port_errors};

/// Why a product or key type was not created.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CatalogError {
    /// The tenant or the product does not exist.
    #[error("not found")]
    NotFound,
    /// The id is taken.
    #[error("an object with this id exists already")]
    Exists,
    /// The plan allows no more products.
    #[error("the plan allows {0} products")]
    QuotaExceeded(u32),
    /// The key format does not accept the prefix.
    #[error("the key prefix does not fit the key format")]
    PrefixMismatch,
    /// The term is a date, but a key type's term must count from the sale.
    #[error("a key type's duration is `lifetime` or a number of days")]
    AbsoluteTerm,
    /// The store failed, or a secret cannot be opened.
    #[error(transparent)]
    Failure(#[from] Failure),
}

from_port_errors!(CatalogError);
