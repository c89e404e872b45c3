//! Connections to Stripe and what was received from there.

pub mod account;
pub mod account_state;
pub mod connection;
pub mod event;
pub mod manual_endpoint;
pub mod oauth_round;
pub mod product_key;
