//! The atomic calls outside a commit, on connections of the pool.

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Text};
use mintage_domain::model::outbox::delivery::Claim;
use mintage_domain::model::outbox::mail::QueuedMail;
use mintage_sql::Error;
use mintage_sql::claims::Order;
use mintage_sql::schema::mails;

mintage_sql::atomics!(PgConnection, for_update);
mintage_sql::seen!(PgConnection);

/// The tenants that have a URL, something due, and room in their lane; the longest due first, so
/// that no lane starves. Driven from the endpoints, so that what waits for a URL costs nothing.
/// Their rows stay locked until the leases are taken, so that no other claimer counts the same
/// room; a lane that another claimer is at is left to it.
const LANES: &str = "\
    select e.tenant as key from endpoints e \
    cross join lateral (\
        select d.due_at from deliveries d \
        where d.tenant = e.tenant and d.status in ('pending', 'leased') and d.due_at <= $1 \
        order by d.due_at limit 1) first \
    where e.url is not null and e.gone_since is null and (\
        select count(*) from deliveries l \
        where l.tenant = e.tenant and l.status = 'leased' and l.due_at > $1) < $3 \
    order by first.due_at limit $2 \
    for update of e skip locked";

/// What to lease in those lanes. A statement of its own: it sees what was leased by whoever held
/// the lanes before.
const DUE: &str = "\
    select due.id as key from unnest($1) as lane (tenant) \
    cross join lateral (\
        select d.id, d.due_at from deliveries d \
        where d.tenant = lane.tenant and d.status in ('pending', 'leased') and d.due_at <= $2 \
        order by d.due_at, d.id \
        limit greatest(0, $4 - (\
            select count(*) from deliveries l \
            where l.tenant = lane.tenant and l.status = 'leased' and l.due_at > $2)) \
        for update skip locked) due \
    order by due.due_at, due.id limit $3";

#[derive(QueryableByName)]
struct Key {
    #[diesel(sql_type = Text)]
    key: String,
}

fn keys(found: Vec<Key>) -> Vec<String> {
    found.into_iter().map(|row| row.key).collect()
}

/// Leases what is due, inside a transaction.
#[expect(clippy::disallowed_methods, reason = "the DSL has no LATERAL")]
pub(crate) fn claim(conn: &mut PgConnection, order: Order) -> Result<Vec<Claim>, Error> {
    let lanes = diesel::sql_query(LANES)
        .bind::<BigInt, _>(order.now)
        .bind::<BigInt, _>(order.n)
        .bind::<BigInt, _>(order.cap)
        .load(conn)?;
    let due = diesel::sql_query(DUE)
        .bind::<Array<Text>, _>(keys(lanes))
        .bind::<BigInt, _>(order.now)
        .bind::<BigInt, _>(order.n)
        .bind::<BigInt, _>(order.cap)
        .load(conn)?;
    lease(conn, order, &keys(due))
}

/// Leases the mailings that are due, inside a transaction; what another claimer is at is left to
/// it.
pub(crate) fn claim_mails(conn: &mut PgConnection, order: Order) -> Result<Vec<QueuedMail>, Error> {
    let due: Vec<String> = mintage_sql::due_mails!(order.now, order.n)
        .select(mails::id)
        .for_update()
        .skip_locked()
        .load(conn)?;
    lease_mails(conn, order, &due)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail loudly")]
mod tests {
    use mintage_pgtmp::Server;

    use super::*;

    #[test]
    fn a_claim_looks_at_no_delivery_that_waits_for_a_url() {
        let database = Server::shared().create_database().unwrap();
        let mut connection = PgConnection::establish(database.url()).unwrap();
        crate::migrations::apply(&mut connection).unwrap();
        // A table this small would be scanned for its smallness.
        let plan = |types: &str, values: &str, sql: &str| {
            let prepared = format!(
                "set enable_seqscan = off; set enable_bitmapscan = off; \
                 prepare claim ({types}) as {sql}; explain execute claim ({values})"
            );
            database.run(&prepared).unwrap()
        };
        let lanes = plan("bigint, bigint, bigint", "0, 9, 3", LANES);
        let due = plan("text[], bigint, bigint, bigint", "'{acme}', 0, 9, 3", DUE);
        for told in [lanes, due] {
            for index in [
                "deliveries_due on deliveries d",
                "deliveries_leased on deliveries l",
            ] {
                assert!(told.contains(index), "{told}");
            }
            assert!(!told.contains("Seq Scan on deliveries"), "{told}");
        }
    }

    #[test]
    fn a_claim_looks_at_no_mail_that_is_settled() {
        let database = Server::shared().create_database().unwrap();
        let mut connection = PgConnection::establish(database.url()).unwrap();
        crate::migrations::apply(&mut connection).unwrap();
        let due = mintage_sql::due_mails!(0, 9_i64)
            .select(mails::id)
            .for_update()
            .skip_locked();
        let sql = diesel::debug_query::<diesel::pg::Pg, _>(&due).to_string();
        let (sql, _binds) = sql.split_once(" -- binds").unwrap();
        // A table this small would be scanned for its smallness.
        let prepared = format!(
            "set enable_seqscan = off; set enable_bitmapscan = off; \
             prepare claim (bigint, bigint) as {sql}; explain execute claim (0, 9)"
        );
        let told = database.run(&prepared).unwrap();
        assert!(told.contains("Index Scan using mails_due"), "{told}");
        assert!(!told.contains("Sort"), "{told}");
    }
}
