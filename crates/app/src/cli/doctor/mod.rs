//! `mintage doctor`: checks everything that a server needs, and changes nothing.

mod accounts;
mod check;
mod configuration;
mod database;
mod events;
mod mail;
mod pages;
mod platform;
mod report;
mod restricted_keys;
mod sellers;

use std::error::Error;
use std::sync::Arc;

use clap::Args;
use mintage_domain::base::url::WebUrl;
use mintage_domain::ports::Store;
use mintage_stripe::StripeClient;

use self::check::Check;
use self::report::{Finding, Report};
use super::global_args::GlobalArgs;
use super::output::CommandResult;
use crate::config::{Layers, Settings};
use crate::wire::http_to_stripe;

#[derive(Args)]
pub(super) struct DoctorArgs {
    /// Print one JSON document instead of lines.
    #[arg(long)]
    json: bool,
    /// The URL of a page of a shop, or of a script of such a page, in which no secret may stand. May be
    /// repeated.
    #[arg(long = "page", value_name = "URL", value_parser = WebUrl::parse)]
    pages: Vec<WebUrl>,
}

/// Checks everything that a server needs, and changes nothing. Fails if anything is wrong.
pub(super) fn run(global: &GlobalArgs, args: &DoctorArgs) -> CommandResult {
    let mut report = Report::new(args.json);
    match global.layers() {
        Ok(layers) => {
            // Whatever happens, `--json` prints its document.
            if let Err(error) = examine(&mut report, &layers, &args.pages) {
                report.add(unreadable(&*error));
            }
        }
        Err(error) => report.add(configuration::refused(&error)),
    }
    report.end()
}

fn examine(report: &mut Report, layers: &Layers, pages: &[WebUrl]) -> CommandResult {
    let settings = configuration::check(report, layers);
    let store = database::check(report, layers, settings.as_ref());
    if let Some(settings) = &settings {
        mail::check(report, settings.mail.as_ref());
        check_stripe(report, settings, store.as_deref())?;
    }
    if let Some(store) = &store {
        let mails = settings.is_some_and(|it| it.mail.is_some());
        sellers::check(report, &**store, mails)?;
        restricted_keys::check(report, &**store)?;
    }
    pages::check(report, store.as_deref(), pages)
}

fn check_stripe(
    report: &mut Report,
    settings: &Settings,
    store: Option<&dyn Store>,
) -> CommandResult {
    let stripe = StripeClient::new(Arc::new(http_to_stripe()?), settings.stripe.clone());
    let usable = platform::check(report, &stripe, settings)?;
    match store {
        Some(store) => accounts::check(report, store, &stripe, &usable),
        None => Ok(()),
    }
}

/// The store answered before, and cannot be read now.
fn unreadable(error: &dyn Error) -> Finding {
    Finding::failed(
        Check::Database,
        error,
        "Look at the log of the database, and run the doctor again.",
    )
}
