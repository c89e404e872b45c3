#![doc = include_str!("../README.md")]

mod client;
mod error;
mod public;
mod reach;

pub use client::{Config, HttpClient, InvalidUserAgent};
pub use reach::Reach;

#[cfg(test)]
mod tests;
