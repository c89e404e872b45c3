//! Pruning of what has expired.

use mintage_domain::base::time::Timestamp;
use mintage_domain::ports::{Housekeeping, StoreError};

use crate::memory_store::store::MemoryStore;

/// The most rows of each kind that one call of [`Housekeeping::prune`] deletes.
const PRUNE_LIMIT: usize = 1000;

impl Housekeeping for MemoryStore {
    fn prune(&self, now: Timestamp) -> Result<usize, StoreError> {
        let tables = &mut *self.tables();
        let rounds = tables
            .oauth_rounds
            .extract_if(.., |_, round| round.expires_at <= now)
            .take(PRUNE_LIMIT)
            .count();
        let nonces = tables
            .nonces
            .extract_if(.., |_, expires_at| *expires_at <= now)
            .take(PRUNE_LIMIT)
            .count();
        let rates = tables.rates.prune(now, PRUNE_LIMIT);
        let idempotency_keys = tables
            .idempotency_keys
            .extract_if(.., |_, record| record.expires_at <= now)
            .take(PRUNE_LIMIT)
            .count();
        Ok(rounds + nonces + rates + idempotency_keys)
    }

    fn ready(&self) -> Result<(), StoreError> {
        Ok(())
    }
}
