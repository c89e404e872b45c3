//! What is sent to sellers and buyers.

pub mod claims;
pub mod delivery;
pub mod lane;
pub mod mail;
pub mod webhook_endpoint;
