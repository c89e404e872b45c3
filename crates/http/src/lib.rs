#![doc = include_str!("../README.md")]

mod client;
mod fault;
mod guard;
mod public;

pub use client::{Config, HttpClient, InvalidUserAgent};
pub use guard::Reach;

#[cfg(test)]
mod tests;
