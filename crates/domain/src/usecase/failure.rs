//! The failures that every use case may have.

use crate::ports::StoreError;

/// Why a use case failed although its input was valid.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Concurrent commits refused every attempt; a retry may succeed.
    #[error("too many concurrent changes; try again")]
    Contended,
    /// A sealed secret cannot be opened: the master key is missing or a different one.
    #[error("a sealed secret cannot be opened: {0}")]
    Sealed(#[from] crate::base::seal::OpenError),
}

/// Converts the errors of ports into the `Failure` variant of a use case's error, for `?`.
macro_rules! from_port_errors {
    ($($error:ty),*) => {$(
        impl From<crate::ports::StoreError> for $error {
            fn from(error: crate::ports::StoreError) -> Self {
                Self::Failure(error.into())
            }
        }

        impl From<crate::base::seal::OpenError> for $error {
            fn from(error: crate::base::seal::OpenError) -> Self {
                Self::Failure(error.into())
            }
        }
    )*};
}

pub(crate) use from_port_errors;
