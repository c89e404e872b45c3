//! Connections to Stripe and the events received from it.

pub mod connection;
pub mod account_state;
pub mod oauth_round;
pub mod processed_event;
