#![doc = include_str!("../README.md")]

pub mod connection;
pub mod endpoint;
pub mod error;
pub mod layers;
pub mod openapi;
pub mod request;
pub mod views;

mod auth;
mod body;
mod csv;
mod json;
mod limits;
mod mount;
mod routes;
mod schema;

pub use mount::mount;
pub use routes::endpoints;
