//! Rate windows.

use diesel::prelude::*;
use mintage_domain::base::time::Timestamp;
use mintage_domain::model::access::rate::RateWindow;
use mintage_domain::model::access::rate::{Rate, Take};

use super::super::super::db::Conn;
use crate::error::Error;
use crate::schema::rate_windows;

/// A row of `rate_windows`.
#[derive(Debug, Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = rate_windows, primary_key(key))]
pub struct RateWindowRow {
    key: String,
    bucket: i64,
    current_takes: i64,
    previous_takes: i64,
    expires_at: i64,
}

impl RateWindowRow {
    /// A window as it is stored; it may be forgotten at `expires_at`.
    pub fn new(key: &str, window: RateWindow, expires_at: Timestamp) -> Self {
        Self {
            key: key.to_owned(),
            bucket: window.bucket,
            current_takes: i64::from(window.current),
            previous_takes: i64::from(window.previous),
            expires_at: expires_at.as_micros(),
        }
    }

    /// The window. A count that no `u32` holds is as full as can be.
    pub fn window(&self) -> RateWindow {
        RateWindow {
            bucket: self.bucket,
            current: u32::try_from(self.current_takes).unwrap_or(u32::MAX),
            previous: u32::try_from(self.previous_takes).unwrap_or(u32::MAX),
        }
    }
}

/// From when on a window says nothing any more: when the bucket after its own has ended.
fn forgotten_from(rate: Rate, window: RateWindow) -> Timestamp {
    let span = i64::try_from(rate.window.as_micros()).unwrap_or(i64::MAX);
    Timestamp::from_micros(window.bucket.saturating_add(2).saturating_mul(span))
}

/// Take up to `n` of a rate, inside a transaction.
pub fn take(conn: &mut Conn, key: &str, rate: Rate, n: u32, now: Timestamp) -> Result<Take, Error> {
    let unused = RateWindow::default();
    diesel::insert_into(rate_windows::table)
        .values(RateWindowRow::new(
            key,
            unused,
            forgotten_from(rate, unused),
        ))
        .on_conflict_do_nothing()
        .execute(conn)?;
    let stored: RateWindowRow = locked!(
        rate_windows::table
            .find(key)
            .select(RateWindowRow::as_select())
    )
    .first(conn)?;
    let (next, take) = rate.take(stored.window(), n, now);
    if let Take::Granted(_) = take {
        diesel::update(rate_windows::table.find(key))
            .set(RateWindowRow::new(key, next, forgotten_from(rate, next)))
            .execute(conn)?;
    }
    Ok(take)
}
