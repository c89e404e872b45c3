#![doc = include_str!("../README.md")]

pub mod demo;
pub mod dev;

mod client;
mod interrupt;
mod receiver;
mod report;
mod scenario;
mod server;
mod stack;
mod step_error;
mod steps;
mod wait;
