//! The arguments of every command, and the store that they choose.

use std::path::PathBuf;

use clap::Args;
use mintage_domain::ports::Store;
use mintage_domain::usecase::env::Env;

use super::output::CommandResult;
#[cfg(feature = "demo")]
use crate::config::Settings;
use crate::config::{Config, ConfigError, Layers};
use crate::wire::{Opener, open_proven, operator_env};

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
            .environment()?
            .flag("DATABASE_URL", self.database_url.clone()))
    }
}

#[cfg(feature = "demo")]
impl GlobalArgs {
    /// What `mintage dev` takes from flags and the configuration file. The environment does not count, since
    /// it may name the database of a real server.
    pub(super) fn developing(
        &self,
        args: &mintage_demo::dev::DevArgs,
    ) -> Result<mintage_demo::dev::DevSettings, ConfigError> {
        let layers = match &self.config {
            Some(path) => Layers::new().file(path, true)?,
            None => Layers::new(),
        };
        let layers = layers
            .flag("MINTAGE_LISTEN", args.listen.clone())
            .flag("DATABASE_URL", self.database_url.clone());
        let settings = Settings::read(&layers)?;
        Ok(mintage_demo::dev::DevSettings {
            listen: layers.get("MINTAGE_LISTEN").map(|_| settings.listen),
            database_url: layers.get("DATABASE_URL").map(str::to_owned),
            config: self.config.clone(),
            has_master_key: ["MINTAGE_MASTER_KEY", "MINTAGE_MASTER_KEY_FILE"]
                .iter()
                .any(|name| layers.get(name).is_some()),
        })
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
    work(&config, &*store, &operator_env(&config.keys.ring))
}
