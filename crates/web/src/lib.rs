#![doc = include_str!("../README.md")]

pub mod docs;

mod callback;
mod endpoint;
mod page;

pub use endpoint::{Endpoint, endpoints};
