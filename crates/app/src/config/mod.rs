//! Configuration: defaults, then `mintage.toml`, then the environment, then flags; parsed once.
//!
//! The file's keys are the variables' names in lower case: `mintage_listen = "0.0.0.0:8080"`.

mod authorities;
mod database;
mod effective;
mod error;
mod known;
mod layers;
mod mail;
mod master_key;
mod mistakes;
mod secrets;
mod settings;
mod stripe;
mod subnets;

pub use authorities::Authorities;
pub use database::{Database, database};
pub use effective::{Effective, effective};
pub use error::ConfigError;
pub use known::Source;
pub use layers::Layers;
pub use mail::MailConfig;
pub(crate) use master_key::add_key;
pub use master_key::{KeyFile, Keys, read_keys};
pub use mistakes::{KeyMistake, key_mistakes};
pub use secrets::secret_in;
pub use settings::{Config, Settings};
