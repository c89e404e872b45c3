use crate::base::time::Timestamp;

/// What time it is. An adapter MUST NOT fail; going back is allowed (clocks are set).
#[cfg_attr(feature = "mock", mockall::automock)]
pub trait Clock: Send + Sync {
    /// Now, UTC.
    fn now(&self) -> Timestamp;
}

/// Randomness fit for secrets. An adapter MUST fill with bytes nobody can foretell, and MUST NOT
/// return without having done so.
#[cfg_attr(feature = "mock", mockall::automock)]
pub trait Entropy: Send + Sync {
    /// Fills the bytes.
    fn fill(&self, bytes: &mut [u8]);
}
