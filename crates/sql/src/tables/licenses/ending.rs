//! Ends of terms, which no commit writes.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use mintage_domain::base::time::Timestamp;
use mintage_domain::ports::MAX_PRUNED_ROWS;

use super::super::super::db::Conn;
use super::license::EXPIRED;
use crate::error::Error;
use crate::schema::licenses;

/// Mark licenses whose term ended at a time or before, the first ended first, inside a transaction.
/// Returns how many. A license that another transaction is changing is left to the next call.
pub fn mark(conn: &mut Conn, ended: Timestamp) -> Result<usize, Error> {
    let ids: Vec<String> = claimable!(
        licenses::table
            // As the partial index says it.
            .filter(sql::<Bool>("state in ('active', 'frozen')"))
            .filter(licenses::expires_at.le(ended.as_micros()))
            // A lapse freezes a license instead of letting it expire.
            .filter(licenses::frozen_from.is_null())
            .order(licenses::expires_at)
            .limit(i64::try_from(MAX_PRUNED_ROWS).unwrap_or(i64::MAX))
            .select(licenses::id)
    )
    .load(conn)?;
    let mut marked = 0;
    for some in ids.chunks(AT_ONCE) {
        marked += diesel::update(licenses::table.filter(licenses::id.eq_any(some)))
            .set(licenses::state.eq(EXPIRED))
            .execute(conn)?;
    }
    Ok(marked)
}

/// How many rows one statement marks.
const AT_ONCE: usize = 250;
