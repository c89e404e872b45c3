//! Reads of tenants, management tokens and the audit trail.

use crate::base::id::TokenId;
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
    /// The tenant with this id.
    fn tenant(&self, id: &TenantId) -> Found<Tenant>;
    /// All tenants, newest first.
    fn tenants(&self, page: &PageRequest) -> Listed<Tenant>;
}

/// Reads management tokens.
pub trait Tokens {
    /// The token with this hash, revoked or not.
    fn token(&self, hash: &SecretHash) -> Found<ManagementToken>;
    /// The token of a tenant with this id, revoked or not.
    fn token_by_id(&self, tenant: &TenantId, id: &TokenId) -> Found<ManagementToken>;
    /// The tokens of a tenant, revoked or not, newest first.
    fn tokens(&self, tenant: &TenantId, page: &PageRequest) -> Listed<ManagementToken>;
}

/// A filter of the audit trail. All given conditions must hold.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AuditFilter {
    /// Only entries of this action.
    pub action: Option<String>,
    /// Only entries about this target.
    pub target: Option<String>,
    /// Only entries of this actor, in the format of
    /// [`crate::model::sellers::audit::Actor::to_text`].
    pub actor: Option<String>,
    /// Only entries at this time or later.
    pub from: Option<Timestamp>,
    /// Only entries before this time.
    pub to: Option<Timestamp>,
}

/// Reads the audit trail.
pub trait Audits {
    /// The audit entries of a tenant, newest first.
    fn audit(
        &self,
        tenant: &TenantId,
        filter: &AuditFilter,
        page: &PageRequest,
    ) -> Listed<AuditRecord>;
}

/// An entry of the audit trail as read from the store. Its texts may be older than this version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRecord {
    /// Public id of the entry.
    pub id: String,
    /// When the change was made.
    pub at: Timestamp,
    /// Who made the change, in the format of [`crate::model::sellers::audit::Actor::to_text`].
    pub actor: String,
    /// The name of the change.
    pub action: String,
    /// The id or slug of what was changed.
    pub target: String,
    /// The address of the client, if a request made the change.
    pub address: Option<String>,
    /// The id of the request that made the change.
    pub request_id: Option<String>,
}

impl From<&AuditEntry> for AuditRecord {
    fn from(entry: &AuditEntry) -> Self {
        Self {
            id: entry.id.as_str().to_owned(),
            at: entry.at,
            actor: entry.actor.to_text(),
            action: entry.action.clone().into_owned(),
            target: entry.target.clone(),
            address: entry.origin.as_ref().map(|it| it.address.to_string()),
            request_id: entry.origin.as_ref().map(|it| it.request_id.clone()),
        }
    }
}
