//! The simulator over HTTP: what the official clients do not ask for.
#![expect(clippy::expect_used, reason = "a test may fail where it stands")]

mod bench;
mod checkout;
mod clock;
mod errors;
mod idempotency;
mod life;
mod parameters;
mod webhooks;
