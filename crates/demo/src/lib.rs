#![doc = include_str!("../README.md")]

pub mod demo;
pub mod dev;

mod client;
mod failure;
mod interrupt;
mod receiver;
mod report;
mod server;
mod stage;
mod steps;
mod waiting;
mod walk;
