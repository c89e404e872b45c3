#![doc = include_str!("../README.md")]

pub mod endpoint;
pub mod error;
pub mod layers;
pub mod openapi;
pub mod request;
pub mod views;

mod auth;
mod limits;
mod mount;
mod routes;

pub use mount::mount;
pub use routes::endpoints;
