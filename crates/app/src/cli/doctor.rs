//! `mintage doctor`.

use std::fmt::Display;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use mintage_domain::base::mode::Mode;
use mintage_domain::base::time::Timestamp;
use mintage_domain::model::stripe::restricted_key::RestrictedKey;
use mintage_domain::ports::{Clock, Store, Stripe, StripeError};
use mintage_domain::usecase::master_key::{Proof, verify};
use mintage_runtime::system::SystemClock;
use mintage_smtp::Encryption;
use mintage_stripe::{EndpointState, Inspection, StripeClient};

use super::global_args::GlobalArgs;
use super::output::{CommandResult, print_line};
use crate::config::{ConfigError, Database, KeyFile, Layers, MailConfig, Settings, read_keys};
use crate::wire::{Opener, http_to_stripe, open_store, operator_env};

/// How far the clock may be from Stripe's. Signatures are refused at five minutes.
const MAX_SKEW: Duration = Duration::from_secs(30);

/// Counts what is wrong.
#[derive(Default)]
struct Report {
    wrong: usize,
}

impl Report {
    fn wrong(&mut self, what: impl Display) -> io::Result<()> {
        self.wrong = self.wrong.saturating_add(1);
        print_line(format_args!("FAIL  {what}"))
    }

    fn end(self) -> CommandResult {
        match self.wrong {
            0 => Ok(()),
            1 => Err("one check failed".into()),
            wrong => Err(format!("{wrong} checks failed").into()),
        }
    }
}

fn ok(what: impl Display) -> io::Result<()> {
    print_line(format_args!("ok    {what}"))
}

/// Nothing is wrong, but the operator should know.
fn warn(what: impl Display) -> io::Result<()> {
    print_line(format_args!("WARN  {what}"))
}

fn off(what: impl Display) -> io::Result<()> {
    print_line(format_args!("off   {what}"))
}

/// Checks everything that a server needs, and changes nothing. Fails if anything is wrong.
pub(super) fn run(args: &GlobalArgs) -> CommandResult {
    let mut report = Report::default();
    match read(args) {
        Ok((layers, settings)) => {
            ok("configuration: every setting is known and valid")?;
            check_database(&mut report, &layers, &settings)?;
            check_mail(settings.mail.as_ref())?;
            check_stripe(&mut report, settings)?;
        }
        Err(error) => report.wrong(format_args!("configuration: {error}"))?,
    }
    report.end()
}

fn read(args: &GlobalArgs) -> Result<(Layers, Settings), ConfigError> {
    let layers = args.layers()?;
    let settings = Settings::read(&layers)?;
    Ok((layers, settings))
}

fn check_database(report: &mut Report, layers: &Layers, settings: &Settings) -> io::Result<()> {
    let kind = match &settings.database {
        Database::Sqlite(path) => format!("SQLite at {}", path.display()),
        Database::Postgres(_) => "PostgreSQL".to_owned(),
    };
    let opened = open_store(&settings.database, &settings.authorities, Opener::Reader);
    let store = match opened {
        Ok(store) => match store.ready() {
            Ok(()) => {
                ok(format_args!("database: {kind}, schema up to date"))?;
                Some(store)
            }
            Err(error) => {
                report.wrong(format_args!("database: {kind}: {error}"))?;
                None
            }
        },
        Err(error) => {
            report.wrong(format_args!("database: {error}"))?;
            None
        }
    };
    if let Some(store) = &store {
        check_restricted_keys(report, &**store)?;
    }
    check_keys(report, layers, &settings.database, store.as_deref())
}

/// The most restricted keys and coupons that are named.
const MAX_NAMED: usize = 100;

/// Names the restricted keys that need attention, and the coupons that probes left at Stripe.
fn check_restricted_keys(report: &mut Report, store: &dyn Store) -> io::Result<()> {
    let found = store
        .unhealthy_keys(MAX_NAMED)
        .and_then(|keys| Ok((keys, store.orphan_coupons(None, MAX_NAMED)?)));
    let (keys, coupons) = match found {
        Ok(found) => found,
        // A schema of an older version has no such tables, which was reported before.
        Err(error) => return warn(format_args!("restricted keys: {error}")),
    };
    for key in &keys {
        report.wrong(format_args!(
            "restricted key: that of {} in {} mode needs attention: {}",
            key.tenant,
            key.mode,
            complaint(key)
        ))?;
    }
    for coupon in &coupons {
        warn(format_args!(
            "restricted key: the coupon {} of the permission check is left at Stripe ({}, {} mode); \
             its deletion is tried again",
            coupon.id, coupon.tenant, coupon.mode
        ))?;
    }
    Ok(())
}

/// What is wrong with a key.
fn complaint(key: &RestrictedKey) -> String {
    let health = key.connected.as_ref().map(|connected| &connected.health);
    let missing = health.map(|health| health.missing.as_slice());
    match missing {
        None | Some([]) => "Stripe does not accept it".to_owned(),
        Some(missing) => {
            let rows: Vec<&str> = missing.iter().map(|it| it.row_name()).collect();
            format!("it lacks {}", rows.join(", "))
        }
    }
}

