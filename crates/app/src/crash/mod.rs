//! Named points at which a crash test kills the process, in builds with the feature
//! `crash-points` only.
//!
//! `MINTAGE_CRASH_AT` names the point. `MINTAGE_CRASH_CLOCK_AHEAD` sets the clock ahead by so many
//! seconds: a server that is started some time after a crash finds leases and patience at their
//! end, and no test needs shorter ones.

#[cfg(feature = "crash-points")]
mod clock;
mod points;
#[cfg(feature = "crash-points")]
mod stripe;

pub use points::Point;

use std::sync::Arc;

use mintage_domain::ports::{Clock, Stripe};

/// Passes a named point.
#[cfg(not(feature = "crash-points"))]
#[inline]
pub(crate) fn point(_point: Point) {}

/// Stripe as it is.
#[cfg(not(feature = "crash-points"))]
pub(crate) fn at_stripe(stripe: Arc<impl Stripe + 'static>) -> Arc<dyn Stripe> {
    stripe
}

/// The clock as it is.
#[cfg(not(feature = "crash-points"))]
pub(crate) fn clock(clock: impl Clock + 'static) -> Arc<dyn Clock> {
    Arc::new(clock)
}

/// Passes a named point: if it is the one asked for, the process kills itself as a power cut
/// would, with no destructor run and nothing flushed.
#[cfg(feature = "crash-points")]
#[expect(
    clippy::disallowed_methods,
    reason = "a test's switch, no configuration"
)]
pub(crate) fn point(point: Point) {
    if std::env::var("MINTAGE_CRASH_AT").is_ok_and(|at| at == point.name()) {
        tracing::warn!(point = point.name(), "dying here");
        // The shell's own `kill`: not every system has one as a program.
        let killed = std::process::Command::new("sh")
            .args(["-c", "kill -KILL $0", &std::process::id().to_string()])
            .status();
        // Reached only if there is no shell: an abort is the next best death.
        drop(killed);
        std::process::abort();
    }
}

/// Stripe with points before and after the calls that leave something behind there.
#[cfg(feature = "crash-points")]
pub(crate) fn at_stripe(stripe: Arc<impl Stripe + 'static>) -> Arc<dyn Stripe> {
    Arc::new(stripe::CrashingStripe(stripe))
}

/// The clock, ahead if it is asked to be.
#[cfg(feature = "crash-points")]
pub(crate) fn clock(clock: impl Clock + 'static) -> Arc<dyn Clock> {
    Arc::new(clock::AheadClock::of(clock))
}
