//! A clock that is ahead.

use std::time::Duration;

use mintage_domain::base::time::Timestamp;
use mintage_domain::ports::Clock;

/// A clock that is ahead of another one.
pub(super) struct AheadClock<C> {
    clock: C,
    offset: Duration,
}

impl<C: Clock> AheadClock<C> {
    /// A clock that is ahead by the seconds in `MINTAGE_CRASH_CLOCK_AHEAD`, if the variable is set.
    #[expect(
        clippy::disallowed_methods,
        reason = "a switch for tests, not a setting"
    )]
    pub(super) fn of(clock: C) -> Self {
        let offset = std::env::var("MINTAGE_CRASH_CLOCK_AHEAD").map_or(Duration::ZERO, |seconds| {
            let seconds = seconds.parse().map(Duration::from_secs);
            seconds.expect("MINTAGE_CRASH_CLOCK_AHEAD is a number of seconds")
        });
        Self { clock, offset }
    }
}

impl<C: Clock> Clock for AheadClock<C> {
    fn now(&self) -> Timestamp {
        self.clock.now().plus(self.offset)
    }
}
