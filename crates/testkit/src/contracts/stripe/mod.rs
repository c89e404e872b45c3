//! What every Stripe adapter must keep, as cases that
//! [`stripe_contract!`](crate::stripe_contract!) runs.

mod connecting;
pub mod grants;
mod harness;
pub mod objects;
pub mod own_keys;
pub mod sales;
pub mod sessions;
pub mod subscriptions;

pub use harness::{REDIRECT, StripeHarness};

/// Holds a Stripe adapter to the contract of its port: one `#[test]` for each case.
///
/// The expression gives a [`StripeHarness`](crate::contracts::stripe::StripeHarness) with a Stripe
/// of its own (a stand-in, a simulator). The expression is evaluated once for each case.
#[macro_export]
macro_rules! stripe_contract {
    ($open:expr) => {
        $crate::stripe_cases!(harness: &harness, $open);
    };
}
