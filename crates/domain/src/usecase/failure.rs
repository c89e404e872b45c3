//! The failures that every use case shares.

use crate::ports::StoreError;

/// Why a use case could not be carried out, though nothing was wrong with what was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// The store did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Others were faster, again and again; worth trying again.
    #[error("too much contention")]
    Contended,
    /// A sealed secret does not open: the master key is missing or another one.
    #[error("a sealed secret does not open: {0}")]
    Sealed(#[from] crate::base::seal::OpenError),
}

/// Lets `?` turn what a port says into the error of a use case.
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
