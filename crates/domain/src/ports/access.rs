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

/// A request to take from a rate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TakeQuery {
    /// The key under which the takes are counted.
    pub key: String,
    /// The rate of the key.
    pub rate: Rate,
    /// How many takes are requested.
    pub n: u32,
    /// The time of the request.
    pub now: Timestamp,
}

/// The callback that receives the answer to a [`TakeQuery`].
pub type TakeDone = Box<dyn FnOnce(Result<Take, StoreError>) + Send>;

/// Rate limits that hold across nodes.
pub trait RateLimiter {
    /// Takes up to `n` from a rate, atomically, as [`Rate::take`] computes, and calls `done` with the
    /// answer from any thread. Never blocks on I/O. All callers together are granted no more than the
    /// rate (`a_rate_is_shared_by_all_callers`), and a refused caller takes nothing
    /// (`a_refused_caller_takes_nothing`). The takes need not be durable.
    fn submit_take(&self, query: TakeQuery, done: TakeDone);

    /// Like [`submit_take`](Self::submit_take), but blocks until the answer is known.
    fn take(&self, query: TakeQuery) -> Result<Take, StoreError> {
        let (send, receive) = std::sync::mpsc::sync_channel(1);
        self.submit_take(
            query,
            Box::new(move |answer| {
                // The receiver waits below, so that sending cannot fail.
                let _ = send.send(answer);
            }),
        );
        receive
            .recv()
            .unwrap_or_else(|_| Err(StoreError::Failed("the rate limiter stopped".into())))
    }
}
