//! What leaves for sellers and buyers: webhook deliveries and mails.

pub mod delivery;
pub mod event;
pub mod mail;
mod progress;
pub mod retry;
pub mod webhook_endpoint;
pub mod webhook_signature;
