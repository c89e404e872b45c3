#![doc = include_str!("../README.md")]

pub mod cli;
pub mod config;
pub mod description;
pub mod server;
pub mod wire;
