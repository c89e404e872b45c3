//! Maintenance of a store.

use crate::base::time::Timestamp;
use crate::model::retention::Prunable;
use crate::ports::store_error::StoreError;

/// The largest number of rows that one step of [`Housekeeping`] deletes or changes.
pub const MAX_PRUNED_ROWS: usize = 1_000;

/// Maintains a store. Each call is short, and delays no commit for longer than another commit would.
pub trait Housekeeping {
    /// Deletes the oldest rows of a kind: those whose time, as [`Prunable`] says, is `until` or
    /// before, at most [`MAX_PRUNED_ROWS`] (`pruning_goes_in_small_steps`). Of [`Prunable::Bodies`]
    /// it erases the body and increments the version
    /// (`old_bodies_are_erased_once_they_are_settled`). Returns the number of rows.
    fn prune(&self, kind: Prunable, until: Timestamp) -> Result<usize, StoreError>;
    /// Counts the rows that [`prune`](Self::prune) would delete, however many.
    fn count_prunable(&self, kind: Prunable, until: Timestamp) -> Result<u64, StoreError>;
    /// Readiness check: whether the store can answer.
    fn ready(&self) -> Result<(), StoreError>;
    /// How busy the store is, for metrics. A store that does not know answers zeros.
    fn load(&self) -> StoreLoad {
        StoreLoad::default()
    }
}

/// How busy a store is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct StoreLoad {
    /// Open connections of the pool.
    pub connections: u32,
    /// Those of them that nobody uses.
    pub idle_connections: u32,
    /// Transactions in which the writer committed changes, since the store was opened.
    pub batches: u64,
    /// Changes that callers handed to the writer, many of which share a transaction.
    pub batched: u64,
}
