//! Use cases of webhook deliveries and mails.

pub mod deliver;
pub mod event;
pub mod mail;
pub mod webhook_endpoint;
