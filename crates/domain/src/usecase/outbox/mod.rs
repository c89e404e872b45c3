//! Use cases of webhook deliveries and mails.

pub mod connection_event;
pub mod deliver;
pub mod event;
mod license_mail;
pub mod mail;
mod mail_rates;
mod paused_notice;
pub mod resend;
mod retry;
pub mod send;
pub mod slots;
pub(crate) mod waiting;
pub mod webhook_endpoint;
