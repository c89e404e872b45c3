//! A tenant's connection to Stripe, and the events that Stripe sends.

pub mod account;
pub mod circuit;
pub mod connection;
pub mod event;
pub mod mode_change;
pub mod oauth_round;
pub mod processed_event;
