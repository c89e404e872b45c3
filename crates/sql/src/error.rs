//! Why a piece of work on a connection failed, before an adapter says what its driver meant.

use mintage_domain::ports::StoreError;

/// Why a piece of work on a connection failed.
#[derive(Debug)]
pub enum Error {
    /// The database refused; the adapter recognizes its error codes.
    Database(diesel::result::Error),
    /// It held a row that is no value of the domain.
    Row(StoreError),
    /// A row that was not there when the guards were judged is there now: another node wrote it.
    Raced,
}

impl From<diesel::result::Error> for Error {
    fn from(error: diesel::result::Error) -> Self {
        Self::Database(error)
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        Self::Row(error)
    }
}
