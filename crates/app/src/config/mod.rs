//! Configuration: defaults, then `mintage.toml`, then the environment, then flags; parsed once.
//!
//! The file's keys are the variables' names in lower case: `mintage_listen = "0.0.0.0:8080"`.

mod database;
mod error;
mod layers;
mod mail;
mod master_key;
mod settings;
mod stripe;
mod subnets;

pub use database::{Database, database};
pub use error::ConfigError;
pub use layers::Layers;
pub use mail::MailConfig;
pub(crate) use master_key::add_key;
pub use settings::Config;
