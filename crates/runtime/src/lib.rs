#![doc = include_str!("../README.md")]

mod answer;
pub mod api_keys;
pub mod app;
pub mod background;
pub mod blocking;
pub mod catalog;
#[doc(hidden)] // of use to the wiring and to crash tests only
pub mod crash;
mod mail_body;
pub mod metrics;
pub mod outbound;
pub mod problem;
pub mod rate_limit;
pub mod settle;
pub mod state;
pub mod system;
