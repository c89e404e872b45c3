//! The statements of a claim. Each text is the same for every claim of a queue, so that it is prepared
//! once per connection.

use diesel::dsl::{AsSelect, SqlTypeOf};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Text};

use super::db::Conn;
use super::statement::{Param, Statement};
use super::tables::outbox::delivery::DeliveryRow;
use super::tables::outbox::mail::MailingRow;
use super::tables::outbox::webhook_endpoint::EndpointRow;
use crate::claim::{Lane, Limits, MAILS, Queue, WEBHOOKS};
use crate::error::Error;
use crate::schema::endpoints;
use crate::table::Stored;

/// Whether it is the turn of any lane, of those that have a limit. The first turn is read from an
/// index, where `exists` reads the whole table if statistics promise an early match.
const IS_DUE: &str = "\
    select coalesce(? > 0 and (select turn_at from lanes \
        where queue = ? and state = 'responsive' and turn_at is not null \
        order by turn_at limit 1) <= ?, false) \
    or coalesce(? > 0 and (select turn_at from lanes \
        where queue = ? and state = 'unresponsive' and turn_at is not null \
        order by turn_at limit 1) <= ?, false)";

/// The lanes whose turn it is. Their rows stay locked until the leases are taken, so that no other
/// claimer counts the same room; a lane that another claimer is at is left to it. A commit that queues
/// a row writes the lane too, so that no row is missed when the next turn is set.
const LANES: &str = "\
    with responsive as (\
        select tenant, state, coalesce(width, 1) from lanes \
        where queue = ? and state = 'responsive' and turn_at <= ? \
        order by turn_at, tenant limit ? for update skip locked), \
    unresponsive as (\
        select tenant, state, coalesce(width, 1) from lanes \
        where queue = ? and state = 'unresponsive' and turn_at <= ? \
        order by turn_at, tenant limit ? for update skip locked) \
    select * from responsive union all select * from unresponsive";

/// Whether it is the turn of any lane: one index read, outside a transaction.
pub(crate) fn is_due(conn: &mut Conn, queue: Queue, limits: Limits) -> Result<bool, Error> {
    let of = |limit| {
        [
            Param::Number(limit),
            Param::Text(queue.name.to_owned()),
            Param::Number(limits.now),
        ]
    };
    let params = [of(limits.responsive), of(limits.unresponsive)].concat();
    Ok(Statement::<Bool>::of(IS_DUE, params).get_result(conn)?)
}

/// The lanes whose turn it is, locked, in the order of their turns.
pub(crate) fn lanes(conn: &mut Conn, queue: Queue, limits: Limits) -> Result<Vec<Lane>, Error> {
    let of = |limit| {
        [
            Param::Text(queue.name.to_owned()),
            Param::Number(limits.now),
            Param::Number(limit),
        ]
    };
    let params = [of(limits.responsive), of(limits.unresponsive)].concat();
    let found = Statement::<(Text, Text, BigInt)>::of(LANES, params);
    let rows: Vec<(String, String, i64)> = found.load(conn)?;
    Ok(rows.into_iter().map(Lane::new).collect())
}

/// The due rows of lanes, as many of each as there is room for. A statement of its own: it sees what
/// was leased by whoever held the lanes before.
fn due<ST>(queue: Queue, columns: &str, lanes: &[Lane], limits: Limits) -> Statement<ST> {
    let text = format!(
        "select {columns} from unnest(?::text[], ?::bigint[]) as lane (key, room) \
         cross join lateral (\
            select d.* from {table} d \
            where {of_d} = lane.key and d.status in ('pending', 'leased') and d.due_at <= ? and {unblocked} \
            order by d.due_at, d.id \
            limit greatest(0, lane.room - (\
                select count(*) from {table} d \
                where {of_d} = lane.key and d.status = 'leased' and d.due_at > ?)) \
            for update skip locked) due \
         order by due.due_at, due.id",
        table = queue.table,
        of_d = queue.lane,
        unblocked = queue.unblocked,
    );
    let params = vec![
        Param::Texts(lanes.iter().map(|lane| lane.key.clone()).collect()),
        Param::Numbers(lanes.iter().map(|lane| lane.room(limits)).collect()),
        Param::Number(limits.now),
        Param::Number(limits.now),
    ];
    Statement::of(&text, params)
}

