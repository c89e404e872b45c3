//! Claims of deliveries.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use mintage_domain::model::outbox::delivery::Claim;

use super::db::Conn;
use super::tables::outbox::delivery::lease;
use crate::claim::ClaimLimits;
use crate::error::Error;
use crate::schema::deliveries;

/// The tenants that have a URL, something due, and room in their lane; the longest due first, so
/// that no lane starves. Driven from the endpoints, so that what waits for a URL costs nothing.
pub const LANES: &str = "\
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

/// Lease the deliveries that are due, inside a transaction of the writer.
#[expect(
    clippy::disallowed_methods,
    reason = "the DSL has no name for a subquery of the select list"
)]
pub fn claim(conn: &mut Conn, limits: ClaimLimits) -> Result<Vec<Claim>, Error> {
    let lanes: Vec<Lane> = diesel::sql_query(LANES)
        .bind::<BigInt, _>(limits.now)
        .bind::<BigInt, _>(limits.n)
        .bind::<BigInt, _>(limits.cap)
        .load(conn)?;
    let mut due: Vec<(i64, String)> = Vec::new();
    for lane in lanes {
        due.extend(
            deliveries::table
                .filter(deliveries::tenant.eq(lane.tenant))
                .filter(unsettled())
                .filter(deliveries::due_at.le(limits.now))
                .order((deliveries::due_at, deliveries::id))
                .limit(lane.room.min(limits.n))
                .select((deliveries::due_at, deliveries::id))
                .load::<(i64, String)>(conn)?,
        );
    }
    due.sort();
    due.truncate(usize::try_from(limits.n).unwrap_or(usize::MAX));
    let picked: Vec<String> = due.into_iter().map(|(_, id)| id).collect();
    lease(conn, limits, &picked)
}

/// Written as the partial index says it: bound values would hide the index from the planner.
pub fn unsettled() -> diesel::expression::SqlLiteral<diesel::sql_types::Bool> {
    diesel::dsl::sql("status in ('pending', 'leased')")
}
