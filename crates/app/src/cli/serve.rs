//! `mintage serve`.

use std::net::{SocketAddr, TcpListener};

use clap::Args;

use super::global_args::GlobalArgs;
use super::logging::start_logging;
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
    let _log = start_logging();
    let layers = global
        .layers()?
        .flag("MINTAGE_LISTEN", args.listen)
        .flag("MINTAGE_PUBLIC_URL", args.public_url);
    let config = Config::read(&layers)?;
    let settings = &config.settings;
    let listener = listen("MINTAGE_LISTEN", settings.listen)?;
    if let Some(MailConfig { server, from }) = &settings.mail {
        tracing::info!(%server, %from, "license keys are mailed");
    } else {
        tracing::info!("no mail server is set up: license keys are not mailed");
    }
    let metrics = settings
        .metrics_listen
        .map(|address| listen("MINTAGE_METRICS_LISTEN", address))
        .transpose()?;
    let app = wire::wire(config)?;
    let running = server::start(listener, metrics, app)?;
    tracing::info!(address = %running.address(), "serving");
    running.wait()?;
    tracing::info!("stopped");
    Ok(())
}

fn listen(variable: &str, address: SocketAddr) -> Result<TcpListener, String> {
    TcpListener::bind(address)
        .map_err(|error| format!("{variable}: cannot listen on {address}: {error}"))
}
