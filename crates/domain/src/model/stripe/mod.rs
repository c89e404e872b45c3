//! A tenant's connection to Stripe, and the events that Stripe sends.

pub mod account;
pub mod account_state;
pub mod circuit;
pub mod connection;
pub mod event;
pub mod event_endpoint;
pub mod manual_endpoint;
pub mod mode_change;
pub mod next_step;
pub mod oauth_round;
pub mod processed_event;
pub mod product_key;
pub mod seller_key;
pub mod stripe_account;
pub mod subscription;
