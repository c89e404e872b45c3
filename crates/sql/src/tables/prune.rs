//! Pruning: deleting what is old, a bounded number of rows at a time.

use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::BigInt;
use mintage_domain::base::time::Timestamp;
use mintage_domain::model::retention::Prunable;
use mintage_domain::ports::MAX_PRUNED_ROWS;

use super::super::db::{AMONG, Conn, Db, NO_BYTES, OLDEST_AUDIT_ENTRIES, ROW, SKIP_LOCKED};
use crate::error::Error;

/// Which rows of a table may be deleted, as an index has them.
struct Rows {
    table: &'static str,
    /// The column of the time that is compared.
    time: &'static str,
    /// What else must hold, as the partial index says it.
    when: &'static str,
}

impl Rows {
    const fn new(table: &'static str, time: &'static str) -> Self {
        Self {
            table,
            time,
            when: "",
        }
    }

    const fn when(mut self, when: &'static str) -> Self {
        self.when = when;
        self
    }
}

fn rows(kind: Prunable) -> Rows {
    let settled = "status in ('delivered', 'failed') and ";
    match kind {
        Prunable::Events => {
            Rows::new("stripe_events", "received_at").when("outcome <> 'parked' and ")
        }
        Prunable::Attempts => Rows::new("attempts", "at"),
        Prunable::Bodies => Rows::new("deliveries", "created_at")
            .when("status in ('delivered', 'failed') and length(sealed_body) > 0 and "),
        Prunable::Deliveries => Rows::new("deliveries", "created_at").when(settled),
        Prunable::Mails => {
            Rows::new("mails", "created_at").when("status in ('sent', 'failed', 'cancelled') and ")
        }
        Prunable::Activations => {
            Rows::new("activations", "released_at").when("released_at is not null and ")
        }
        Prunable::Orders => Rows::new("orders", "created_at").when("status = 'abandoned' and "),
        Prunable::Audit => Rows::new("audit_entries", "at"),
        Prunable::Idempotency => Rows::new("idempotency_records", "expires_at"),
        Prunable::Nonces => Rows::new("nonces", "expires_at"),
        Prunable::Rates => Rows::new("rate_windows", "expires_at"),
        Prunable::Oauth => Rows::new("oauth_rounds", "expires_at"),
        Prunable::Commits => Rows::new("commits", "committed_at"),
    }
}

/// The end of a step, as text: PostgreSQL would expect a tenth of all rows from a limit that it does not
/// know.
const LIMIT: &str = " limit 1000";
const _: () = assert!(MAX_PRUNED_ROWS == 1_000, "as the text says");

/// Deletes the oldest rows of a kind, or erases the bodies. Rows that another transaction has locked
/// are left to the next step.
struct Step {
    kind: Prunable,
    until: i64,
    n: i64,
}

impl QueryFragment<Db> for Step {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Db>) -> QueryResult<()> {
        let rows = rows(self.kind);
        if self.kind == Prunable::Bodies {
            // The version tells a redelivery that was decided meanwhile.
            out.push_sql(
                "update deliveries set version = version + 1, external_id = null, sealed_body = ",
            );
            out.push_sql(NO_BYTES);
        } else {
            out.push_sql("delete from ");
            out.push_sql(rows.table);
        }
        let [before_rows, after_rows] = AMONG;
        out.push_sql(" where ");
        out.push_sql(ROW);
        out.push_sql(before_rows);
        if self.kind == Prunable::Audit {
            // By the index that begins with the tenant: few prune the trail, and none of the others
            // is to pay for an index by age.
            let [before, between, after] = OLDEST_AUDIT_ENTRIES;
            out.push_sql(before);
            out.push_bind_param::<BigInt, _>(&self.until)?;
            out.push_sql(between);
            out.push_bind_param::<BigInt, _>(&self.n)?;
            out.push_sql(after);
        } else {
            out.push_sql("select ");
            out.push_sql(ROW);
            oldest(&rows, &mut out);
            out.push_bind_param::<BigInt, _>(&self.until)?;
            out.push_sql(" order by ");
            out.push_sql(rows.time);
            out.push_sql(LIMIT);
            out.push_sql(SKIP_LOCKED);
        }
        out.push_sql(after_rows);
        Ok(())
    }
}

/// All rows that may be deleted, before the time is bound.
fn oldest(rows: &Rows, out: &mut AstPass<'_, '_, Db>) {
    for part in [
        " from ", rows.table, " where ", rows.when, rows.time, " <= ",
    ] {
        out.push_sql(part);
    }
}

impl QueryId for Step {
    type QueryId = ();

    // Statements are identified by their text.
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl RunQueryDsl<Conn> for Step {}

/// Counts the rows of a kind that may be deleted.
struct Count {
    kind: Prunable,
    until: i64,
}

impl QueryFragment<Db> for Count {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Db>) -> QueryResult<()> {
        out.push_sql("select count(*)");
        oldest(&rows(self.kind), &mut out);
        out.push_bind_param::<BigInt, _>(&self.until)
    }
}

impl QueryId for Count {
    type QueryId = ();

    const HAS_STATIC_QUERY_ID: bool = false;
}

impl Query for Count {
    type SqlType = BigInt;
}

impl RunQueryDsl<Conn> for Count {}

/// Delete the oldest rows of a kind, those of a time or before, inside a transaction. Returns how
/// many; a step that returns less than the maximum was the last.
pub fn prune(conn: &mut Conn, kind: Prunable, until: Timestamp) -> Result<usize, Error> {
    let step = Step {
        kind,
        until: until.as_micros(),
        n: i64::try_from(MAX_PRUNED_ROWS).unwrap_or(i64::MAX),
    };
    Ok(step.execute(conn)?)
}

/// Count the rows of a kind of a time or before.
pub fn count(conn: &mut Conn, kind: Prunable, until: Timestamp) -> Result<u64, Error> {
    let count = Count {
        kind,
        until: until.as_micros(),
    };
    let rows: i64 = count.get_result(conn)?;
    Ok(u64::try_from(rows).unwrap_or_default())
}
