//! The audit trail.

use mintage_domain::ports::AuditRecord;
use serde::Serialize;
use utoipa::ToSchema;

use crate::openapi::words;

/// Who did what to what.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AuditEntry)]
pub(crate) struct AuditEntryBody<'a> {
    #[schema(value_type = words::AuditId)]
    id: &'a str,
    #[schema(value_type = words::Time)]
    pub(crate) at: String,
    #[schema(value_type = words::Actor)]
    pub(crate) actor: &'a str,
    /// What was done: `license.frozen`.
    pub(crate) action: &'a str,
    /// To what: an id or a slug.
    pub(crate) target: &'a str,
}

impl<'a> AuditEntryBody<'a> {
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
