//! What PostgreSQL's errors mean.

use diesel::result::{DatabaseErrorKind, Error as Database};
use mintage_domain::ports::StoreError;
use mintage_sql::Error;
use mintage_sql::batch::Failure;

/// Whether the connection is gone: what was not committed is undone.
pub(crate) fn is_lost(error: &Database) -> bool {
    match error {
        Database::DatabaseError(kind, told) => {
            matches!(
                kind,
                DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand
            ) || told.message().starts_with("terminating connection")
        }
        Database::RollbackErrorOnCommit { commit_error, .. } => is_lost(commit_error),
        Database::BrokenTransactionManager => true,
        _ => false,
    }
}

/// Whether the server undid the transaction to serve another (40001, 40P01).
pub(crate) fn is_undone(error: &Database) -> bool {
    match error {
        Database::DatabaseError(DatabaseErrorKind::SerializationFailure, _) => true,
        // Diesel keeps no SQLSTATE: 40P01 is known by its message alone. On a server that speaks
        // another language a batch that met a deadlock is still redone, one by one.
        Database::DatabaseError(_, told) => told.message().contains("deadlock detected"),
        _ => false,
    }
}

/// Whether a statement was ended because it took or waited too long (57014, 55P03).
fn is_timed_out(error: &Database) -> bool {
    matches!(error, Database::DatabaseError(_, told)
        if told.message().starts_with("canceling statement due to"))
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
    if is_lost(error) || is_undone(error) || is_timed_out(error) {
        StoreError::Unavailable(message)
    } else {
        StoreError::Failed(message)
    }
}

pub(crate) fn failure(error: Error) -> Failure {
    match error {
        Error::Raced => Failure::Raced,
        // What was not committed is undone, so it can be done again on another connection.
        Error::Database(error) if is_undone(&error) || is_lost(&error) => Failure::Undone,
        other => Failure::Store(store_error(other)),
    }
}
