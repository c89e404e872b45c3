//! Every rule of the use cases, over the memory store and the stand-in for Stripe, at a fixed time
//! and with seeded randomness. A module for each use case.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot set its scene has failed"
)]

mod activation;
mod api_key;
mod api_key_end;
mod api_key_kinds;
mod catalog;
mod checkout;
mod connect;
mod deliver;
mod disconnect;
mod endpoint;
mod fulfil;
mod inbound;
mod issue;
mod license;
mod license_commands;
mod mail;
mod mint;
mod prices;
mod refund;
mod seller;
mod sweep;
mod tenant;
mod validate;
