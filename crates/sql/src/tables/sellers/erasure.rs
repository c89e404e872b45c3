//! Erasing what the rows of a tenant say about people, a bounded number of rows at a time.

use diesel::prelude::*;
use mintage_domain::base::page::Cursor;
use mintage_domain::base::time::Timestamp;
use mintage_domain::ports::{TenantErasure, TenantRows};

use super::super::super::db::Conn;
use crate::error::Error;
use crate::schema::{audit_entries, deliveries, mails, orders};

/// How many rows a step reads at most. A statement binds the id of each of them.
const STEP: i64 = 100;

/// A row that is read: when it was created, and its id.
type Row = (i64, String);

/// The next rows of a table behind a row, as an index has them.
macro_rules! next {
    ($conn:ident, $table:ident by $at:ident: $of:expr, after $after:ident) => {
        $table::table
            .filter($of)
            .filter($table::$at.ge($after.0))
            .filter($table::$at.gt($after.0).or($table::id.gt(&$after.1)))
            .order(($table::$at, $table::id))
            .limit(STEP)
            .select(($table::$at, $table::id))
            .load::<Row>($conn)
    };
}

/// Erase the personal data of the next rows, inside a transaction. Returns the last row that was read.
pub fn step(conn: &mut Conn, step: &TenantErasure) -> Result<Option<Cursor>, Error> {
    let tenant = step.tenant.as_str();
    let after = match &step.after {
        Some(Cursor { at, id }) => (at.as_micros(), id.clone()),
        None => (i64::MIN, String::new()),
    };
    let rows = match step.rows {
        TenantRows::Orders => {
            next!(conn, orders by created_at: orders::tenant.eq(tenant), after after)
        }
        // Mails to sellers are about no license; those of all tenants are few, and are together in the
        // index.
        TenantRows::Mails => next!(conn, mails by created_at: mails::license.eq(""), after after),
        TenantRows::Deliveries => {
            next!(conn, deliveries by created_at: deliveries::tenant.eq(tenant), after after)
        }
        TenantRows::Audit => {
            next!(conn, audit_entries by at: audit_entries::tenant.eq(tenant), after after)
        }
    }?;
    let Some((at, id)) = rows.last() else {
        return Ok(None);
    };
    let ids: Vec<&str> = rows.iter().map(|(_, id)| id.as_str()).collect();
    match step.rows {
        TenantRows::Orders => erase_orders(conn, &ids),
        TenantRows::Mails => erase_mails(conn, step, &ids),
        TenantRows::Deliveries => erase_deliveries(conn, &ids),
        TenantRows::Audit => erase_audit(conn, &ids),
    }?;
    Ok(Some(Cursor {
        at: Timestamp::from_micros(*at),
        id: id.clone(),
    }))
}

fn erase_orders(conn: &mut Conn, ids: &[&str]) -> QueryResult<usize> {
    diesel::update(orders::table.filter(orders::id.eq_any(ids)))
        .filter(
            orders::buyer
                .is_not_null()
                .or(orders::email.is_not_null())
                .or(orders::metadata.is_not_null()),
        )
        .set((
            orders::buyer.eq(None::<String>),
            orders::email.eq(None::<String>),
            orders::metadata.eq(None::<String>),
            orders::version.eq(orders::version + 1),
        ))
        .execute(conn)
}

fn erase_mails(conn: &mut Conn, step: &TenantErasure, ids: &[&str]) -> QueryResult<usize> {
    diesel::update(mails::table.filter(mails::id.eq_any(ids)))
        .filter(mails::tenant.eq(step.tenant.as_str()))
        .filter(mails::recipient.ne(step.email.as_str()))
        .set((
            mails::recipient.eq(step.email.as_str()),
            mails::version.eq(mails::version + 1),
        ))
        .execute(conn)
}

/// The endpoint is gone, so that bodies which wait are never sent.
fn erase_deliveries(conn: &mut Conn, ids: &[&str]) -> QueryResult<usize> {
    diesel::update(deliveries::table.filter(deliveries::id.eq_any(ids)))
        .filter(deliveries::sealed_body.ne(Vec::new()))
        .set((
            deliveries::sealed_body.eq(Vec::new()),
            deliveries::external_id.eq(None::<String>),
            deliveries::version.eq(deliveries::version + 1),
        ))
        .execute(conn)
}

fn erase_audit(conn: &mut Conn, ids: &[&str]) -> QueryResult<usize> {
    diesel::update(audit_entries::table.filter(audit_entries::id.eq_any(ids)))
        .filter(audit_entries::address.is_not_null())
        .set((
            audit_entries::address.eq(None::<String>),
            audit_entries::request_id.eq(None::<String>),
        ))
        .execute(conn)
}
