//! API keys, idempotency keys and rate limits.

use mintage_domain::base::id::ApiKeyId;
use mintage_domain::base::page::{Cursor, Page, PageRequest};
use mintage_domain::base::slug::{ProductId, TenantId};
use mintage_domain::model::access::api_key::ApiKey;
use mintage_domain::model::access::idempotency::{IdempotencyId, IdempotencyRecord};
use mintage_domain::ports::{
    ApiKeys, IdempotencyKeys, RateLimiter, StoreError, TakeDone, TakeQuery,
};

use crate::memory_store::paging::page;
use crate::memory_store::store::MemoryStore;

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
        Ok(self.tables().idempotency_keys.get(id).cloned())
    }
}

impl RateLimiter for MemoryStore {
    fn submit_take(&self, query: TakeQuery, done: TakeDone) {
        let TakeQuery { key, rate, n, now } = query;
        let take = self.tables().rates.take(&key, rate, n, now);
        done(Ok(take));
    }
}
