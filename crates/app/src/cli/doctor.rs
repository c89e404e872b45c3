//! `mintage migrate` and `mintage doctor`.

use std::sync::Arc;

use mintage_domain::base::mode::Mode;
use mintage_domain::ports::Stripe;
use mintage_http::{HttpClient, Reach};
use mintage_smtp::Encryption;
use mintage_stripe::StripeClient;

use super::global_args::GlobalArgs;
use super::output::{CommandResult, print_line};
use crate::config::{Config, Database, MailConfig, database};
use crate::wire::{Opener, open_proven, open_store};

pub(super) fn migrate(args: &GlobalArgs) -> CommandResult {
    open_store(&database(&args.layers()?)?, Opener::Command)?;
    print_line("the schema is up to date")?;
    Ok(())
}

/// Prints what is configured and what is missing. Fails if a server could not start.
pub(super) fn check(args: &GlobalArgs) -> CommandResult {
    let config = Config::read(&args.layers()?)?;
    let kind = match &config.database {
        Database::Sqlite(path) => format!("SQLite at {}", path.display()),
        Database::Postgres(_) => "PostgreSQL".to_owned(),
    };
    open_proven(&config, Opener::Command)?.ready()?;
    print_line(format!("ok    database: {kind}, schema up to date"))?;
    print_line(format!(
        "ok    master key: {} opens and seals the secrets of this database",
        config.keys.primary_id()
    ))?;
    print_line(mail(config.mail.as_ref()))?;
    let http = HttpClient::new(mintage_http::Config {
        reach: Reach::Anywhere,
        user_agent: "mintage-doctor".to_owned(),
    })?;
    let webhooks: Vec<Mode> = config.stripe.webhook_modes().collect();
    let stripe = StripeClient::new(Arc::new(http), config.stripe);
    for mode in [Mode::Sandbox, Mode::Live] {
        let (status, note) = match (stripe.offers(mode), webhooks.contains(&mode)) {
            (true, true) => ("ok    ", "client id, key and webhook secret are set"),
            (true, false) => (
                "WARN  ",
                "no webhook secret: events of paid orders are refused",
            ),
            (false, _) => ("off   ", "not set up"),
        };
        print_line(format!("{status}Stripe {mode}: {note}"))?;
    }
    print_line(format!(
        "note  At Stripe, allow the redirect URI {}/stripe/callback",
        config.public_url
    ))?;
    print_line(format!(
        "note  At Stripe, send Connect events to {}/api/stripe/webhook/connect",
        config.public_url
    ))?;
    Ok(())
}

fn mail(config: Option<&MailConfig>) -> String {
    let Some(MailConfig { server, from }) = config else {
        return "off   mail: not set up: license keys are not mailed to buyers".to_owned();
    };
    let status = match server.encryption() {
        Encryption::Plain => "WARN  ",
        Encryption::Tls | Encryption::StartTls => "ok    ",
    };
    format!("{status}mail: by {server}, from {from}")
}
