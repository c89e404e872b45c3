//! Counters.

use diesel::prelude::*;
use mintage_domain::commit::counter::Counter;

use super::super::super::db::Conn;
use crate::error::Error;
use crate::schema::counters;
use crate::table::stored;

/// A row of `counters`.
#[derive(Debug, Clone)]
pub struct CounterRow {
    /// What [`mintage_domain::commit::counter::Counter::name`] gives.
    pub name: String,
    /// What it has come to.
    pub value: i64,
}

stored!(CounterRow: counters { key name, set value });

impl CounterRow {
    /// A counter with its value.
    pub(crate) fn new(counter: &Counter, value: i64) -> Self {
        Self {
            name: counter.name(),
            value,
        }
    }
}

/// Get the number of commits that changed the configuration.
pub fn configuration_version(conn: &mut Conn) -> Result<i64, Error> {
    let version = get(conn, &Counter::Configuration)?;
    Ok(version.unwrap_or_default())
}

/// Get the value of a counter that was ever added to.
pub fn get(conn: &mut Conn, counter: &Counter) -> Result<Option<i64>, Error> {
    let value = counters::table
        .find(counter.name())
        .select(counters::value)
        .first(conn)
        .optional()?;
    Ok(value)
}
