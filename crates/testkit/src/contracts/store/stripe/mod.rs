//! Connections to Stripe and the events received from it.

pub mod account_state;
pub mod connection;
pub mod oauth_round;
pub mod processed_event;
pub mod seller_stripe;
