//! Tests the simulator over HTTP. `tests/interop` tests the simulator with Stripe's official client.
#![expect(clippy::expect_used, reason = "a test fails by a panic")]

mod checkout;
mod clock;
mod errors;
mod idempotency;
mod lifecycle;
mod line_items;
mod parameters;
mod payment_links;
mod restricted_keys;
mod test_sim;
mod webhooks;
