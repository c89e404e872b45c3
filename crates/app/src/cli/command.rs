//! All commands.

use std::io::{self, Write};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use super::common::Common;
use super::output::Outcome;
use super::{api_key, audit, customer, doctor, license, serve, tenant};

/// Sells software licenses through the seller's own Stripe account, and mints each exactly once.
#[derive(Parser)]
#[command(name = "mintage", version)]
struct Cli {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Shows the whole path on this machine: connect, pay, mint, deliver, validate, refund.
    #[cfg(feature = "demo")]
    Demo(mintage_demo::demo::DemoArgs),
    /// Keeps a server, a simulated Stripe and a seeded tenant running to develop against.
    #[cfg(feature = "demo")]
    Dev(mintage_demo::dev::DevArgs),
    /// Runs the server.
    Serve(serve::ServeArgs),
    /// Brings the database's schema up to date.
    Migrate,
    /// Prints the description of the API, as the server answers it at /openapi.json.
    Openapi,
    /// Checks the configuration, the database and Stripe's settings.
    Doctor,
    /// Creates and lists tenants, and changes their plans.
    #[command(subcommand)]
    Tenant(tenant::TenantCommand),
    /// Creates management tokens.
    #[command(subcommand)]
    Token(tenant::TokenCommand),
    /// Creates, lists, revokes and rotates API keys. A server applies a change within five seconds.
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

/// Runs the command line.
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    let outcome = match cli.command {
        #[cfg(feature = "demo")]
        Command::Demo(args) => return mintage_demo::demo::run(args),
        #[cfg(feature = "demo")]
        Command::Dev(args) => return mintage_demo::dev::run(args),
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
            // If stderr is closed too, the exit code still tells the failure.
            let _ = writeln!(io::stderr(), "mintage: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Prints the OpenAPI document.
fn openapi() -> Outcome {
    let json = crate::description::openapi_json()?;
    Ok(write!(io::stdout().lock(), "{json}")?)
}
