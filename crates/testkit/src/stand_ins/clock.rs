//! A clock that changes only when a test sets it.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use mintage_domain::base::time::Timestamp;
use mintage_domain::ports::Clock;

/// A clock that a test sets and moves.
#[derive(Debug)]
pub struct FixedClock(AtomicI64);

impl FixedClock {
    /// 2027-01-01T00:00:00Z: the time of a [`Default`] clock.
    pub const START: Timestamp = Timestamp::from_micros(1_798_761_600_000_000);

    /// Creates a clock at `now`.
    pub fn at(now: Timestamp) -> Self {
        Self(AtomicI64::new(now.as_micros()))
    }

    /// Sets the time to `now`, which may be earlier than before.
    pub fn set(&self, now: Timestamp) {
        self.0.store(now.as_micros(), Ordering::SeqCst);
    }

    /// Advances the clock and returns the new time.
    pub fn advance(&self, by: Duration) -> Timestamp {
        let later = self.now().plus(by);
        self.set(later);
        later
    }
}

impl Default for FixedClock {
    fn default() -> Self {
        Self::at(Self::START)
    }
}

impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.load(Ordering::SeqCst))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_changes_only_when_it_is_set() {
        let clock = FixedClock::default();
        assert_eq!(clock.now().to_rfc3339(), "2027-01-01T00:00:00Z");
        assert_eq!(clock.now(), clock.now());
        let later = clock.advance(Duration::from_secs(90));
        assert_eq!(clock.now(), later);
        assert_eq!(later.to_rfc3339(), "2027-01-01T00:01:30Z");
        clock.set(Timestamp::EPOCH);
        assert_eq!(clock.now(), Timestamp::EPOCH);
    }
}
