//! The problems of failed stores and interrupted work, which any route may answer.

use mintage_domain::ports::StoreError;
use mintage_domain::usecase::failure::Failure;

use super::value::Problem;
use crate::blocking::BlockingError;
use crate::settle::SettleError;

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable(_) => Self::unavailable(&error.to_string()),
            StoreError::Inconsistent { .. } | StoreError::Failed(_) => {
                Self::internal(&error.to_string())
            }
        }
    }
}

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Store(error) => error.into(),
            Failure::Contended => Self::unavailable("too much contention"),
            Failure::Sealed(error) => Self::internal(&error.to_string()),
        }
    }
}

impl From<BlockingError> for Problem {
    fn from(error: BlockingError) -> Self {
        match error {
            BlockingError::TooSlow => Self::unavailable(&error.to_string()),
            BlockingError::Stopping | BlockingError::Panicked => Self::internal(&error.to_string()),
        }
    }
}

impl<E: Into<Problem>> From<SettleError<E>> for Problem {
    fn from(error: SettleError<E>) -> Self {
        match error {
            SettleError::Blocking(error) => error.into(),
            SettleError::UseCase(error) => error.into(),
        }
    }
}
