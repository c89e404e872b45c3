#![doc = include_str!("../README.md")]
#![deny(missing_docs)]

mod contract_tests;

pub mod clock;
pub mod entropy;
pub mod env;
pub mod fixtures;
pub mod http_contract;
pub mod loopback;
pub mod loopback_smtp;
pub mod mail_contract;
mod memory_store;
mod nodes;
mod outbox_mail;
mod scripted_http;
mod stand_in_stripe;
pub mod store_contract;
pub mod stripe_contract;

pub use clock::FixedClock;
pub use entropy::SeededEntropy;
pub use env::TestEnv;
pub use loopback::LoopbackServer;
pub use loopback_smtp::LoopbackSmtp;
pub use memory_store::MemoryStore;
pub use nodes::Nodes;
pub use outbox_mail::OutboxMail;
pub use scripted_http::ScriptedHttp;
pub use stand_in_stripe::StandInStripe;
