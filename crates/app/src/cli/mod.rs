//! The command line.

mod api_key;
mod doctor;
mod serve;
mod tenant;

use crate::config::{Config, ConfigError, Layers};
use crate::system::{SystemClock, SystemEntropy};
use crate::wire::{Opener, open_store};
use clap::{Args, Parser, Subcommand};
use mintage_domain::env::Env;
use mintage_domain::page::{Page, PageRequest};
use mintage_domain::ports::{Store, StoreError};
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

/// Sells software licenses through the seller's own Stripe account, and mints each exactly once.
#[derive(Parser)]
#[command(name = "mintage", version)]
struct Cli {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    command: Command,
}

#[derive(Args)]
struct Common {
    /// A configuration file (default: mintage.toml, if there is one).
    #[arg(long, global = true)]
    config: Option<PathBuf>,
    /// Where things are kept; see DATABASE_URL. A URL with a password belongs in the environment.
    #[arg(long, global = true)]
    database_url: Option<String>,
}

impl Common {
    fn layers(&self) -> Result<Layers, ConfigError> {
        let named = self.config.is_some();
        let path = self.config.clone().unwrap_or_else(|| "mintage.toml".into());
        Ok(Layers::new()
            .file(&path, named)?
            .environment()
            .flag("DATABASE_URL", self.database_url.clone()))
    }
}

#[derive(Subcommand)]
enum Command {
    /// Shows the whole path on this machine: connect, pay, mint, deliver, validate, refund.
    #[cfg(feature = "demo")]
    Demo(crate::demo::DemoArgs),
    /// Keeps a server, a simulated Stripe and a seeded tenant running to develop against.
    #[cfg(feature = "demo")]
    Dev(crate::dev::DevArgs),
    /// Serves.
    Serve(serve::ServeArgs),
    /// Brings the database's schema up to date.
    Migrate,
    /// Prints the description of the API, as the server answers it at /openapi.json.
    Openapi,
    /// Checks the configuration, the database and Stripe's settings.
    Doctor,
    /// Makes and lists tenants, and moves them between plans.
    #[command(subcommand)]
    Tenant(tenant::TenantCommand),
    /// Makes management tokens.
    #[command(subcommand)]
    Token(tenant::TokenCommand),
    /// Makes, lists, revokes and rotates API keys. A server sees a change within five seconds.
    #[command(subcommand)]
    ApiKey(api_key::ApiKeyCommand),
}

/// Runs the command line.
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    let outcome = match cli.command {
        #[cfg(feature = "demo")]
        Command::Demo(args) => return crate::demo::run(args),
        #[cfg(feature = "demo")]
        Command::Dev(args) => return crate::dev::run(args),
        Command::Serve(args) => serve::run(&cli.common, args),
        Command::Migrate => doctor::migrate(&cli.common),
        Command::Openapi => openapi(),
        Command::Doctor => doctor::run(&cli.common),
        Command::Tenant(command) => tenant::run(&cli.common, command),
        Command::Token(command) => tenant::run_token(&cli.common, command),
        Command::ApiKey(command) => api_key::run(&cli.common, command),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // If even stderr is gone, the exit code still tells.
            let _ = writeln!(std::io::stderr(), "mintage: {error}");
            ExitCode::FAILURE
        }
    }
}

type Outcome = Result<(), Box<dyn std::error::Error>>;

/// Opens the store beside a server that may be running, and works with it.
fn with_store(common: &Common, work: impl FnOnce(&dyn Store, &Env<'_>) -> Outcome) -> Outcome {
    let config = Config::read(&common.layers()?)?;
    let store = open_store(&config.database, Opener::Tool)?;
    let entropy = SystemEntropy::new();
    let env = Env {
        clock: &SystemClock,
        entropy: &entropy,
        keys: &config.keys,
    };
    work(&*store, &env)
}

/// Turns the pages of a list, and shows each item.
fn each<T>(
    list: impl Fn(&PageRequest) -> Result<Page<T>, StoreError>,
    show: impl Fn(&T) -> std::io::Result<()>,
) -> Outcome {
    let mut page = PageRequest {
        after: None,
        limit: Some(PageRequest::MAX),
    };
    loop {
        let listed = list(&page)?;
        listed.items.iter().try_for_each(&show)?;
        page.after = listed.next;
        if page.after.is_none() {
            return Ok(());
        }
    }
}

/// Prints what the server says of itself.
fn openapi() -> Outcome {
    Ok(write!(
        std::io::stdout().lock(),
        "{}",
        crate::openapi::json()
    )?)
}

/// Prints a line of a command's result.
fn say(line: impl std::fmt::Display) -> std::io::Result<()> {
    writeln!(std::io::stdout().lock(), "{line}")
}
