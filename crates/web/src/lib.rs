#![doc = include_str!("../README.md")]

pub mod docs;

mod connect;
mod endpoint;
mod page;

pub use endpoint::{Endpoint, endpoints};
