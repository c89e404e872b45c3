//! The command line.

mod api_key;
mod audit;
mod customer;
mod doctor;
mod license;
mod serve;
mod tenant;

use crate::config::{Config, ConfigError, Layers};
use crate::wire::{Opener, open_store};
use clap::{Args, Parser, Subcommand};
use mintage_domain::env::Env;
use mintage_domain::page::{Page, PageRequest};
use mintage_domain::ports::{Store, StoreError};
use mintage_domain::slug::TenantId;
use mintage_runtime::system::{SystemClock, SystemEntropy};
use serde::Serialize;
use std::io::{self, Write};
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
    /// Lists licenses and their devices; freezes, thaws, extends and revokes them.
    #[command(subcommand)]
    License(license::LicenseCommand),
    /// Lists a tenant's customers.
    #[command(subcommand)]
    Customer(customer::CustomerCommand),
    /// Lists who did what in a tenant's account.
    #[command(subcommand)]
    Audit(audit::AuditCommand),
}

/// Whose things a command is about, and how it prints them.
#[derive(Args)]
struct Of {
    /// The tenant's slug.
    #[arg(long, value_parser = TenantId::parse)]
    tenant: TenantId,
    /// Print one JSON object a line.
    #[arg(long)]
    json: bool,
}

impl Of {
    /// That there is such a tenant: to list nothing would hide a typo in the slug.
    fn exists(&self, store: &dyn Store) -> Outcome {
        store.tenant(&self.tenant)?.ok_or("no such tenant")?;
        Ok(())
    }

    /// Prints a thing as the HTTP API shows it, or in a line for people: what buyers and devices
    /// call themselves must not steer the terminal.
    fn print(&self, shown: &impl Serialize, line: impl FnOnce() -> String) -> io::Result<()> {
        if self.json {
            say(serde_json::to_string(shown)?)
        } else {
            say(line().replace(char::is_control, " "))
        }
    }
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
        Command::License(command) => license::run(&cli.common, command),
        Command::Customer(command) => customer::run(&cli.common, command),
        Command::Audit(command) => audit::run(&cli.common, command),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // If even stderr is gone, the exit code still tells.
            let _ = writeln!(io::stderr(), "mintage: {error}");
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
    show: impl Fn(&T) -> io::Result<()>,
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
    let json = crate::description::openapi_json()?;
    Ok(write!(io::stdout().lock(), "{json}")?)
}

/// Prints a line of a command's result.
fn say(line: impl std::fmt::Display) -> io::Result<()> {
    writeln!(io::stdout().lock(), "{line}")
}
