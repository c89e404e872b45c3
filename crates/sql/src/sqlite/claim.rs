//! The statements of a claim, each about one lane or one row, and all of them prepared once.

use diesel::dsl::{AsSelect, SqlTypeOf};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use diesel::sqlite::Sqlite;

use super::db::Conn;
use super::statement::Template;
use super::tables::outbox::delivery::DeliveryRow;
use super::tables::outbox::mail::MailingRow;
use super::tables::outbox::webhook_endpoint::EndpointRow;
use crate::claim::{Lane, Limits, MAILS, Queue, WEBHOOKS};
use crate::error::Error;
use crate::schema::endpoints;
use crate::table::{Stored, Value};

/// The lanes in a state whose turn it is.
const LANES: &str = "\
    select tenant, state, coalesce(width, 1) from lanes \
    where queue = ? and state = ? and turn_at <= ? order by turn_at, tenant limit ?";

/// Whether it is the turn of any lane: one index read for each state.
pub(crate) fn is_due(conn: &mut Conn, queue: Queue, limits: Limits) -> Result<bool, Error> {
    let one = Limits {
        responsive: limits.responsive.min(1),
        unresponsive: limits.unresponsive.min(1),
        ..limits
    };
    Ok(!lanes(conn, queue, one)?.is_empty())
}

/// The lanes whose turn it is, in the order of their turns.
pub(crate) fn lanes(conn: &mut Conn, queue: Queue, limits: Limits) -> Result<Vec<Lane>, Error> {
    let template = Template::new(LANES);
    let mut found = Vec::new();
    for (state, limit) in [
        ("responsive", limits.responsive),
        ("unresponsive", limits.unresponsive),
    ] {
        let values = vec![
            Value::text(queue.name),
            Value::text(state),
            Value::from(limits.now),
            Value::from(limit),
        ];
        let rows: Vec<(String, String, i64)> =
            template.with::<(Text, Text, BigInt)>(values).load(conn)?;
        found.extend(rows.into_iter().map(Lane::new));
    }
    Ok(found)
}

fn due_text(queue: Queue, columns: &str) -> String {
    format!(
        "select {columns} from {table} d \
         where {of_d} = ? and d.status in ('pending', 'leased') and d.due_at <= ? and {unblocked} \
         order by d.due_at, d.id \
         limit max(0, ? - (select count(*) from {table} d \
            where {of_d} = ? and d.status = 'leased' and d.due_at > ?))",
        table = queue.table,
        of_d = queue.lane,
        unblocked = queue.unblocked,
    )
}

fn due_values(lane: &Lane, limits: Limits) -> Vec<Value> {
    vec![
        Value::text(&lane.key),
        Value::from(limits.now),
        Value::from(lane.room(limits)),
        Value::text(&lane.key),
        Value::from(limits.now),
    ]
}

/// The due deliveries of lanes, as many of each as there is room for.
pub(crate) fn due_deliveries(
    conn: &mut Conn,
    lanes: &[Lane],
    limits: Limits,
) -> Result<Vec<DeliveryRow>, Error> {
    let template = Template::new(&due_text(WEBHOOKS, &DeliveryRow::TABLE.list("d.")));
    let mut rows = Vec::new();
    for lane in lanes {
        let due = template
            .with::<SqlTypeOf<AsSelect<DeliveryRow, Sqlite>>>(due_values(lane, limits))
            .load::<DeliveryRow>(conn)?;
        rows.extend(due);
    }
    Ok(rows)
}

/// The due mails of lanes, as many of each as there is room for.
pub(crate) fn due_mails(
    conn: &mut Conn,
    lanes: &[Lane],
    limits: Limits,
) -> Result<Vec<MailingRow>, Error> {
    let template = Template::new(&due_text(MAILS, &MailingRow::TABLE.list("d.")));
    let mut rows = Vec::new();
    for lane in lanes {
        let due = template
            .with::<SqlTypeOf<AsSelect<MailingRow, Sqlite>>>(due_values(lane, limits))
            .load::<MailingRow>(conn)?;
        rows.extend(due);
    }
    Ok(rows)
}

/// The endpoints of lanes.
pub(crate) fn endpoint_rows(conn: &mut Conn, lanes: &[Lane]) -> Result<Vec<EndpointRow>, Error> {
    let mut rows = Vec::new();
    for lane in lanes {
        let row = endpoints::table
            .find(&lane.key)
            .select(EndpointRow::as_select())
            .first(conn);
        rows.extend(row.optional()?);
    }
    Ok(rows)
}

/// Lease rows for one attempt.
pub(crate) fn lease(
    conn: &mut Conn,
    queue: Queue,
    ids: &[String],
    limits: Limits,
) -> Result<(), Error> {
    let text = format!(
        "update {} set status = 'leased', attempts = attempts + 1, due_at = ?, \
         version = version + 1 where id = ?",
        queue.table
    );
    for_each(conn, &text, ids, |id| {
        vec![Value::from(limits.until), Value::text(id)]
    })
}

/// Set rows aside that cannot be read.
pub(crate) fn set_aside(
    conn: &mut Conn,
    queue: Queue,
    ids: &[String],
    limits: Limits,
) -> Result<(), Error> {
    let text = format!("update {} set due_at = ? where id = ?", queue.table);
    for_each(conn, &text, ids, |id| {
        vec![Value::from(limits.aside), Value::text(id)]
    })
}

/// Set the next turns of lanes: of a full lane when the first of its leases ends, of another one when
/// the first of its rows is due, but not before now, which is behind the lanes that wait already. The key is
/// bound: SQLite looks an expression up in its index by a value, but not by a column.
pub(crate) fn set_turns(
    conn: &mut Conn,
    queue: Queue,
    lanes: &[Lane],
    limits: Limits,
) -> Result<(), Error> {
    let text = format!(
        "update lanes set turn_at = case \
            when (select count(*) from {table} d \
                where {of_d} = ? and d.status = 'leased' and d.due_at > ?) >= ? \
            then (select d.due_at from {table} d \
                where {of_d} = ? and d.status = 'leased' and d.due_at > ? \
                order by d.due_at limit 1) \
            else (select max(d.due_at, ?) from {table} d \
                where {of_d} = ? and d.status in ('pending', 'leased') and {unblocked} \
                order by d.due_at limit 1) end \
         where tenant = ? and queue = ?",
        table = queue.table,
        of_d = queue.lane,
        unblocked = queue.unblocked,
    );
    for_each(conn, &text, lanes, |lane| {
        vec![
            Value::text(&lane.key),
            Value::from(limits.now),
            Value::from(lane.room(limits)),
            Value::text(&lane.key),
            Value::from(limits.now),
            Value::from(limits.now),
            Value::text(&lane.key),
            Value::text(&lane.key),
            Value::text(queue.name),
        ]
    })
}

/// Set lanes aside whose endpoint cannot be read.
pub(crate) fn set_lanes_aside(
    conn: &mut Conn,
    queue: Queue,
    lanes: &[Lane],
    limits: Limits,
) -> Result<(), Error> {
    let text = "update lanes set turn_at = ? where tenant = ? and queue = ?";
    for_each(conn, text, lanes, |lane| {
        vec![
            Value::from(limits.aside),
            Value::text(&lane.key),
            Value::text(queue.name),
        ]
    })
}

fn for_each<T>(
    conn: &mut Conn,
    text: &str,
    all: &[T],
    values: impl Fn(&T) -> Vec<Value>,
) -> Result<(), Error> {
    let template = Template::new(text);
    for one in all {
        template.with::<BigInt>(values(one)).execute(conn)?;
    }
    Ok(())
}
