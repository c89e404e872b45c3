//! Views of the audit trail.

use mintage_domain::ports::AuditRecord;
use serde::Serialize;
use utoipa::ToSchema;

use crate::openapi::schema;

/// Who did what to what.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AuditEntry)]
pub struct AuditEntryView<'a> {
    #[schema(value_type = schema::AuditId)]
    id: &'a str,
    #[schema(value_type = schema::Time)]
    at: String,
    #[schema(value_type = schema::Actor)]
    actor: &'a str,
    /// What was done: `license.frozen`.
    action: &'a str,
    /// To what: an id or a slug.
    target: &'a str,
}

impl<'a> AuditEntryView<'a> {
    /// The view of an entry.
    pub fn of(record: &'a AuditRecord) -> Self {
        Self {
            id: &record.id,
            at: record.at.to_rfc3339(),
            actor: &record.actor,
            action: &record.action,
            target: &record.target,
        }
    }
}
