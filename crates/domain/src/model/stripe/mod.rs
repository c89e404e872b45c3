//! A tenant's connection to Stripe, and the events that Stripe sends.

pub mod account;
pub mod circuit;
pub mod connection;
pub mod event;
pub mod event_endpoint;
pub mod manual_endpoint;
pub mod oauth_round;
pub mod processed_event;
pub mod product_key;
pub mod seller_key;
