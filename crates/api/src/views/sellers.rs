//! Views of the audit trail.

use mintage_domain::ports::AuditRecord;
use serde::Serialize;
use utoipa::ToSchema;

use super::page::PageView;
use crate::schema;

/// A page of the audit trail.
pub(crate) type AuditEntryPage<'a> = PageView<AuditEntryView<'a>>;

/// An entry of the audit trail: an action of an actor on a target.
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
    /// The action: `license.frozen`.
    action: &'a str,
    /// The target of the action, such as the id of a license.
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
