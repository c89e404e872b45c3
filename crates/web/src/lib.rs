#![doc = include_str!("../README.md")]

pub mod docs;

mod accept;
mod assets;
mod buy;
mod connect;
mod endpoint;
mod errors;
mod home;
mod page;
mod thanks;

pub use endpoint::{Endpoint, endpoints};
pub use errors::error_pages;
