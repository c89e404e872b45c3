//! Tenants and what is theirs: tokens, connections, API keys, endpoints.

use mintage_domain::base::id::ApiKeyId;
use mintage_domain::base::page::{Cursor, Page, PageRequest};
use mintage_domain::base::secret::SecretHash;
use mintage_domain::base::slug::{ProductId, TenantId};
use mintage_domain::model::access::api_key::ApiKey;
use mintage_domain::model::access::idempotency::{IdempotencyId, IdempotencyRecord};
use mintage_domain::model::outbox::webhook_endpoint::WebhookEndpoint;
use mintage_domain::model::sellers::management_token::ManagementToken;
use mintage_domain::model::sellers::tenant::Tenant;
use mintage_domain::model::stripe::account::{AccountLink, AccountRef};
use mintage_domain::model::stripe::connection::Connection;
use mintage_domain::model::stripe::oauth_round::OAuthRound;
use mintage_domain::ports::{
    ApiKeys, Connections, IdempotencyKeys, OAuthRounds, StoreError, Tenants, Tokens,
    WebhookEndpoints,
};

use super::MemoryStore;
use super::paging::page;

impl Tenants for MemoryStore {
    fn tenant(&self, id: &TenantId) -> Result<Option<Tenant>, StoreError> {
        Ok(self.tables().tenants.get(id).cloned())
    }

    fn tenants(&self, request: &PageRequest) -> Result<Page<Tenant>, StoreError> {
        let tables = self.tables();
        Ok(page(tables.tenants.values().cloned(), request, |it| {
            Cursor {
                at: it.created_at,
                id: it.id.to_string(),
            }
        }))
    }
}

impl Tokens for MemoryStore {
    fn token(&self, hash: &SecretHash) -> Result<Option<ManagementToken>, StoreError> {
        let tables = self.tables();
        let token = tables.tokens.values().find(|it| it.hash == *hash);
        Ok(token.cloned())
    }
}

impl Connections for MemoryStore {
    fn connection(&self, tenant: &TenantId) -> Result<Option<Connection>, StoreError> {
        Ok(self.tables().connections.get(tenant).cloned())
    }

    fn account_link(&self, account: &AccountRef) -> Result<Option<AccountLink>, StoreError> {
        Ok(self.tables().accounts.get(account).cloned())
    }

    fn retiring(&self, n: usize) -> Result<Vec<Connection>, StoreError> {
        let tables = self.tables();
        let waiting = tables
            .connections
            .values()
            .filter(|it| !it.retiring.is_empty());
        Ok(waiting.take(n).cloned().collect())
    }
}

impl OAuthRounds for MemoryStore {
    fn oauth_round(&self, state: &SecretHash) -> Result<Option<OAuthRound>, StoreError> {
        Ok(self.tables().oauth_rounds.get(state).cloned())
    }
}

impl ApiKeys for MemoryStore {
    fn api_key(&self, id: &ApiKeyId) -> Result<Option<ApiKey>, StoreError> {
        Ok(self.tables().api_keys.get(id).cloned())
    }

    fn api_keys(
        &self,
        tenant: &TenantId,
        product: Option<&ProductId>,
        request: &PageRequest,
    ) -> Result<Page<ApiKey>, StoreError> {
        let tables = self.tables();
        let rows = tables
            .api_keys
            .values()
            .filter(|it| it.tenant == *tenant && product.is_none_or(|id| it.product == *id));
        Ok(page(rows.cloned(), request, |it| Cursor {
            at: it.created_at,
            id: it.id.to_string(),
        }))
    }
}

impl IdempotencyKeys for MemoryStore {
    fn idempotency_record(
        &self,
        id: &IdempotencyId,
    ) -> Result<Option<IdempotencyRecord>, StoreError> {
        Ok(self.tables().calls.get(id).cloned())
    }
}

impl WebhookEndpoints for MemoryStore {
    fn webhook_endpoint(&self, tenant: &TenantId) -> Result<Option<WebhookEndpoint>, StoreError> {
        Ok(self.tables().endpoints.get(tenant).cloned())
    }
}
