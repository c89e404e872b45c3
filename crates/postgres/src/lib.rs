#![doc = include_str!("../README.md")]

mod atomics;
mod config;
mod connection;
mod error;
mod migrations;
mod reader;
mod store;
mod url;
mod writer;

pub use config::{OpenError, PostgresConfig};
pub use store::PostgresStore;
