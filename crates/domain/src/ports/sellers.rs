use crate::base::page::PageRequest;
use crate::base::secret::SecretHash;
use crate::base::slug::TenantId;
use crate::base::time::Timestamp;
use crate::model::sellers::audit::AuditEntry;
use crate::model::sellers::management_token::ManagementToken;
use crate::model::sellers::tenant::Tenant;
use crate::ports::store_error::{Found, Listed};

/// Reads tenants.
pub trait Tenants {
    /// One tenant.
    fn tenant(&self, id: &TenantId) -> Found<Tenant>;
    /// All tenants, newest first.
    fn tenants(&self, page: &PageRequest) -> Listed<Tenant>;
}

/// Reads management tokens.
pub trait Tokens {
    /// The token with this hash, revoked or not.
    fn token(&self, hash: &SecretHash) -> Found<ManagementToken>;
}

/// Which entries of the audit trail.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AuditFilter {
    /// Of this action.
    pub action: Option<String>,
    /// About this thing.
    pub target: Option<String>,
    /// By this actor, as [`crate::model::sellers::audit::Actor::to_text`] writes it.
    pub actor: Option<String>,
    /// Made then or later.
    pub from: Option<Timestamp>,
    /// Made before.
    pub to: Option<Timestamp>,
}

/// Reads the audit trail.
pub trait Audits {
    /// A tenant's entries, newest first.
    fn audit(
        &self,
        tenant: &TenantId,
        filter: &AuditFilter,
        page: &PageRequest,
    ) -> Listed<AuditRecord>;
}

/// An entry of the audit trail as it is read back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRecord {
    /// Its id.
    pub id: String,
    /// When.
    pub at: Timestamp,
    /// Who, as [`crate::model::sellers::audit::Actor::to_text`] writes it.
    pub actor: String,
    /// What was done.
    pub action: String,
    /// To what.
    pub target: String,
}

impl From<&AuditEntry> for AuditRecord {
    fn from(entry: &AuditEntry) -> Self {
        Self {
            id: entry.id.as_str().to_owned(),
            at: entry.at,
            actor: entry.actor.to_text(),
            action: entry.action.to_owned(),
            target: entry.target.clone(),
        }
    }
}
