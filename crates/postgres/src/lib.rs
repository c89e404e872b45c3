#![doc = include_str!("../README.md")]

#[cfg(test)]
mod claim_plans;
mod config;
mod connection;
mod error;
mod migrations;
#[cfg(test)]
mod plans;
mod rates;
mod reader;
mod store;
mod url;
mod writer;
mod writers;
#[cfg(test)]
mod young_tables;

pub use config::{OpenError, PostgresConfig};
pub use store::PostgresStore;
