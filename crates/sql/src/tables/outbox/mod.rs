//! What is sent to sellers and buyers.

pub mod delivery;
pub mod mail;
pub mod webhook_endpoint;