fn check_keys(
    report: &mut Report,
    layers: &Layers,
    database: &Database,
    store: Option<&dyn Store>,
) -> io::Result<()> {
    let keys = match read_keys(layers, database, KeyFile::MustExist) {
        Ok(keys) => keys,
        Err(error) => return report.wrong(format_args!("master key: {error}")),
    };
    let id = keys.ring.primary_id();
    let Some(store) = store else {
        return warn(format_args!(
            "master key: {id} is set, but there is no database to compare it with"
        ));
    };
    match verify(store, &operator_env(&keys.ring)) {
        Ok(Proof::Canary) => ok(format_args!(
            "master key: {id} opens and seals the secrets of this database"
        )),
        Ok(Proof::Values) => ok(format_args!(
            "master key: {id} has not sealed anything in this database yet"
        )),
        Err(error) => report.wrong(format_args!("master key: {error}")),
    }
}

fn check_mail(config: Option<&MailConfig>) -> io::Result<()> {
    let Some(MailConfig { server, from }) = config else {
        return off("mail: not set up: license keys are not mailed to buyers");
    };
    let found = format!("mail: by {server}, from {from}");
    match server.encryption() {
        Encryption::Plain => warn(found),
        Encryption::Tls | Encryption::StartTls => ok(found),
    }
}

fn check_stripe(report: &mut Report, settings: Settings) -> io::Result<()> {
    let public_url = settings.public_url.as_str();
    let endpoint_url = format!("{public_url}/api/stripe/webhook/connect");
    let http = http_to_stripe().map_err(io::Error::other)?;
    let with_secret: Vec<Mode> = settings.stripe.webhook_modes().collect();
    let stripe = StripeClient::new(Arc::new(http), settings.stripe);
    let mut time = None;
    for mode in [Mode::Sandbox, Mode::Live] {
        if !stripe.offers(mode) {
            off(format_args!("Stripe {mode}: not set up"))?;
            continue;
        }
        if mode == Mode::Live && !public_url.starts_with("https://") {
            warn(format_args!(
                "MINTAGE_PUBLIC_URL is {public_url}: Stripe redirects and sends live events only to https"
            ))?;
        }
        let inspected = stripe.inspect(mode, &endpoint_url);
        match inspected {
            Ok(inspection) => {
                time = time.or(inspection.time.map(|time| (time, SystemClock.now())));
                report_mode(report, mode, &inspection, &endpoint_url)?;
            }
            Err(error) => report.wrong(format_args!("Stripe {mode}: {error}"))?,
        }
        if !with_secret.contains(&mode) {
            report.wrong(format_args!(
                "Stripe {mode}: no webhook secret is set: events of paid orders are refused"
            ))?;
        }
    }
    if let Some((stripe, own)) = time {
        check_clock(report, stripe, own)?;
    }
    print_line(format_args!(
        "note  At Stripe, allow the redirect URI {public_url}/stripe/callback"
    ))
}

fn report_mode(
    report: &mut Report,
    mode: Mode,
    inspection: &Inspection,
    url: &str,
) -> io::Result<()> {
    match &inspection.account {
        Ok(id) => ok(format_args!("Stripe {mode}: the secret key is of {id}"))?,
        Err(StripeError::Unauthorized) => {
            return report.wrong(format_args!(
                "Stripe {mode}: Stripe does not accept the secret key"
            ));
        }
        Err(error) => return report.wrong(format_args!("Stripe {mode}: {error}")),
    }
    match &inspection.endpoint {
        Ok(EndpointState::Complete) => ok(format_args!(
            "Stripe {mode}: a webhook endpoint sends every event to {url}"
        )),
        Ok(EndpointState::Lacks(events)) => report.wrong(format_args!(
            "Stripe {mode}: the webhook endpoint {url} is not sent {}",
            events.join(", ")
        )),
        Ok(EndpointState::Disabled) => report.wrong(format_args!(
            "Stripe {mode}: the webhook endpoint {url} is disabled"
        )),
        Ok(EndpointState::Missing) => report.wrong(format_args!(
            "Stripe {mode}: there is no webhook endpoint {url}: add one for events on connected accounts"
        )),
        Err(error) => warn(format_args!(
            "Stripe {mode}: the webhook endpoint {url} cannot be looked up: {error}"
        )),
    }
}

fn check_clock(report: &mut Report, stripe: Timestamp, own: Timestamp) -> io::Result<()> {
    let (ahead, behind) = (own.since(stripe), stripe.since(own));
    if ahead <= MAX_SKEW && behind <= MAX_SKEW {
        return ok("clock: agrees with Stripe's");
    }
    let (skew, direction) = if ahead > behind {
        (ahead, "ahead of")
    } else {
        (behind, "behind")
    };
    report.wrong(format_args!(
        "clock: {} s {direction} Stripe's: signatures are refused; set up time synchronisation",
        skew.as_secs()
    ))
}
