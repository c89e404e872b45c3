#![doc = include_str!("../README.md")]

mod accounts;
mod api;
mod authorize;
mod call;
mod checkout;
mod config;
mod control;
mod currency;
mod delivery;
mod error;
mod events;
mod faults;
mod fees;
mod form;
mod hosted;
mod idempotency;
mod ids;
mod journal;
mod keys;
mod oauth;
mod opening;
mod pages;
mod params;
mod payments;
mod prices;
mod products;
mod refunds;
mod request;
mod server;
mod sessions;
mod shelf;
mod values;
mod world;

pub use config::{Config, Mode, Platform, Secret, WebhookEndpoint};
pub use server::{Running, Sim};

/// The version of Stripe's API that the simulator's objects and events follow.
pub const API_VERSION: &str = "2026-09-30.endive";
