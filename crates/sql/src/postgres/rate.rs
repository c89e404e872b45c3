//! Rate windows: one statement takes from any number of them.

use std::collections::BTreeMap;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use mintage_domain::model::access::rate::{RateWindow, Take};
use mintage_domain::ports::TakeQuery;

use super::db::Conn;
use super::statement::Statement;
use crate::error::Error;
use crate::table::{Kind, Value};

/// How often the takes of one batch are tried. A take is tried again if another node inserted or
/// pruned its window in the meantime, or if an earlier take of the batch has the same key.
const MAX_ROUNDS: usize = 100;

/// Key, bucket, takes in this bucket, takes in the bucket before, and what the last take was granted.
type TakenSql = (Text, BigInt, BigInt, BigInt, BigInt);
type TakenRow = (String, i64, i64, i64, i64);

/// The columns that a row of the statement's input has.
const COLUMNS: [(&str, Kind); 7] = [
    ("key", Kind::Text),
    ("bucket", Kind::Number),
    ("n", Kind::Number),
    ("cap", Kind::Number),
    ("span", Kind::Number),
    ("remaining", Kind::Number),
    ("expires_at", Kind::Number),
];

/// Take from rates. The answers are in the order of the queries.
pub fn take(conn: &mut Conn, queries: &[TakeQuery]) -> Result<Vec<Take>, Error> {
    let mut answers: Vec<Option<Take>> = vec![None; queries.len()];
    for _ in 0..MAX_ROUNDS {
        // Sorted by key: in this order every node locks the windows.
        let mut round: BTreeMap<&str, usize> = BTreeMap::new();
        for (i, query) in queries.iter().enumerate() {
            if answers.get(i).is_some_and(Option::is_none) {
                round.entry(&query.key).or_insert(i);
            }
        }
        if round.is_empty() {
            break;
        }
        let asked = round.values().filter_map(|i| queries.get(*i));
        let taken: Vec<TakenRow> = statement(asked).load(conn)?;
        for (key, bucket, current, previous, granted) in taken {
            let Some(i) = round.get(key.as_str()) else {
                continue;
            };
            let window = RateWindow {
                bucket,
                current: count(current),
                previous: count(previous),
            };
            if let (Some(answer), Some(query)) = (answers.get_mut(*i), queries.get(*i)) {
                let take = query
                    .rate
                    .answer(window, query.n, count(granted), query.now);
                *answer = Some(take);
            }
        }
    }
    answers
        .into_iter()
        .map(|answer| answer.ok_or(Error::Raced))
        .collect()
}

/// A stored count. A count that no `u32` holds is as full as can be.
fn count(stored: i64) -> u32 {
    u32::try_from(stored).unwrap_or(u32::MAX)
}

/// Takes as [`mintage_domain::model::access::rate::Rate::take`] does: moves each window on to the
/// bucket of its query, and grants what the weighted count of both buckets leaves. A test holds the
/// two to the same answers.
fn statement<'a>(queries: impl Iterator<Item = &'a TakeQuery>) -> Statement<TakenSql> {
    /// The takes in the window's current bucket, before this take.
    const CURRENT: &str = "(case when v.bucket > t.bucket then 0 else t.current_takes end)";
    /// The takes in the bucket before that.
    const PREVIOUS: &str = "(case when v.bucket <= t.bucket then t.previous_takes \
                            when v.bucket = t.bucket + 1 then t.current_takes else 0 end)";
    // Numeric, since a limit times microseconds may exceed a bigint.
    let faded = format!("div({PREVIOUS}::numeric * (v.remaining - 1), v.span)::bigint");
    let granted = format!("greatest(0, least(v.n, v.cap - {CURRENT} - {faded}))");
    let mut statement = Statement::new();
    statement.sql(
        "with v as (select v.*, \
         (select t.ctid from rate_windows t where t.key = v.key) as place from ",
    );
    statement.unnest(COLUMNS.map(|(_, kind)| kind), queries.map(values));
    statement.sql(&format!(
        " as v ({})), \
         taken as (update rate_windows t set bucket = greatest(t.bucket, v.bucket), \
         current_takes = {CURRENT} + {granted}, previous_takes = {PREVIOUS}, \
         granted = {granted}, expires_at = greatest(t.expires_at, v.expires_at) \
         from v where t.ctid = v.place \
         returning t.key, t.bucket, t.current_takes, t.previous_takes, t.granted), \
         made as (insert into rate_windows \
         (key, bucket, current_takes, previous_takes, granted, expires_at) \
         select v.key, v.bucket, least(v.n, v.cap), 0, least(v.n, v.cap), v.expires_at from v \
         where v.place is null \
         on conflict do nothing \
         returning key, bucket, current_takes, previous_takes, granted) \
         select * from taken union all select * from made",
        COLUMNS.map(|(name, _)| name).join(", ")
    ));
    statement
}

fn values(query: &TakeQuery) -> Vec<Value> {
    let TakeQuery { key, rate, n, now } = query;
    let window = RateWindow {
        bucket: rate.bucket(*now),
        ..RateWindow::default()
    };
    let remaining = i64::try_from(rate.ends_in(*now).as_micros()).unwrap_or(i64::MAX);
    vec![
        Value::text(key),
        Value::from(window.bucket),
        Value::from(i64::from(rate.clamped(*n))),
        Value::from(i64::from(rate.limit)),
        Value::from(rate.span()),
        Value::from(remaining),
        Value::from(rate.over_at(window).as_micros()),
    ]
}
