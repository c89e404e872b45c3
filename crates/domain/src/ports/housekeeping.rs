use crate::base::time::Timestamp;
use crate::ports::store_error::StoreError;

/// What a store does for itself.
pub trait Housekeeping {
    /// Forgets what has expired at `now`: OAuth rounds, nonces, calls that may be sent again, rate
    /// windows, commit ids. Small
    /// steps: at most a thousand rows of each. Returns how many rows went.
    fn prune(&self, now: Timestamp) -> Result<usize, StoreError>;
    /// Whether it can answer.
    fn ready(&self) -> Result<(), StoreError>;
}
