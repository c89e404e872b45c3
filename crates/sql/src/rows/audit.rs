//! The audit trail.

use diesel::prelude::*;
use mintage_domain::base::time::Timestamp;
use mintage_domain::model::sellers::audit::AuditEntry;
use mintage_domain::ports::AuditRecord;

use crate::place::stored_text;
use crate::schema::audit_entries;

/// A row of `audit_entries`.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = audit_entries, treat_none_as_default_value = false)]
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
