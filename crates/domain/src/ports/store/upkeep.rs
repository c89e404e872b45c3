use super::StoreError;
use crate::rate::{Rate, Take};
use crate::time::Timestamp;

/// Rate limits that hold across nodes.
pub trait Limiter {
    /// Takes up to `n` of `key`'s rate at `now`, atomically, as [`Rate::take`] says: all callers
    /// together are granted no more than there is (`a_rate_is_shared_by_all_callers`), and who is
    /// refused takes nothing (`a_refused_caller_takes_nothing`).
    fn take(&self, key: &str, rate: Rate, n: u32, now: Timestamp) -> Result<Take, StoreError>;
}

/// What a store does for itself.
pub trait Housekeeping {
    /// Forgets what has expired at `now`: OAuth rounds, nonces, calls that may be sent again, rate
    /// windows, commit ids. Small
    /// steps: at most a thousand rows of each. Returns how many rows went.
    fn prune(&self, now: Timestamp) -> Result<usize, StoreError>;
    /// Whether it can answer.
    fn ready(&self) -> Result<(), StoreError>;
}
