//! Maintenance of a store.

use crate::base::time::Timestamp;
use crate::ports::store_error::StoreError;

/// The largest number of rows of each table that one [`Housekeeping::prune`] deletes.
pub const MAX_PRUNED_ROWS: usize = 1_000;

/// Maintains a store.
pub trait Housekeeping {
    /// Deletes rows that have expired at `now`: OAuth rounds, nonces, idempotency records, rate
    /// windows and commit ids, at most [`MAX_PRUNED_ROWS`] of each. Returns the number of deleted
    /// rows.
    fn prune(&self, now: Timestamp) -> Result<usize, StoreError>;
    /// Readiness check: whether the store can answer.
    fn ready(&self) -> Result<(), StoreError>;
}
