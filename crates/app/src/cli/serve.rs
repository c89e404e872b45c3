//! `mintage serve`.

use std::io::IsTerminal;
use std::net::TcpListener;

use clap::Args;
use tracing::Level;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use super::global_args::GlobalArgs;
use super::output::CommandResult;
use crate::config::{Config, MailConfig};
use crate::{server, wire};

#[derive(Args)]
pub(super) struct ServeArgs {
    /// The address and port to listen on; see MINTAGE_LISTEN.
    #[arg(long)]
    listen: Option<String>,
    /// The URL of this server on the internet; see MINTAGE_PUBLIC_URL.
    #[arg(long)]
    public_url: Option<String>,
}

pub(super) fn run(global: &GlobalArgs, args: ServeArgs) -> CommandResult {
    start_logging();
    let layers = global
        .layers()?
        .flag("MINTAGE_LISTEN", args.listen)
        .flag("MINTAGE_PUBLIC_URL", args.public_url);
    let config = Config::read(&layers)?;
    let listener = TcpListener::bind(config.listen).map_err(|error| {
        format!(
            "MINTAGE_LISTEN: cannot listen on {}: {error}",
            config.listen
        )
    })?;
    if let Some(MailConfig { server, from }) = &config.mail {
        tracing::info!(%server, %from, "license keys are mailed");
    } else {
        tracing::info!("no mail server is set up: license keys are not mailed");
    }
    let app = wire::wire(config)?;
    let running = server::start(listener, app)?;
    tracing::info!(address = %running.address(), "serving");
    running.wait()?;
    tracing::info!("stopped");
    Ok(())
}

/// Libraries that log the bytes on the wire at the levels debug and trace, with API keys, OAuth codes and
/// license keys in them.
const WIRE_LOGS: [&str; 2] = ["actix_http", "ureq"];

/// Writes logs to stderr: lines for people on a terminal, JSON otherwise. `RUST_LOG` chooses the level; the
/// bytes on the wire are never logged.
fn start_logging() {
    let level = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let no_wire = filter_fn(|metadata| {
        let is_from = |library| metadata.target().starts_with(library);
        *metadata.level() <= Level::INFO || !WIRE_LOGS.into_iter().any(is_from)
    });
    let filtered = tracing_subscriber::registry().with(level).with(no_wire);
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    if std::io::stderr().is_terminal() {
        filtered.with(lines).init();
    } else {
        filtered.with(lines.json().flatten_event(true)).init();
    }
}
