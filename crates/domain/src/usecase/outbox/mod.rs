//! Use cases of webhook deliveries and mails.

pub mod deliver;
pub mod event;
pub mod mail;
mod mail_rates;
pub mod resend;
mod retry;
pub mod slots;
pub mod webhook_endpoint;
