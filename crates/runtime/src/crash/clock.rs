//! A clock that is ahead.

use std::time::Duration;

use mintage_domain::base::time::Timestamp;
use mintage_domain::ports::Clock;

/// A clock that is ahead of another one.
pub(super) struct AheadClock<C> {
    of: C,
    by: Duration,
}

impl<C: Clock> AheadClock<C> {
    /// Ahead by the seconds in `MINTAGE_CRASH_CLOCK_AHEAD`, if it is set.
    #[expect(
        clippy::disallowed_methods,
        reason = "a test's switch, no configuration"
    )]
    pub(super) fn of(clock: C) -> Self {
        let by = std::env::var("MINTAGE_CRASH_CLOCK_AHEAD").map_or(Duration::ZERO, |seconds| {
            let seconds = seconds.parse().map(Duration::from_secs);
            seconds.expect("MINTAGE_CRASH_CLOCK_AHEAD is a number of seconds")
        });
        Self { of: clock, by }
    }
}

impl<C: Clock> Clock for AheadClock<C> {
    fn now(&self) -> Timestamp {
        self.of.now().plus(self.by)
    }
}
