//! Webhook deliveries to sellers and mails to buyers.

pub mod connection_event;
pub mod delivery;
pub mod endpoint_health;
pub mod event;
pub mod event_details;
#[cfg(test)]
mod golden;
pub mod lane;
pub mod mail;
mod progress;
pub mod retry;
pub mod subscription;
mod subscription_fields;
pub mod webhook_endpoint;
pub mod webhook_signature;
