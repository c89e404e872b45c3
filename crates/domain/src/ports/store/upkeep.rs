use super::StoreError;
use crate::rate::Rate;
use crate::time::Timestamp;
use std::time::Duration;

/// Rate limits that hold across nodes.
pub trait Limiter {
    /// Takes one of `key`'s rate at `now`, atomically; `Some(wait)` if there is none left
    /// (`a_rate_is_shared_by_all_callers`).
    fn take(&self, key: &str, rate: Rate, now: Timestamp) -> Result<Option<Duration>, StoreError>;
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
