#![doc = include_str!("../README.md")]

mod client;
mod fault;
mod letter;
mod server;

pub use client::SmtpMail;
pub use letter::UnusableSender;
pub use server::{Encryption, InvalidSmtpUrl, SmtpServer};
