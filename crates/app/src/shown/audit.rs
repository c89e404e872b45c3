//! The audit trail.

use mintage_domain::ports::AuditRecord;
use serde::Serialize;

/// Who did what to what.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AuditEntry<'a> {
    id: &'a str,
    pub(crate) at: String,
    /// `operator`, `token:tok_…`, `api-key:ak_…`, `seller`, `stripe` or `system`.
    pub(crate) actor: &'a str,
    /// What was done: `license.frozen`.
    pub(crate) action: &'a str,
    /// To what: an id or a slug.
    pub(crate) target: &'a str,
}

impl<'a> AuditEntry<'a> {
    /// An entry.
    pub(crate) fn of(record: &'a AuditRecord) -> Self {
        Self {
            id: &record.id,
            at: record.at.to_rfc3339(),
            actor: &record.actor,
            action: &record.action,
            target: &record.target,
        }
    }
}
