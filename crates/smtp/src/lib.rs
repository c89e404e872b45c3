#![doc = include_str!("../README.md")]

mod client;
mod error;
mod message;
mod server;

pub use client::SmtpMail;
pub use message::UnusableSender;
pub use server::{Encryption, InvalidCertificates, InvalidSmtpUrl, SmtpServer};
