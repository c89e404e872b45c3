//! Named points at which a crash test kills the process, in builds with the feature
//! `crash-points` only.
//!
//! `MINTAGE_CRASH_AT` names the point. `MINTAGE_CRASH_CLOCK_AHEAD` sets the clock ahead by a number of
//! seconds, so that a server that starts after a crash finds expired leases without waiting for them.

#[cfg(feature = "crash-points")]
mod clock;
mod pass;
mod points;
#[cfg(feature = "crash-points")]
mod restricted_stripe;
#[cfg(feature = "crash-points")]
mod stripe;

pub use pass::point;
pub use points::Point;

use std::sync::Arc;

use mintage_domain::ports::{Clock, RestrictedStripe, Stripe};

/// Returns the Stripe adapter unchanged.
#[cfg(not(feature = "crash-points"))]
pub fn at_stripe(stripe: Arc<impl Stripe + 'static>) -> Arc<dyn Stripe> {
    stripe
}

/// Returns the adapter for sellers' keys unchanged.
#[cfg(not(feature = "crash-points"))]
pub fn at_restricted_stripe(
    stripe: Arc<impl RestrictedStripe + 'static>,
) -> Arc<dyn RestrictedStripe> {
    stripe
}

/// Returns the clock unchanged.
#[cfg(not(feature = "crash-points"))]
pub fn clock(clock: impl Clock + 'static) -> Arc<dyn Clock> {
    Arc::new(clock)
}

/// Adds points before and after the calls that change something at Stripe.
#[cfg(feature = "crash-points")]
pub fn at_stripe(stripe: Arc<impl Stripe + 'static>) -> Arc<dyn Stripe> {
    Arc::new(stripe::CrashingStripe(stripe))
}

/// Adds points before and after the calls with sellers' keys that change something at Stripe.
#[cfg(feature = "crash-points")]
pub fn at_restricted_stripe(
    stripe: Arc<impl RestrictedStripe + 'static>,
) -> Arc<dyn RestrictedStripe> {
    Arc::new(restricted_stripe::CrashingRestrictedStripe(stripe))
}

/// Sets the clock ahead, if `MINTAGE_CRASH_CLOCK_AHEAD` is set.
#[cfg(feature = "crash-points")]
pub fn clock(clock: impl Clock + 'static) -> Arc<dyn Clock> {
    Arc::new(clock::AheadClock::of(clock))
}
