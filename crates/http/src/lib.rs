#![doc = include_str!("../README.md")]

mod client;
mod error;
mod public;
mod reach;
mod subnet;

pub use client::{Config, HttpClient, InvalidUserAgent};
pub use reach::Reach;
pub use subnet::{InvalidSubnet, Subnet};

#[cfg(test)]
mod tests;
