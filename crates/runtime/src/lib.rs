#![doc = include_str!("../README.md")]

pub mod api_key;
pub mod app;
pub mod background;
pub mod blocking;
#[doc(hidden)] // of use to the wiring and to crash tests only
pub mod crash;
pub mod last_seen;
pub mod problem;
pub mod rate_limit;
pub mod settle;
pub mod system;
