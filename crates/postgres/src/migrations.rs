//! The tables.

use diesel::prelude::*;
use diesel::sql_types::BigInt;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use std::error::Error;

pub(crate) const MIGRATIONS: EmbeddedMigrations = embed_migrations!("../../migrations/postgres");

/// The advisory lock under which nodes that start at once take turns: `mintage` in ASCII.
const LOCK: i64 = 0x6d_69_6e_74_61_67_65;

/// Applies what is not applied yet, one node at a time.
pub(crate) fn apply(connection: &mut PgConnection) -> Result<(), Box<dyn Error + Send + Sync>> {
    diesel::sql_query("select pg_advisory_lock($1)")
        .bind::<BigInt, _>(LOCK)
        .execute(connection)?;
    let applied = connection.run_pending_migrations(MIGRATIONS).map(|_| ());
    diesel::sql_query("select pg_advisory_unlock($1)")
        .bind::<BigInt, _>(LOCK)
        .execute(connection)?;
    applied
}
