#![doc = include_str!("../README.md")]

mod client;
mod fault;
mod guard;
mod public;
mod subnet;

pub use client::{Config, HttpClient, InvalidUserAgent};
pub use guard::Reach;
pub use subnet::{InvalidSubnet, Subnet};

#[cfg(test)]
mod tests;
