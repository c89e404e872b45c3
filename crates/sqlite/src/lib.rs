#![doc = include_str!("../README.md")]

#[cfg(test)]
mod claim_plans;
mod config;
mod connection;
mod error;
mod files;
mod journal;
mod lock;
mod migrations;
mod nonces;
#[cfg(test)]
mod plans;
mod store;
mod validations;
mod writer;

pub use config::{OpenError, SqliteConfig};
pub use store::SqliteStore;
