//! `mintage keys`.

use clap::Subcommand;
use mintage_domain::base::seal::KeyId;
use mintage_domain::ports::Store;
use mintage_domain::usecase::env::Env;
use mintage_domain::usecase::master_key::{Resealed, reseal};

use super::global_args::{GlobalArgs, with_store};
use super::output::{CommandResult, print_line};
use crate::config::{Config, Database, add_key};
use crate::wire::{Opener, open_proven, operator_env};

#[derive(Subcommand)]
pub(super) enum KeysCommand {
    /// Put a new master key into the key file, and seal all secrets again with it. No server may run.
    Rotate,
    /// Seal all secrets again with the first master key, so that the others can be removed.
    Reseal,
}

pub(super) fn run(args: &GlobalArgs, command: &KeysCommand) -> CommandResult {
    match command {
        KeysCommand::Rotate => rotate(args),
        KeysCommand::Reseal => with_store(args, seal_all),
    }
}

/// How to change a key that this command cannot write.
const BY_HAND: &str = "put a new key (`k2:` and `openssl rand -hex 32`) behind the old one in \
     MINTAGE_MASTER_KEY of every server and restart them, move the new key to the front and restart \
     them, run `mintage keys reseal`, and then remove the old key";

fn rotate(args: &GlobalArgs) -> CommandResult {
    let layers = args.layers()?;
    let config = Config::read(&layers)?;
    let (Database::Sqlite(_), Some(path)) = (&config.settings.database, &config.keys.file) else {
        return Err(
            format!("only the key file of a SQLite database can be rotated: {BY_HAND}").into(),
        );
    };
    // Opened as a server does, which refuses while a server that has only the old key is running.
    let store = open_proven(&config, Opener::Server)?;
    let id = add_key(path, &config.keys.ring)?;
    print_line(format!("the new master key {id} is in {}", path.display()))?;
    let config = Config::read(&layers)?;
    seal_all(&*store, &operator_env(&config.keys.ring))
}

fn seal_all(store: &dyn Store, env: &Env<'_>) -> CommandResult {
    let Resealed {
        values,
        unreadable,
        retired,
    } = reseal(store, env)?;
    let primary = env.keys.primary_id();
    print_line(format!(
        "{values} secrets were sealed again with the master key {primary}"
    ))?;
    if !unreadable.is_empty() {
        let ids = unreadable.join(", ");
        return Err(format!(
            "no configured key opens the secrets of {ids}: keep the old keys, and restore or delete these"
        )
        .into());
    }
    if !retired.is_empty() {
        let retired: Vec<&str> = retired.iter().map(KeyId::as_str).collect();
        print_line(format!(
            "nothing is sealed with {} any more: remove it when no backup and no pending payment needs it",
            retired.join(", ")
        ))?;
    }
    Ok(())
}
