use super::{Found, Listed, StoreError};
use crate::api_key::ApiKey;
use crate::audit::AuditEntry;
use crate::catalog::{KeyType, PriceLink, Product};
use crate::connection::{AccountLink, AccountRef, Connection, OAuthRound};
use crate::id::{ApiKeyId, StripeAccountId};
use crate::idempotency::{CallId, IdempotencyRecord};
use crate::management_token::ManagementToken;
use crate::page::PageRequest;
use crate::secret::SecretHash;
use crate::slug::{KeyTypeId, ProductId, TenantId};
use crate::tenant::Tenant;
use crate::time::Timestamp;

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

/// Reads products, key types and their Stripe prices.
pub trait Catalog {
    /// One product.
    fn product(&self, tenant: &TenantId, id: &ProductId) -> Found<Product>;
    /// A tenant's products, newest first.
    fn products(&self, tenant: &TenantId, page: &PageRequest) -> Listed<Product>;
    /// One key type.
    fn key_type(&self, tenant: &TenantId, product: &ProductId, id: &KeyTypeId) -> Found<KeyType>;
    /// A tenant's key types, of one product or of all, newest first.
    fn key_types(
        &self,
        tenant: &TenantId,
        product: Option<&ProductId>,
        page: &PageRequest,
    ) -> Listed<KeyType>;
    /// The Stripe prices of a tenant on one account.
    fn price_links(
        &self,
        tenant: &TenantId,
        account: &StripeAccountId,
    ) -> Result<Vec<PriceLink>, StoreError>;
    /// The Stripe price of one key type on one account.
    fn price_link(
        &self,
        tenant: &TenantId,
        product: &ProductId,
        key_type: &KeyTypeId,
        account: &StripeAccountId,
    ) -> Found<PriceLink>;
}

/// Reads connections to Stripe.
pub trait Connections {
    /// A tenant's connection, if it ever had one.
    fn connection(&self, tenant: &TenantId) -> Found<Connection>;
    /// Whose an account is, or last was.
    fn account_link(&self, account: &AccountRef) -> Found<AccountLink>;
    /// Up to `n` connections with accounts still to be retired.
    fn retiring(&self, n: usize) -> Result<Vec<Connection>, StoreError>;
}

/// Reads OAuth rounds.
pub trait OAuthRounds {
    /// The round with this state.
    fn oauth_round(&self, state: &SecretHash) -> Found<OAuthRound>;
}

/// Reads API keys.
pub trait ApiKeys {
    /// The key with this public id, revoked or not.
    fn api_key(&self, id: &ApiKeyId) -> Found<ApiKey>;
    /// A tenant's keys, of one product or of all, revoked or not, newest first.
    fn api_keys(
        &self,
        tenant: &TenantId,
        product: Option<&ProductId>,
        page: &PageRequest,
    ) -> Listed<ApiKey>;
}

/// Reads the calls that may be sent again.
pub trait Calls {
    /// What is kept of a call, expired or not (`a_call_is_written_down_once`).
    fn call(&self, id: &CallId) -> Found<IdempotencyRecord>;
}

/// Which entries of the audit trail.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AuditFilter {
    /// Of this action.
    pub action: Option<String>,
    /// About this thing.
    pub target: Option<String>,
    /// By this actor, as [`crate::audit::Actor::to_text`] writes it.
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
    /// Who, as [`crate::audit::Actor::to_text`] writes it.
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
