//! A small honest store.

mod activations;
mod audit;
mod catalog;
mod customers;
mod deliveries;
mod licenses;
mod mails;
mod paging;
mod sales;
mod seen;
mod sellers;
mod tables;

use std::sync::{Mutex, MutexGuard, PoisonError};

use mintage_domain::base::time::Timestamp;
use mintage_domain::commit::changes::Changes;
use mintage_domain::model::access::rate::{Rate, Take};
use mintage_domain::ports::{
    Commit, CommitDone, CommitError, Housekeeping, RateLimiter, StoreError,
};
use tables::Tables;

/// A store in memory: every guarantee of the port but durability. Everything it holds lies behind
/// one lock, so each call is atomic and sees all that was acknowledged before it.
///
/// It judges and joins as every store does, by [`mintage_domain::commit::guards::check_guards`] and
/// [`Changes::join_customers`], a batch of one at a time, and passes `store_contract!(core: …)`.
#[derive(Debug, Default)]
pub struct MemoryStore {
    tables: Mutex<Tables>,
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    /// A panic elsewhere leaves the tables whole: a commit writes only what cannot fail.
    fn tables(&self) -> MutexGuard<'_, Tables> {
        self.tables.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Commit for MemoryStore {
    fn submit(&self, changes: Changes, done: CommitDone) {
        let outcome = self.tables().commit(changes);
        done(outcome.map_err(CommitError::Refused));
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
            // What was taken now weighs until the bucket after this one has ended.
            let forgotten_from = now.plus(rate.window.saturating_mul(2));
            tables.rates.insert(key.to_owned(), (next, forgotten_from));
        }
        Ok(take)
    }
}

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

#[cfg(test)]
mod tests {
    use super::MemoryStore;

    crate::store_contract!(core: Box::new(MemoryStore::new()));
}
