//! What every adapter for sellers' keys must keep, as cases that
//! [`restricted_stripe_contract!`](crate::restricted_stripe_contract!) runs.

pub mod endpoints;
mod harness;
pub mod permissions;

pub use harness::RestrictedStripeHarness;

/// Holds an adapter for sellers' keys to the contract of its port: one `#[test]` for each case.
///
/// The expression gives a [`RestrictedStripeHarness`](crate::contracts::restricted_stripe::RestrictedStripeHarness) with a
/// Stripe of its own (a stand-in, a simulator). The expression is evaluated once for each case.
#[macro_export]
macro_rules! restricted_stripe_contract {
    ($open:expr) => {
        $crate::restricted_stripe_cases!(harness: &harness, $open);
    };
}
