//! What has expired.

use std::time::Duration;

use diesel::prelude::*;
use diesel::sql_types::BigInt;
use mintage_domain::base::time::Timestamp;

use super::super::db::Conn;
use crate::error::Error;
use crate::schema::{commits, oauth_rounds, rate_windows};

/// Deletes the oldest nonces that have expired: until when, how many.
const PRUNE_NONCES: &str = "\
    delete from nonces where (key, signature) in (\
        select key, signature from nonces where expires_at <= $1 order by expires_at limit $2)";

/// The same for calls that may be sent again.
const PRUNE_CALLS: &str = "\
    delete from idempotency_records where (key, tenant, product, mode) in (\
        select key, tenant, product, mode from idempotency_records \
        where expires_at <= $1 order by expires_at limit $2)";

/// How many rows of each kind are deleted at once.
pub const MAX_PRUNED: i64 = 1_000;
/// How long the id of a commit is kept: far longer than any adapter goes on asking for it.
const COMMITS_KEPT: Duration = Duration::from_hours(1);

/// Deletes the oldest rows of a table that ended at `$end` or before.
macro_rules! prune_table {
    ($conn:ident, $table:ident, $key:ident as $type:ty, $column:ident, $end:expr) => {{
        // In two statements: the DSL has no delete that selects from its own table.
        let gone = $table::table
            .filter($table::$column.le($end))
            .order($table::$column)
            .limit(MAX_PRUNED)
            .select($table::$key)
            .load::<$type>($conn)?;
        diesel::delete($table::table)
            .filter($table::$key.eq_any(gone))
            .execute($conn)
    }};
}

/// Delete what has expired, inside a transaction. Returns how many rows were deleted.
#[expect(clippy::disallowed_methods, reason = "the DSL has no row values in IN")]
pub fn prune(conn: &mut Conn, now: Timestamp) -> Result<usize, Error> {
    let at = now.as_micros();
    let old =
        i64::try_from(COMMITS_KEPT.as_micros()).map_or(i64::MIN, |kept| at.saturating_sub(kept));
    let rounds = prune_table!(conn, oauth_rounds, state as Vec<u8>, expires_at, at)?;
    let rates = prune_table!(conn, rate_windows, key as String, expires_at, at)?;
    let ids = prune_table!(conn, commits, id as String, committed_at, old)?;
    let mut rest = 0;
    for delete in [PRUNE_NONCES, PRUNE_CALLS] {
        rest += diesel::sql_query(delete)
            .bind::<BigInt, _>(at)
            .bind::<BigInt, _>(MAX_PRUNED)
            .execute(conn)?;
    }
    Ok(rounds + rates + ids + rest)
}
