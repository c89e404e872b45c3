#![doc = include_str!("../README.md")]

pub mod cli;
pub mod config;
#[cfg(feature = "demo")]
pub mod demo;
pub mod description;
#[cfg(feature = "demo")]
pub mod dev;
pub mod server;
pub mod wire;

#[cfg(feature = "demo")]
mod receiver;
