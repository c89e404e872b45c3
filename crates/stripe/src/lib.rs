#![doc = include_str!("../README.md")]

mod account;
mod balance;
mod call;
mod checkout;
mod client;
mod config;
mod dispute;
mod event;
mod history;
mod inspection;
mod metadata;
mod oauth;
mod price;
mod product;
mod promotion;
mod refusal;
mod restricted;
mod signature;
mod subscription;
mod webhook;

pub use client::StripeClient;
pub use config::{ConfigError, ModeConfig, StripeConfig};
pub use inspection::{
    Application, AuthorizePage, EndpointState, FoundEndpoint, Inspection, SentEvent,
};
