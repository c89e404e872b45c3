//! Pruning of what has expired.

use mintage_domain::base::time::Timestamp;
use mintage_domain::ports::{Housekeeping, StoreError};

use crate::memory_store::store::MemoryStore;

/// How many rows of each kind one [`Housekeeping::prune`] forgets.
const PRUNED_AT_ONCE: usize = 1000;

impl Housekeeping for MemoryStore {
    fn prune(&self, now: Timestamp) -> Result<usize, StoreError> {
        let tables = &mut *self.tables();
        let rounds = tables
            .oauth_rounds
            .extract_if(.., |_, round| round.expires_at <= now)
            .take(PRUNED_AT_ONCE)
            .count();
        let nonces = tables
            .nonces
            .extract_if(.., |_, expires_at| *expires_at <= now)
            .take(PRUNED_AT_ONCE)
            .count();
        let rates = tables
            .rates
            .extract_if(.., |_, (_, forgotten_from)| *forgotten_from <= now)
            .take(PRUNED_AT_ONCE)
            .count();
        let calls = tables
            .calls
            .extract_if(.., |_, call| call.expires_at <= now)
            .take(PRUNED_AT_ONCE)
            .count();
        Ok(rounds + nonces + rates + calls)
    }

    fn ready(&self) -> Result<(), StoreError> {
        Ok(())
    }
}
