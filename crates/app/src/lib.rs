#![doc = include_str!("../README.md")]

pub mod cli;
pub mod config;
#[cfg(feature = "demo")]
pub mod demo;
#[cfg(feature = "demo")]
pub mod dev;
pub mod openapi;
pub mod server;
pub mod wire;

#[cfg(feature = "demo")]
mod receiver;
mod routes;
mod shown;
