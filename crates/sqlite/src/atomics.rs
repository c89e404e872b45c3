//! The atomic calls outside a commit, on the writer's connection.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use mintage_domain::model::outbox::delivery::Claim;
use mintage_domain::model::outbox::mail::QueuedMail;
use mintage_sql::Error;
use mintage_sql::claims::Order;
use mintage_sql::schema::{deliveries, mails};

mintage_sql::atomics!(SqliteConnection);
mintage_sql::seen!(SqliteConnection);

/// The tenants that have a URL, something due, and room in their lane; the longest due first, so
/// that no lane starves. Driven from the endpoints, so that what waits for a URL costs nothing.
const LANES: &str = "\
    select e.tenant as tenant, ?3 - (\
        select count(*) from deliveries l \
        where l.tenant = e.tenant and l.status = 'leased' and l.due_at > ?1) as room, (\
        select d.due_at from deliveries d \
        where d.tenant = e.tenant and d.status in ('pending', 'leased') and d.due_at <= ?1 \
        order by d.due_at limit 1) as first_due \
    from endpoints e \
    where e.url is not null and e.gone_since is null \
        and first_due is not null and room > 0 \
    order by first_due limit ?2";

#[derive(QueryableByName)]
struct Lane {
    #[diesel(sql_type = Text)]
    tenant: String,
    #[diesel(sql_type = BigInt)]
    room: i64,
}

/// Leases what is due, inside a transaction of the writer.
#[expect(
    clippy::disallowed_methods,
    reason = "the DSL has no name for a subquery of the select list"
)]
pub(crate) fn claim(conn: &mut SqliteConnection, order: Order) -> Result<Vec<Claim>, Error> {
    let lanes: Vec<Lane> = diesel::sql_query(LANES)
        .bind::<BigInt, _>(order.now)
        .bind::<BigInt, _>(order.n)
        .bind::<BigInt, _>(order.cap)
        .load(conn)?;
    let mut due: Vec<(i64, String)> = Vec::new();
    for lane in lanes {
        due.extend(
            deliveries::table
                .filter(deliveries::tenant.eq(lane.tenant))
                .filter(unsettled())
                .filter(deliveries::due_at.le(order.now))
                .order((deliveries::due_at, deliveries::id))
                .limit(lane.room.min(order.n))
                .select((deliveries::due_at, deliveries::id))
                .load::<(i64, String)>(conn)?,
        );
    }
    due.sort();
    due.truncate(usize::try_from(order.n).unwrap_or(usize::MAX));
    let picked: Vec<String> = due.into_iter().map(|(_, id)| id).collect();
    lease(conn, order, &picked)
}

/// Leases the mailings that are due, inside a transaction of the writer.
pub(crate) fn claim_mails(
    conn: &mut SqliteConnection,
    order: Order,
) -> Result<Vec<QueuedMail>, Error> {
    let due: Vec<String> = mintage_sql::due_mails!(order.now, order.n)
        .select(mails::id)
        .load(conn)?;
    lease_mails(conn, order, &due)
}

/// Written as the partial index says it: bound values would hide the index from the planner.
fn unsettled() -> diesel::expression::SqlLiteral<diesel::sql_types::Bool> {
    diesel::dsl::sql("status in ('pending', 'leased')")
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail loudly")]
#[expect(
    clippy::disallowed_methods,
    reason = "the tests ask SQLite about its own plans"
)]
mod tests {
    use super::*;

    #[derive(QueryableByName)]
    struct Step {
        #[diesel(sql_type = Text)]
        detail: String,
    }

    fn plan(sql: &str) -> String {
        let mut connection = SqliteConnection::establish(":memory:").unwrap();
        crate::migrations::apply(&mut connection).unwrap();
        let steps: Vec<Step> = diesel::sql_query(format!("explain query plan {sql}"))
            .load(&mut connection)
            .unwrap();
        let details: Vec<String> = steps.into_iter().map(|step| step.detail).collect();
        details.join("\n")
    }

    #[test]
    fn a_claim_looks_at_no_delivery_that_waits_for_a_url() {
        let lanes = plan(LANES);
        assert!(
            lanes.contains("SEARCH d USING INDEX deliveries_due"),
            "{lanes}"
        );
        assert!(
            lanes.contains("SEARCH l USING COVERING INDEX deliveries_leased"),
            "{lanes}"
        );
        assert!(
            !lanes.contains("SCAN d") && !lanes.contains("SCAN l"),
            "{lanes}"
        );
        let due = deliveries::table
            .filter(deliveries::tenant.eq("acme"))
            .filter(unsettled())
            .filter(deliveries::due_at.le(0))
            .order((deliveries::due_at, deliveries::id))
            .select((deliveries::due_at, deliveries::id));
        let sql = diesel::debug_query::<diesel::sqlite::Sqlite, _>(&due).to_string();
        let (sql, _binds) = sql.split_once(" -- binds").unwrap();
        let lane = plan(sql);
        assert!(
            lane.contains("SEARCH deliveries USING INDEX deliveries_due"),
            "{lane}"
        );
    }

    #[test]
    fn a_claim_looks_at_no_mail_that_is_settled() {
        let due = mintage_sql::due_mails!(0, 10_i64).select(mails::id);
        let sql = diesel::debug_query::<diesel::sqlite::Sqlite, _>(&due).to_string();
        let (sql, _binds) = sql.split_once(" -- binds").unwrap();
        let told = plan(sql);
        assert!(told.contains("INDEX mails_due (due_at<?)"), "{told}");
        assert!(!told.contains("TEMP B-TREE"), "{told}");
    }
}
