//! Every rule of the use cases, over the memory store and the stand-in for Stripe, at a fixed time
//! and with seeded randomness. A folder for each room of the domain.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot set its scene has failed"
)]

mod access;
mod catalog;
mod licenses;
mod master_key;
mod outbox;
mod retention;
mod sales;
mod seller;
mod sellers;
mod stripe;
mod sweep;
