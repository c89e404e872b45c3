#![doc = include_str!("../README.md")]

mod certificate;
mod client;
mod error;
mod public;
mod reach;

pub use certificate::{Certificate, InvalidCertificates};
pub use client::{Config, HttpClient, InvalidUserAgent};
pub use reach::Reach;

#[cfg(test)]
mod tests;
