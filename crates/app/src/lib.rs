#![doc = include_str!("../README.md")]

pub mod app;
pub mod cli;
pub mod config;
pub mod server;
pub mod wire;

mod background;
mod crash;
mod routes;
mod system;
