//! Named points at which a crash test kills the process, in builds with the feature
//! `crash-points` only. `MINTAGE_CRASH_AT` names the point.

#[cfg(feature = "crash-points")]
mod stripe;

use mintage_domain::ports::Stripe;
use std::sync::Arc;

/// Passes a named point.
#[cfg(not(feature = "crash-points"))]
#[inline]
pub(crate) fn point(_name: &'static str) {}

/// Stripe as it is.
#[cfg(not(feature = "crash-points"))]
pub(crate) fn at_stripe(stripe: Arc<impl Stripe + 'static>) -> Arc<dyn Stripe> {
    stripe
}

/// Passes a named point: if it is the one asked for, the process kills itself as a power cut
/// would, with no destructor run and nothing flushed.
#[cfg(feature = "crash-points")]
#[expect(
    clippy::disallowed_methods,
    reason = "a test's switch, no configuration"
)]
pub(crate) fn point(name: &'static str) {
    if std::env::var("MINTAGE_CRASH_AT").is_ok_and(|at| at == name) {
        let killed = std::process::Command::new("kill")
            .args(["-KILL", &std::process::id().to_string()])
            .status();
        // Reached only if there is no `kill`: an abort is the next best death.
        drop(killed);
        std::process::abort();
    }
}

/// Stripe with points before and after the calls that leave something behind there.
#[cfg(feature = "crash-points")]
pub(crate) fn at_stripe(stripe: Arc<impl Stripe + 'static>) -> Arc<dyn Stripe> {
    Arc::new(stripe::CrashingStripe(stripe))
}
