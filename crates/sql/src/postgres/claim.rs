//! Claims of deliveries.

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Text};
use mintage_domain::model::outbox::delivery::Claim;

use super::db::Conn;
use super::tables::outbox::delivery::lease;
use crate::claim::ClaimLimits;
use crate::error::Error;

/// The tenants that have a URL, something due, and room in their lane; the longest due first, so
/// that no lane starves. Driven from the endpoints, so that what waits for a URL costs nothing.
/// Their rows stay locked until the leases are taken, so that no other claimer counts the same
/// room; a lane that another claimer is at is left to it.
pub const LANES: &str = "\
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
pub const DUE: &str = "\
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

/// Lease the deliveries that are due, inside a transaction.
#[expect(clippy::disallowed_methods, reason = "the DSL has no LATERAL")]
pub fn claim(conn: &mut Conn, limits: ClaimLimits) -> Result<Vec<Claim>, Error> {
    let lanes = diesel::sql_query(LANES)
        .bind::<BigInt, _>(limits.now)
        .bind::<BigInt, _>(limits.n)
        .bind::<BigInt, _>(limits.cap)
        .load(conn)?;
    let due = diesel::sql_query(DUE)
        .bind::<Array<Text>, _>(keys(lanes))
        .bind::<BigInt, _>(limits.now)
        .bind::<BigInt, _>(limits.n)
        .bind::<BigInt, _>(limits.cap)
        .load(conn)?;
    lease(conn, limits, &keys(due))
}
