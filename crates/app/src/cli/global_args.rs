//! The arguments of every command, and the store that they choose.

use std::path::PathBuf;

use clap::Args;
use mintage_domain::ports::Store;
use mintage_domain::usecase::env::Env;
use mintage_runtime::system::{SystemClock, SystemEntropy};

use super::output::CommandResult;
use crate::config::{Config, ConfigError, Layers};
use crate::wire::{Opener, open_proven};

#[derive(Args)]
pub(super) struct GlobalArgs {
    /// The configuration file (default: mintage.toml, if the file exists).
    #[arg(long, global = true)]
    config: Option<PathBuf>,
    /// The URL of the database; see DATABASE_URL. Set a URL with a password in the environment instead.
    #[arg(long, global = true)]
    database_url: Option<String>,
}

impl GlobalArgs {
    /// The layers of the configuration that these arguments choose.
    pub(super) fn layers(&self) -> Result<Layers, ConfigError> {
        let named = self.config.is_some();
        let path = self.config.clone().unwrap_or_else(|| "mintage.toml".into());
        Ok(Layers::new()
            .file(&path, named)?
            .environment()
            .flag("DATABASE_URL", self.database_url.clone()))
    }
}

/// Opens the store, which a running server may have open as well, and runs `work` with it.
pub(super) fn with_store(
    args: &GlobalArgs,
    work: impl FnOnce(&dyn Store, &Env<'_>) -> CommandResult,
) -> CommandResult {
    with_config(args, |_, store, env| work(store, env))
}

/// Runs `work` with the configuration and the store.
pub(super) fn with_config(
    args: &GlobalArgs,
    work: impl FnOnce(&Config, &dyn Store, &Env<'_>) -> CommandResult,
) -> CommandResult {
    let config = Config::read(&args.layers()?)?;
    let store = open_proven(&config, Opener::Command)?;
    let env = Env {
        clock: &SystemClock,
        entropy: &SystemEntropy,
        keys: &config.keys,
        origin: None,
    };
    work(&config, &*store, &env)
}
