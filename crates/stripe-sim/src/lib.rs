#![doc = include_str!("../README.md")]

mod base;
mod control;
mod engine;
mod model;
mod pages;
mod params;
mod platform;
mod resources;
mod server;
mod wire;

pub use base::config::{Config, Platform, WebhookEndpoint};
pub use base::mode::Mode;
pub use base::secret::Secret;
pub use base::version::API_VERSION;
pub use server::{Running, Sim};
