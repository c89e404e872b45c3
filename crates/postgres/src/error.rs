//! What PostgreSQL's errors mean.
//!
//! Diesel keeps the kind of an error that it knows, and neither the SQLSTATE nor the language of the
//! message is there to tell the others apart. So they are told apart by what can be observed: whether the
//! connection still answers, and whether the statement ran as long as a timeout.

use std::time::Duration;

use diesel::result::{DatabaseErrorKind, Error as Database};
use mintage_domain::ports::StoreError;
use mintage_sql::Error;
use mintage_sql::batch::Failure;

/// Whether the connection is gone: what was not committed is undone.
pub(crate) fn is_lost(error: &Database) -> bool {
    match error {
        Database::DatabaseError(kind, _) => matches!(
            kind,
            DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand
        ),
        Database::RollbackErrorOnCommit { commit_error, .. } => is_lost(commit_error),
        Database::BrokenTransactionManager => true,
        _ => false,
    }
}

/// Whether the server ended a statement for a reason that Diesel does not name: a deadlock (40P01), a
/// timeout (57014, 55P03), a shutdown (57P01), a full disk (53100). The transaction is undone.
pub(crate) fn is_unnamed(error: &Database) -> bool {
    match error {
        Database::DatabaseError(DatabaseErrorKind::Unknown, _) => true,
        Database::RollbackErrorOnCommit { commit_error, .. } => is_unnamed(commit_error),
        _ => false,
    }
}

/// Whether a transaction that was undone after this time may succeed if it is tried again at once: the
/// server serialises (40001), or it ended a statement sooner than by a timeout.
pub(crate) fn is_worth_another_try(error: &Database, took: Duration, patience: Duration) -> bool {
    match error {
        Database::DatabaseError(DatabaseErrorKind::SerializationFailure, _) => true,
        error => is_unnamed(error) && took < patience,
    }
}

pub(crate) fn store_error(error: Error) -> StoreError {
    match error {
        Error::Row(error) => error,
        Error::Raced => Failure::Raced.into(),
        Error::Database(error) => database_error(&error),
    }
}

pub(crate) fn database_error(error: &Database) -> StoreError {
    let message = match error {
        // The words of libpq about a connection run over several lines.
        Database::DatabaseError(_, told) => told.message().trim().to_owned(),
        other => other.to_string(),
    };
    let is_serialised = matches!(
        error,
        Database::DatabaseError(DatabaseErrorKind::SerializationFailure, _)
    );
    if is_lost(error) || is_unnamed(error) || is_serialised {
        StoreError::Unavailable(message)
    } else {
        StoreError::Failed(message)
    }
}
