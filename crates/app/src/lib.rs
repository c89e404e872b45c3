#![doc = include_str!("../README.md")]

pub mod app;
pub mod cli;
pub mod config;
#[doc(hidden)] // of use to crash tests only
pub mod crash;
#[cfg(feature = "demo")]
pub mod demo;
#[cfg(feature = "demo")]
pub mod dev;
pub mod openapi;
pub mod server;
pub mod wire;

mod background;
mod last_seen;
#[cfg(feature = "demo")]
mod receiver;
mod routes;
mod shown;
mod system;
