//! How many statements PostgreSQL runs for each call.

use crate::data::postgres::PostgresDatabase;
use crate::error::BenchResult;

/// The setting that loads the extension.
pub(super) const LIBRARY: &str = "shared_preload_libraries=pg_stat_statements";

/// Counts nothing until [`start_counting`], so that no case is slowed down.
pub(super) fn count_nothing(db: &PostgresDatabase) -> BenchResult<()> {
    set_tracking(db, "none")
}

/// Counts the statements of all connections from now on.
pub(super) fn start_counting(db: &PostgresDatabase) -> BenchResult<()> {
    db.text("create extension if not exists pg_stat_statements")?;
    set_tracking(db, "top")?;
    db.text("select pg_stat_statements_reset()").map(drop)
}

/// How many statements were run since the start, apart from those of this program.
pub(super) fn stop_counting(db: &PostgresDatabase) -> BenchResult<u64> {
    let count = db.text(
        "select coalesce(sum(calls), 0) from pg_stat_statements \
         where dbid = (select oid from pg_database where datname = current_database()) \
         and query not like '%pg_stat_statements%' and query not like '%count(*)%' \
         and query not ilike 'copy %' and query not ilike '%pg_attribute%'",
    )?;
    set_tracking(db, "none")?;
    Ok(count.parse().unwrap_or_default())
}

fn set_tracking(db: &PostgresDatabase, what: &str) -> BenchResult<()> {
    // In a statement of its own: it cannot stand in a transaction.
    db.text(&format!(
        "alter system set pg_stat_statements.track = '{what}'"
    ))?;
    db.text("select pg_reload_conf()")?;
    std::thread::sleep(std::time::Duration::from_millis(200));
    Ok(())
}
