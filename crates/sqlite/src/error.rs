//! What SQLite's errors mean.

use diesel::result::Error as Database;
use mintage_domain::ports::StoreError;
use mintage_sql::Error;
use mintage_sql::batch::Failure;

/// Parts of the messages of `SQLITE_BUSY`, `SQLITE_LOCKED` and `SQLITE_FULL`: what passes. Diesel
/// keeps the message and not the code.
const PASSING: [&str; 3] = ["is locked", "schema is locked", "disk is full"];

pub(crate) fn store_error(error: Error) -> StoreError {
    match error {
        Error::Row(error) => error,
        Error::Database(error) => database_error(&error),
        Error::Raced => Failure::Raced.into(),
    }
}

pub(crate) fn failure(error: Error) -> Failure {
    match error {
        Error::Raced => Failure::Raced,
        other => Failure::Store(store_error(other)),
    }
}

pub(crate) fn database_error(error: &Database) -> StoreError {
    let message = error.to_string();
    if PASSING.iter().any(|part| message.contains(part)) {
        StoreError::Unavailable(message)
    } else {
        StoreError::Failed(message)
    }
}
