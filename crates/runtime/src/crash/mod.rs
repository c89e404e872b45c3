//! Named points at which a crash test kills the process, in builds with the feature
//! `crash-points` only.
//!
//! `MINTAGE_CRASH_AT` names the point. `MINTAGE_CRASH_CLOCK_AHEAD` sets the clock ahead by so many
//! seconds: a server that is started some time after a crash finds leases and patience at their
//! end, and no test needs shorter ones.

#[cfg(feature = "crash-points")]
mod clock;
mod pass;
mod points;
#[cfg(feature = "crash-points")]
mod stripe;

pub use pass::point;
pub use points::Point;

use std::sync::Arc;

use mintage_domain::ports::{Clock, Stripe};

/// Stripe as it is.
#[cfg(not(feature = "crash-points"))]
pub fn at_stripe(stripe: Arc<impl Stripe + 'static>) -> Arc<dyn Stripe> {
    stripe
}

/// The clock as it is.
#[cfg(not(feature = "crash-points"))]
pub fn clock(clock: impl Clock + 'static) -> Arc<dyn Clock> {
    Arc::new(clock)
}

/// Stripe with points before and after the calls that leave something behind there.
#[cfg(feature = "crash-points")]
pub fn at_stripe(stripe: Arc<impl Stripe + 'static>) -> Arc<dyn Stripe> {
    Arc::new(stripe::CrashingStripe(stripe))
}

/// The clock, ahead if it is asked to be.
#[cfg(feature = "crash-points")]
pub fn clock(clock: impl Clock + 'static) -> Arc<dyn Clock> {
    Arc::new(clock::AheadClock::of(clock))
}
