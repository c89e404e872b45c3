//! The store, behind one lock.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use mintage_domain::commit::changes::Changes;

use crate::memory_store::tables::Tables;

/// A store in memory, with every guarantee of the port but durability. One lock guards all rows, so
/// each call is atomic and reads everything that was acknowledged before it.
///
/// The store checks guards by [`check_guards`](mintage_domain::commit::guards::check_guards) and joins
/// customers by [`join_customers`](mintage_domain::commit::changes::Changes::join_customers), as
/// every store does, one commit at a time. The store passes `store_contract!(core: …)`.
#[derive(Debug, Default)]
pub struct MemoryStore {
    tables: Arc<Mutex<Tables>>,
    through: Option<fn(&mut Changes)>,
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty store that passes the changes of every commit through a function first: to test what the
    /// function loses, such as writing changes as JSON and reading them again.
    pub fn through(function: fn(&mut Changes)) -> Self {
        Self {
            through: Some(function),
            ..Self::default()
        }
    }

    /// A store of its own with the rows that this one has now, as if a backup were restored.
    #[must_use]
    pub fn snapshot(&self) -> Self {
        Self {
            tables: Arc::new(Mutex::new(self.tables().clone())),
            through: self.through,
        }
    }

    pub(super) fn passed_through(&self, mut changes: Changes) -> Changes {
        if let Some(function) = self.through {
            function(&mut changes);
        }
        changes
    }

    /// A store of these rows.
    #[cfg(test)]
    pub(super) fn of(tables: Arc<Mutex<Tables>>) -> Self {
        Self {
            tables,
            through: None,
        }
    }

    /// A panic of another thread leaves the tables consistent, because no write can fail.
    pub(super) fn tables(&self) -> MutexGuard<'_, Tables> {
        self.tables.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
