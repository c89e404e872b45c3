//! The audit trail.

use diesel::prelude::*;
use mintage_domain::base::page::{Cursor, Page, PageRequest};
use mintage_domain::base::slug::TenantId;
use mintage_domain::base::time::Timestamp;
use mintage_domain::commit::changes::Changes;
use mintage_domain::model::sellers::audit::AuditEntry;
use mintage_domain::ports::{AuditFilter, AuditRecord};

use super::super::super::db::{Conn, Db};
use crate::error::Error;
use crate::paging::{behind, fetch};
use crate::place::stored_text;
use crate::schema::audit_entries;
use crate::table::stored;
use crate::writes::{Form, Writes};

/// A row of `audit_entries`.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = audit_entries)]
pub struct AuditRow {
    id: String,
    tenant: String,
    at: i64,
    actor: String,
    action: String,
    target: String,
}

impl From<&AuditEntry> for AuditRow {
    fn from(entry: &AuditEntry) -> Self {
        Self {
            id: entry.id.to_string(),
            tenant: entry.tenant.to_string(),
            at: entry.at.as_micros(),
            actor: entry.actor.to_text(),
            action: entry.action.to_owned(),
            target: stored_text(&entry.target),
        }
    }
}

impl From<AuditRow> for AuditRecord {
    fn from(row: AuditRow) -> Self {
        Self {
            id: row.id,
            at: Timestamp::from_micros(row.at),
            actor: row.actor,
            action: row.action,
            target: row.target,
        }
    }
}

stored!(AuditRow: audit_entries { key id, set tenant, set at, set actor, set action, set target });

/// Write what a commit changes.
pub(crate) fn write(changes: &Changes, writes: &mut Writes) {
    writes.add(Form::InsertNew, changes.audit.iter().map(AuditRow::from));
}

/// List the entries of a tenant that match a filter, newest first.
pub fn list(
    conn: &mut Conn,
    tenant: &TenantId,
    filter: &AuditFilter,
    page: &PageRequest,
) -> Result<Page<AuditRecord>, Error> {
    let mut query = audit_entries::table
        .filter(audit_entries::tenant.eq(tenant.as_str()))
        .select(AuditRow::as_select())
        .order((audit_entries::at.desc(), audit_entries::id.desc()))
        .limit(fetch(page))
        .into_boxed::<Db>();
    if let Some(target) = &filter.target {
        query = query.filter(audit_entries::target.eq(target));
    }
    if let Some(action) = &filter.action {
        query = query.filter(audit_entries::action.eq(action));
    }
    if let Some(actor) = &filter.actor {
        query = query.filter(audit_entries::actor.eq(actor));
    }
    if let Some(from) = filter.from {
        query = query.filter(audit_entries::at.ge(from.as_micros()));
    }
    if let Some(to) = filter.to {
        query = query.filter(audit_entries::at.lt(to.as_micros()));
    }
    if let Some(after) = &page.after {
        query = query.filter(behind!(audit_entries::at, audit_entries::id, after));
    }
    let rows = query.load::<AuditRow>(conn)?;
    let records = rows.into_iter().map(AuditRecord::from).collect();
    Ok(Page::of(records, page.limit(), |it: &AuditRecord| Cursor {
        at: it.at,
        id: it.id.clone(),
    }))
}
