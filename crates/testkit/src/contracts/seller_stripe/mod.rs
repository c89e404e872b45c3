//! What every adapter for sellers' keys must keep, as cases that
//! [`seller_stripe_contract!`](crate::seller_stripe_contract!) runs.

pub mod endpoints;
mod harness;
pub mod permissions;

pub use harness::SellerStripeHarness;

/// Holds an adapter for sellers' keys to the contract of its port: one `#[test]` for each case.
///
/// The expression gives a [`SellerStripeHarness`](crate::contracts::seller_stripe::SellerStripeHarness) with a
/// Stripe of its own (a stand-in, a simulator). The expression is evaluated once for each case.
#[macro_export]
macro_rules! seller_stripe_contract {
    ($open:expr) => {
        $crate::seller_stripe_cases!(harness: &harness, $open);
    };
}
