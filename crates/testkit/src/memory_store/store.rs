//! The store and its lock.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::memory_store::tables::Tables;

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
    pub(super) fn tables(&self) -> MutexGuard<'_, Tables> {
        self.tables.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
