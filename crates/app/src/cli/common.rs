//! The arguments of every command, and the store that they choose.

use std::path::PathBuf;

use clap::Args;
use mintage_domain::ports::Store;
use mintage_domain::usecase::env::Env;
use mintage_runtime::system::{SystemClock, SystemEntropy};

use super::output::Outcome;
use crate::config::{Config, ConfigError, Layers};
use crate::wire::{Opener, open_store};

#[derive(Args)]
pub(super) struct Common {
    /// A configuration file (default: mintage.toml, if there is one).
    #[arg(long, global = true)]
    config: Option<PathBuf>,
    /// The URL of the database; see DATABASE_URL. A URL with a password belongs in the environment.
    #[arg(long, global = true)]
    database_url: Option<String>,
}

impl Common {
    pub(super) fn layers(&self) -> Result<Layers, ConfigError> {
        let named = self.config.is_some();
        let path = self.config.clone().unwrap_or_else(|| "mintage.toml".into());
        Ok(Layers::new()
            .file(&path, named)?
            .environment()
            .flag("DATABASE_URL", self.database_url.clone()))
    }
}

/// Opens the store, beside a server that may be running, and runs `work` with it.
pub(super) fn with_store(
    common: &Common,
    work: impl FnOnce(&dyn Store, &Env<'_>) -> Outcome,
) -> Outcome {
    let config = Config::read(&common.layers()?)?;
    let store = open_store(&config.database, Opener::Tool)?;
    let env = Env {
        clock: &SystemClock,
        entropy: &SystemEntropy,
        keys: &config.keys,
    };
    work(&*store, &env)
}
