//! `mintage serve`.

use super::{Common, Outcome};
use crate::config::Config;
use crate::{server, wire};
use clap::Args;
use std::io::IsTerminal;
use std::net::TcpListener;
use tracing_subscriber::EnvFilter;

#[derive(Args)]
pub(super) struct ServeArgs {
    /// Where to listen; see MINTAGE_LISTEN.
    #[arg(long)]
    listen: Option<String>,
    /// How the world reaches this server; see MINTAGE_PUBLIC_URL.
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
    let app = wire::wire(config)?;
    let running = server::start(listener, app)?;
    tracing::info!(address = %running.address(), "serving");
    running.wait()?;
    tracing::info!("stopped");
    Ok(())
}

/// Logs go to stderr: lines for people on a terminal, JSON otherwise. `RUST_LOG` chooses how much.
fn log() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let logs = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    if std::io::stderr().is_terminal() {
        logs.init();
    } else {
        logs.json().flatten_event(true).init();
    }
}
