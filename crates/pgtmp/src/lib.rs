#![doc = include_str!("../README.md")]

mod account;
mod cluster;
mod database;
mod error;
mod programs;
mod psql;
mod server;
mod url;

pub use database::Database;
pub use error::Error;
pub use server::{Options, Server};
