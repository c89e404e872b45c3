//! The tables.

use diesel::SqliteConnection;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use std::error::Error;

pub(crate) const MIGRATIONS: EmbeddedMigrations = embed_migrations!("../../migrations/sqlite");

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// Applies what is not applied yet, one process at a time.
pub(crate) fn apply(connection: &mut SqliteConnection) -> Outcome<()> {
    // Looking first spares the others a lock when there is nothing to do.
    if connection.has_pending_migration(MIGRATIONS)? {
        connection
            .exclusive_transaction(|connection| {
                connection
                    .run_pending_migrations(MIGRATIONS)
                    .map(|_| ())
                    .map_err(Undone::Migration)
            })
            .map_err(|undone| match undone {
                Undone::Migration(error) => error,
                Undone::Database(error) => error.into(),
            })?;
    }
    Ok(())
}

enum Undone {
    Migration(Box<dyn Error + Send + Sync>),
    Database(diesel::result::Error),
}

impl From<diesel::result::Error> for Undone {
    fn from(error: diesel::result::Error) -> Self {
        Self::Database(error)
    }
}
