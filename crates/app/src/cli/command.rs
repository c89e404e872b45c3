//! All commands.

use std::error::Error;
use std::io::{self, ErrorKind, Write};
use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};
use clap_complete::Shell;

use super::global_args::GlobalArgs;
use super::output::CommandResult;
use super::{
    api_key, audit, config, customer, doctor, key_type, keys, license, migrate, parked, product,
    prune, reconcile, serve, tenant, token, webhook_endpoint,
};

/// Sell software licenses through the seller's own Stripe account.
#[derive(Parser)]
#[command(name = "mintage", version)]
struct Cli {
    #[command(flatten)]
    global: GlobalArgs,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run a sale on this machine: connect, pay, issue, deliver, validate, refund.
    #[cfg(feature = "demo")]
    Demo(mintage_demo::demo::DemoArgs),
    /// Run a server, a simulated Stripe and a tenant that is ready to sell, to develop against.
    #[cfg(feature = "demo")]
    Dev(mintage_demo::dev::DevArgs),
    /// Run the server.
    Serve(serve::ServeArgs),
    /// Migrate the database to the schema of this version.
    Migrate,
    /// Print the OpenAPI document, as the server answers it at /openapi.json.
    Openapi,
    /// Check the configuration, the database, the master key, the clock, what Stripe knows of this server, and
    /// the connected accounts. Changes nothing, and exits with 1 if anything is wrong.
    Doctor(doctor::DoctorArgs),
    /// Print the settings that count and where each is set, with secrets masked.
    Config(config::ConfigArgs),
    /// Print a script for the completion of commands in a shell.
    Completions {
        /// The shell.
        shell: Shell,
    },
    /// Create, list, suspend, resume and erase tenants, change their plans, and turn their mails on or off.
    #[command(subcommand)]
    Tenant(tenant::TenantCommand),
    /// Create, list and revoke management tokens.
    #[command(subcommand)]
    Token(token::TokenCommand),
    /// Create, list, get, change, archive and restore products. A running server applies a change
    /// within five seconds.
    #[command(subcommand)]
    Product(product::ProductCommand),
    /// Create, list, get, change, archive and restore the key types of a product.
    #[command(subcommand)]
    KeyType(key_type::KeyTypeCommand),
    /// Create, list, revoke and rotate API keys. A running server applies a change within five seconds.
    #[command(subcommand)]
    ApiKey(api_key::ApiKeyCommand),
    /// List, get, freeze, thaw, extend and revoke licenses, send their keys again, and list and release their
    /// activations.
    #[command(subcommand)]
    License(license::LicenseCommand),
    /// Create, list, get, change, test and delete webhook endpoints, and list the deliveries to them.
    #[command(subcommand)]
    WebhookEndpoint(webhook_endpoint::WebhookEndpointCommand),
    /// List and retry Stripe events that should have issued a license and could not yet.
    #[command(subcommand)]
    Parked(parked::ParkedCommand),
    /// Apply what happened at Stripe and was not heard: sales, refunds and disputes. A server does the same
    /// every hour for the last three days.
    Reconcile(reconcile::ReconcileArgs),
    /// List, get and erase customers of a tenant.
    #[command(subcommand)]
    Customer(customer::CustomerCommand),
    /// Change the master key: put a new one into the key file, and seal all secrets again.
    #[command(subcommand)]
    Keys(keys::KeysCommand),
    /// Delete what is older than MINTAGE_RETENTION says, as a running server does by itself.
    Prune(prune::PruneArgs),
    /// List the audit trail of a tenant: who did what.
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
        Command::Dev(args) => return dev(&cli.global, &args),
        Command::Serve(args) => serve::run(&cli.global, args),
        Command::Migrate => migrate::run(&cli.global),
        Command::Openapi => openapi(),
        Command::Doctor(args) => doctor::run(&cli.global, &args),
        Command::Config(args) => config::run(&cli.global, &args),
        Command::Completions { shell } => completions(shell),
        Command::Tenant(command) => tenant::run(&cli.global, command),
        Command::Token(command) => token::run(&cli.global, command),
        Command::Product(command) => product::run(&cli.global, command),
        Command::KeyType(command) => key_type::run(&cli.global, command),
        Command::ApiKey(command) => api_key::run(&cli.global, command),
        Command::License(command) => license::run(&cli.global, command),
        Command::WebhookEndpoint(command) => webhook_endpoint::run(&cli.global, command),
        Command::Parked(command) => parked::run(&cli.global, command),
        Command::Reconcile(args) => reconcile::run(&cli.global, &args),
        Command::Customer(command) => customer::run(&cli.global, command),
        Command::Keys(command) => keys::run(&cli.global, &command),
        Command::Prune(args) => prune::run(&cli.global, &args),
        Command::Audit(command) => audit::run(&cli.global, command),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        // The reader of a pipe has read enough, as `head` does.
        Err(error) if is_broken_pipe(&*error) => ExitCode::SUCCESS,
        Err(error) => {
            // If stderr is closed too, the exit code still reports the failure.
            let _ = writeln!(io::stderr(), "mintage: {error}");
            ExitCode::FAILURE
        }
    }
}

fn is_broken_pipe(error: &(dyn Error + 'static)) -> bool {
    error
        .downcast_ref::<io::Error>()
        .is_some_and(|error| error.kind() == ErrorKind::BrokenPipe)
}

fn openapi() -> CommandResult {
    let json = crate::description::openapi_json()?;
    Ok(write!(io::stdout().lock(), "{json}")?)
}

fn completions(shell: Shell) -> CommandResult {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "mintage", &mut script);
    Ok(io::stdout().lock().write_all(&script)?)
}

#[cfg(feature = "demo")]
fn dev(global: &GlobalArgs, args: &mintage_demo::dev::DevArgs) -> ExitCode {
    match global.developing(args) {
        Ok(settings) => mintage_demo::dev::run(settings),
        Err(error) => {
            let _ = writeln!(io::stderr(), "mintage: {error}");
            ExitCode::FAILURE
        }
    }
}
