#![doc = include_str!("../README.md")]

pub mod cli;
pub mod config;
pub mod server;

mod app;
mod background;
mod crash;
mod routes;
mod system;
mod wire;
