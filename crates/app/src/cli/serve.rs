//! `mintage serve`.

use std::io::IsTerminal;
use std::net::TcpListener;

use clap::Args;
use tracing::Level;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use super::common::Common;
use super::output::Outcome;
use crate::config::{Config, MailConfig};
use crate::{server, wire};

#[derive(Args)]
pub(super) struct ServeArgs {
    /// The address to listen on; see MINTAGE_LISTEN.
    #[arg(long)]
    listen: Option<String>,
    /// The address of this server on the internet; see MINTAGE_PUBLIC_URL.
    #[arg(long)]
    public_url: Option<String>,
}

pub(super) fn run(common: &Common, args: ServeArgs) -> Outcome {
    log();
    let layers = common
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
        tracing::info!(%server, %from, "mailing keys");
    } else {
        tracing::info!("no mail server is set up: keys are not mailed");
    }
    let app = wire::wire(config)?;
    let running = server::start(listener, app)?;
    tracing::info!(address = %running.address(), "serving");
    running.wait()?;
    tracing::info!("stopped");
    Ok(())
}

/// Libraries that log the bytes on the wire at finer levels: keys, OAuth codes, license keys.
const WIRE_LOGS: [&str; 2] = ["actix_http", "ureq"];

/// Logs go to stderr: lines for people on a terminal, JSON otherwise. `RUST_LOG` chooses the level; the
/// bytes on the wire are logged at no level.
fn log() {
    let chosen = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let no_wire = filter_fn(|metadata| {
        let of_wire = |library| metadata.target().starts_with(library);
        *metadata.level() <= Level::INFO || !WIRE_LOGS.into_iter().any(of_wire)
    });
    let filtered = tracing_subscriber::registry().with(chosen).with(no_wire);
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    if std::io::stderr().is_terminal() {
        filtered.with(lines).init();
    } else {
        filtered.with(lines.json().flatten_event(true)).init();
    }
}
