//! The sources of time and randomness.

use crate::base::time::Timestamp;

/// Reads the current time. An adapter MUST NOT fail. The time may go back, since clocks are set.
#[cfg_attr(feature = "mock", mockall::automock)]
pub trait Clock: Send + Sync {
    /// The current time, UTC.
    fn now(&self) -> Timestamp;
}

/// Generates randomness for secrets. An adapter MUST fill the buffer with unpredictable bytes, and
/// MUST NOT return before it has done so.
#[cfg_attr(feature = "mock", mockall::automock)]
pub trait Entropy: Send + Sync {
    /// Fills the buffer with random bytes.
    fn fill(&self, bytes: &mut [u8]);
}
