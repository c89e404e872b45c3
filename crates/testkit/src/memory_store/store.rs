//! The store, behind one lock.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::memory_store::tables::Tables;

/// A store in memory, with every guarantee of the port but durability. One lock guards all rows, so
/// each call is atomic and reads everything that was acknowledged before it.
///
/// The store checks guards by [`check_guards`](mintage_domain::commit::guards::check_guards) and joins
/// customers by [`join_customers`](mintage_domain::commit::changes::Changes::join_customers), as
/// every store does, one commit at a time. The store passes `store_contract!(core: …)`.
#[derive(Debug, Default)]
pub struct MemoryStore {
    tables: Mutex<Tables>,
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    /// A panic of another thread leaves the tables consistent, because no write can fail.
    pub(super) fn tables(&self) -> MutexGuard<'_, Tables> {
        self.tables.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
