//! `mintage migrate` and `mintage doctor`.

use std::sync::Arc;

use mintage_domain::base::mode::Mode;
use mintage_domain::ports::Stripe;
use mintage_http::{HttpClient, Reach};
use mintage_smtp::Encryption;
use mintage_stripe::StripeClient;

use super::common::Common;
use super::output::{Outcome, say};
use crate::config::{Config, Database, MailConfig, database};
use crate::wire::{Opener, open_store};

pub(super) fn migrate(common: &Common) -> Outcome {
    open_store(&database(&common.layers()?)?, Opener::Tool)?;
    say("the schema is up to date")?;
    Ok(())
}

/// Prints what is configured and what is missing. Fails if the server could not work.
pub(super) fn run(common: &Common) -> Outcome {
    let config = Config::read(&common.layers()?)?;
    let kind = match &config.database {
        Database::Sqlite(path) => format!("SQLite at {}", path.display()),
        Database::Postgres(_) => "PostgreSQL".to_owned(),
    };
    open_store(&config.database, Opener::Tool)?.ready()?;
    say(format!("ok    database: {kind}, schema up to date"))?;
    say("ok    master key: readable")?;
    say(mail(config.mail.as_ref()))?;
    let http = HttpClient::new(mintage_http::Config {
        reach: Reach::Anywhere,
        user_agent: "mintage-doctor".to_owned(),
    })?;
    let webhooks: Vec<Mode> = config.stripe.webhook_modes().collect();
    let stripe = StripeClient::new(Arc::new(http), config.stripe);
    for mode in [Mode::Sandbox, Mode::Live] {
        let offered = stripe.offers(mode);
        let line = match (offered, webhooks.contains(&mode)) {
            (true, true) => "ok    ",
            (true, false) => "WARN  ",
            (false, _) => "off   ",
        };
        let note = match (offered, webhooks.contains(&mode)) {
            (true, true) => "client id, key and webhook secret are set",
            (true, false) => "no webhook secret: paid orders will not be heard of",
            (false, _) => "not set up",
        };
        say(format!("{line}Stripe {mode}: {note}"))?;
    }
    say(format!(
        "note  Stripe must know the redirect URI {}/stripe/callback",
        config.public_url
    ))?;
    say(format!(
        "note  Stripe must send Connect events to {}/api/stripe/webhook/connect",
        config.public_url
    ))?;
    Ok(())
}

fn mail(config: Option<&MailConfig>) -> String {
    let Some(MailConfig { server, from }) = config else {
        return "off   mail: not set up: keys are not mailed to buyers".to_owned();
    };
    let line = match server.encryption() {
        Encryption::Plain => "WARN  ",
        Encryption::Tls | Encryption::StartTls => "ok    ",
    };
    format!("{line}mail: by {server}, from {from}")
}
