//! Reads of API keys and idempotency records, and the rate limiter.

use crate::base::id::ApiKeyId;
use crate::base::page::PageRequest;
use crate::base::slug::{ProductId, TenantId};
use crate::base::time::Timestamp;
use crate::model::access::api_key::ApiKey;
use crate::model::access::idempotency::{IdempotencyId, IdempotencyRecord};
use crate::model::access::rate::{Rate, Take};
use crate::ports::store_error::{Found, Listed, StoreError};

/// Reads API keys.
pub trait ApiKeys {
    /// The API key with this public id, revoked or not.
    fn api_key(&self, id: &ApiKeyId) -> Found<ApiKey>;
    /// The API keys of a tenant, of one product or of all, revoked or not, newest first.
    fn api_keys(
        &self,
        tenant: &TenantId,
        product: Option<&ProductId>,
        page: &PageRequest,
    ) -> Listed<ApiKey>;
}

/// Reads records of idempotent calls.
pub trait IdempotencyKeys {
    /// The record of a call, expired or not (`an_idempotency_key_is_recorded_once`).
    fn idempotency_record(&self, id: &IdempotencyId) -> Found<IdempotencyRecord>;
}

/// Rate limits that hold across nodes.
pub trait RateLimiter {
    /// Takes up to `n` from the rate of `key` at `now`, atomically, as [`Rate::take`] computes. All
    /// callers together are granted no more than the rate (`a_rate_is_shared_by_all_callers`), and
    /// a refused caller takes nothing (`a_refused_caller_takes_nothing`).
    fn take(&self, key: &str, rate: Rate, n: u32, now: Timestamp) -> Result<Take, StoreError>;
}
