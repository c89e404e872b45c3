//! The errors of stores.

use crate::base::page::Page;

/// Why a store failed. A missing object is `Option::None`, never an error.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// The store cannot be reached, or is too busy; a retry may succeed.
    #[error("the store is not available: {0}")]
    Unavailable(String),
    /// A stored row is not a valid value of the domain.
    #[error("the store holds an invalid {table} row: {reason}")]
    Inconsistent {
        /// The table of the row.
        table: &'static str,
        /// What is wrong with the row; may contain columns and ids, never secrets.
        reason: String,
    },
    /// The store failed permanently; a retry will fail too.
    #[error("the store failed: {0}")]
    Failed(String),
}

pub(super) type Found<T> = Result<Option<T>, StoreError>;

pub(super) type Listed<T> = Result<Page<T>, StoreError>;