/// The due deliveries of lanes.
pub(crate) fn due_deliveries(
    conn: &mut Conn,
    lanes: &[Lane],
    limits: Limits,
) -> Result<Vec<DeliveryRow>, Error> {
    let columns = DeliveryRow::TABLE.list("due.");
    let due = due::<SqlTypeOf<AsSelect<DeliveryRow, Pg>>>(WEBHOOKS, &columns, lanes, limits);
    Ok(due.load(conn)?)
}

/// The due mails of lanes.
pub(crate) fn due_mails(
    conn: &mut Conn,
    lanes: &[Lane],
    limits: Limits,
) -> Result<Vec<MailingRow>, Error> {
    let columns = MailingRow::TABLE.list("due.");
    let due = due::<SqlTypeOf<AsSelect<MailingRow, Pg>>>(MAILS, &columns, lanes, limits);
    Ok(due.load(conn)?)
}

/// The endpoints of lanes.
pub(crate) fn endpoint_rows(conn: &mut Conn, lanes: &[Lane]) -> Result<Vec<EndpointRow>, Error> {
    let keys: Vec<&str> = lanes.iter().map(|lane| lane.key.as_str()).collect();
    Ok(endpoints::table
        .filter(endpoints::tenant.eq_any(keys))
        .select(EndpointRow::as_select())
        .load(conn)?)
}

/// Lease rows for one attempt.
pub(crate) fn lease(
    conn: &mut Conn,
    queue: Queue,
    ids: &[String],
    limits: Limits,
) -> Result<(), Error> {
    let text = format!(
        "update {} t set status = 'leased', attempts = t.attempts + 1, due_at = ?, \
         version = t.version + 1 from unnest(?::text[]) as v (id) where t.id = v.id",
        queue.table
    );
    let params = vec![Param::Number(limits.until), Param::Texts(ids.to_vec())];
    Statement::<BigInt>::of(&text, params).execute(conn)?;
    Ok(())
}

/// Set rows aside that cannot be read.
pub(crate) fn set_aside(
    conn: &mut Conn,
    queue: Queue,
    ids: &[String],
    limits: Limits,
) -> Result<(), Error> {
    let text = format!(
        "update {} t set due_at = ? from unnest(?::text[]) as v (id) where t.id = v.id",
        queue.table
    );
    let params = vec![Param::Number(limits.aside), Param::Texts(ids.to_vec())];
    Statement::<BigInt>::of(&text, params).execute(conn)?;
    Ok(())
}

/// Set the next turns of lanes: of a full lane when the first of its leases ends, of another one when
/// the first of its rows is due, but not before now, which is behind the lanes that wait already.
pub(crate) fn set_turns(
    conn: &mut Conn,
    queue: Queue,
    lanes: &[Lane],
    limits: Limits,
) -> Result<(), Error> {
    let text = format!(
        "update lanes t set turn_at = case \
            when (select count(*) from {table} d \
                where {of_d} = t.tenant and d.status = 'leased' and d.due_at > ?) >= v.room \
            then (select d.due_at from {table} d \
                where {of_d} = t.tenant and d.status = 'leased' and d.due_at > ? \
                order by d.due_at limit 1) \
            else (select greatest(d.due_at, ?) from {table} d \
                where {of_d} = t.tenant and d.status in ('pending', 'leased') and {unblocked} \
                order by d.due_at limit 1) end \
         from unnest(?::text[], ?::bigint[]) as v (tenant, room) where t.tenant = v.tenant and t.queue = ?",
        table = queue.table,
        of_d = queue.lane,
        unblocked = queue.unblocked,
    );
    let params = vec![
        Param::Number(limits.now),
        Param::Number(limits.now),
        Param::Number(limits.now),
        Param::Texts(lanes.iter().map(|lane| lane.key.clone()).collect()),
        Param::Numbers(lanes.iter().map(|lane| lane.room(limits)).collect()),
        Param::Text(queue.name.to_owned()),
    ];
    Statement::<BigInt>::of(&text, params).execute(conn)?;
    Ok(())
}

/// Set lanes aside whose endpoint cannot be read.
pub(crate) fn set_lanes_aside(
    conn: &mut Conn,
    queue: Queue,
    lanes: &[Lane],
    limits: Limits,
) -> Result<(), Error> {
    let text = "update lanes t set turn_at = ? from unnest(?::text[]) as v (tenant) \
                where t.tenant = v.tenant and t.queue = ?";
    let params = vec![
        Param::Number(limits.aside),
        Param::Texts(lanes.iter().map(|lane| lane.key.clone()).collect()),
        Param::Text(queue.name.to_owned()),
    ];
    Statement::<BigInt>::of(text, params).execute(conn)?;
    Ok(())
}
