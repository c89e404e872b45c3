//! API keys, idempotency keys and rate limits.

use mintage_domain::base::id::ApiKeyId;
use mintage_domain::base::page::{Cursor, Page, PageRequest};
use mintage_domain::base::slug::{ProductId, TenantId};
use mintage_domain::base::time::Timestamp;
use mintage_domain::model::access::api_key::ApiKey;
use mintage_domain::model::access::idempotency::{IdempotencyId, IdempotencyRecord};
use mintage_domain::model::access::rate::{Rate, Take};
use mintage_domain::ports::{ApiKeys, IdempotencyKeys, RateLimiter, StoreError};

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
    fn take(&self, key: &str, rate: Rate, n: u32, now: Timestamp) -> Result<Take, StoreError> {
        let mut tables = self.tables();
        let window = tables
            .rates
            .get(key)
            .map(|(window, _)| *window)
            .unwrap_or_default();
        let (next, take) = rate.take(window, n, now);
        if let Take::Granted(_) = take {
            // The units taken now count until the bucket after this one has ended.
            let forgotten_from = now.plus(rate.window.saturating_mul(2));
            tables.rates.insert(key.to_owned(), (next, forgotten_from));
        }
        Ok(take)
    }
}
