//! Why a step of a worker failed.

use mintage_domain::ports::StoreError;
use mintage_domain::usecase::failure::Failure;

use crate::blocking::BlockingError;

/// Why a step of a worker failed. The worker logs the error and continues.
#[derive(Debug, thiserror::Error)]
pub(super) enum WorkerError {
    /// The step did not run to its end.
    #[error(transparent)]
    Blocking(#[from] BlockingError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The use case failed.
    #[error(transparent)]
    UseCase(#[from] Failure),
}
