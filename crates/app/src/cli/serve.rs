//! `mintage serve`.

use std::net::TcpListener;

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
