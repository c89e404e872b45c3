//! Why a store did not answer.

use crate::base::page::Page;

/// Why a store did not answer. A thing that is not there is `Option::None`, never an error.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// It cannot be reached, or is too busy; worth trying again.
    #[error("the store is not available: {0}")]
    Unavailable(String),
    /// A row in it is no valid value of the domain.
    #[error("the store holds an invalid {table} row: {reason}")]
    Inconsistent {
        /// Where.
        table: &'static str,
        /// What is wrong; names columns and ids, never secrets.
        reason: String,
    },
    /// It failed in a way that trying again will not mend.
    #[error("the store failed: {0}")]
    Failed(String),
}

pub(super) type Found<T> = Result<Option<T>, StoreError>;

pub(super) type Listed<T> = Result<Page<T>, StoreError>;
