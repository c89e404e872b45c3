//! `mintage dev`: a server, a simulated Stripe and a webhook receiver to develop against, with a tenant
//! that is ready to sell.
//!
//! The server's database stays between starts. The simulator starts empty every time, so the tenant is
//! connected to a new Stripe account at each start.

mod files;
mod hints;
mod secrets;
mod settings;

use std::io::ErrorKind;
use std::net::TcpListener;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use actix_web::rt::System;

use self::files::{Files, LOG};
use self::secrets::Secrets;
pub use self::settings::DevSettings;
use crate::client::Client;
use crate::interrupt::unless_interrupted;
use crate::receiver::Delivery;
use crate::report::Report;
use crate::stack::{Database, Stack, StackConfig, listener, random_secret};
use crate::step_error::{StepError, StepResult};
use crate::steps::context::{Context, Seller, TENANT};
use crate::steps::{catalog, connect, tenant, validate, webhook};
use crate::wait::Inbox;

/// The ports on which everything listens, if they are free.
const SERVER_PORT: u16 = 8080;
const SIMULATOR_PORT: u16 = 8420;
const RECEIVER_PORT: u16 = 8430;

/// How often `mintage dev` checks that the server still runs.
const POLL_INTERVAL: Duration = Duration::from_millis(500);

/// The arguments of `mintage dev`, besides `--config` and `--database-url`.
#[derive(Debug, Clone, clap::Args)]
pub struct DevArgs {
    /// The address and port to listen on (default: 127.0.0.1:8080, or another port if it is taken).
    #[arg(long)]
    pub listen: Option<String>,
}

/// Runs everything, with its files in the working directory, until a signal arrives. Starts a runtime of
/// its own, so it must not be called inside one.
///
/// The exit code is a failure if something cannot be started or the server ends by itself.
pub fn run(settings: DevSettings) -> ExitCode {
    let report = Report::to_stdout();
    match System::new().block_on(run_dev(settings, &report)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            report.failed(failure);
            ExitCode::FAILURE
        }
    }
}

async fn run_dev(settings: DevSettings, report: &Report) -> StepResult<()> {
    let files = Files::of(&settings);
    let saved = load_secrets(&files)?;
    let master_key = files.key_file.as_deref().map(master_key).transpose()?;
    let server = match settings.listen {
        Some(address) => TcpListener::bind(address)
            .map_err(StepError::cannot(&format!("listen on {address}")))?,
        None => listener(SERVER_PORT)?,
    };
    let (mut stack, mut inbox) = Stack::start(StackConfig {
        server,
        simulator: listener(SIMULATOR_PORT)?,
        receiver: listener(RECEIVER_PORT)?,
        directory: Path::new("."),
        log_name: LOG,
        database: Database {
            url: files.database_url.clone(),
            master_key,
        },
        config: settings.config,
    })?;
    let work = async {
        let secrets = prepare_tenant(&mut stack, saved, &files.secrets).await?;
        report.line(hints::text(&stack, &secrets, &files));
        print_deliveries(&mut stack, &mut inbox, &secrets, report).await
    };
    let ended = unless_interrupted(work).await;
    if let Some(Err(failure)) = ended.map_err(StepError::cannot("listen to signals"))? {
        let tail = stack.server.log_tail();
        report.line(format_args!("\nThe end of {LOG}:\n{tail}"));
        return Err(failure);
    }
    report.line("\nStopping.");
    stack.server.stop();
    Ok(())
}

/// Loads the secrets of the tenant, if an earlier start created the database.
fn load_secrets(files: &Files) -> StepResult<Option<Secrets>> {
    let Some(database) = &files.database else {
        return Secrets::load(&files.secrets);
    };
    if !database.exists() {
        return Ok(None);
    }
    let saved = Secrets::load(&files.secrets)?.ok_or_else(|| {
        StepError::new(format!(
            "{} exists, but {} with the secrets of its tenant does not; remove the database to \
             begin anew",
            database.display(),
            files.secrets.display()
        ))
    })?;
    Ok(Some(saved))
}

/// Reads the master key in a file, which is created if there is none.
fn master_key(path: &Path) -> StepResult<String> {
    let path_shown = path.display();
    match std::fs::read_to_string(path) {
        Ok(key) => Ok(key.trim().to_owned()),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let key = random_secret("dev:")?;
            secrets::write_private(path, &key)
                .map_err(StepError::cannot(&format!("write {path_shown}")))?;
            Ok(key)
        }
        Err(error) => Err(StepError::cannot(&format!("read {path_shown}"))(error)),
    }
}

/// Creates the tenant and everything that it needs to sell, or connects the tenant of an earlier start to
/// the new simulator.
async fn prepare_tenant(
    stack: &mut Stack,
    saved: Option<Secrets>,
    path: &Path,
) -> StepResult<Secrets> {
    stack.server.wait_until_ready(&stack.server_url).await?;
    let context = Context {
        client: Client::silent(),
        mintage: stack.server_url.clone(),
        stripe: stack.simulator.api_url().to_owned(),
        control_token: stack.simulator.control_token(),
    };
    let receiver = stack.receiver.url();
    let seller = |token: &str| Seller {
        context: &context,
        token: token.to_owned(),
    };
    if let Some(secrets) = saved {
        let seller = seller(&secrets.management_token);
        webhook::update(&seller, receiver).await?;
        connect::disconnect(&seller).await?;
        connect::connect(&seller).await?;
        connect::set_up_prices(&seller).await?;
        return Ok(secrets);
    }
    let token = tenant::create(&context, &stack.server_command)?;
    let seller = seller(&token);
    catalog::create(&seller).await?;
    let secrets = Secrets {
        signing_secret: webhook::create(&seller, receiver).await?,
        checkout_key: connect::connect_first(&seller).await?,
        api_key: validate::create_api_key(&seller).await?,
        management_token: token.clone(),
    };
    connect::set_up_prices(&seller).await?;
    secrets.save(path)?;
    Ok(secrets)
}

/// Prints each delivery that the receiver gets, as long as the server runs.
async fn print_deliveries(
    stack: &mut Stack,
    inbox: &mut Inbox,
    secrets: &Secrets,
    report: &Report,
) -> StepResult<()> {
    loop {
        if let Some(delivery) = inbox.next_within(POLL_INTERVAL).await {
            report.line(line(&delivery, &secrets.signing_secret));
        }
        stack.server.check_running()?;
    }
}

fn line(delivery: &Delivery, secret: &str) -> String {
    let verdict = match delivery.verify(secret) {
        Ok(()) => "signature verified".to_owned(),
        // Another tenant may use this receiver too, with a signing secret of its own.
        Err(error) => format!("not from {TENANT}: {error}"),
    };
    format!("  {} ({verdict})", delivery.event())
}
