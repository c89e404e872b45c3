//! Gives each port the adapter that the configuration chooses.

use std::path::Path;
use std::sync::Arc;

use mintage_domain::base::seal::KeyRing;
use mintage_domain::model::outbox::webhook_endpoint::UrlPolicy;
use mintage_domain::ports::{RestrictedStripe, Store};
use mintage_domain::usecase::env::Env;
use mintage_domain::usecase::master_key::{MasterKeyError, prove};
use mintage_http::{HttpClient, InvalidUserAgent, Reach};
use mintage_postgres::{PostgresConfig, PostgresStore};
use mintage_runtime::app::{App, Mailer, Patience, Settings};
use mintage_runtime::crash;
use mintage_runtime::metrics::Metrics;
use mintage_runtime::outbound::{GuardedRestrictedStripe, GuardedStripe, ParallelProver};
use mintage_runtime::state::{
    ConfigurationCache, LastSeenBuffer, LedgerWakes, RateShares, StripeCircuits, StripeThreads,
    SuspectKeys,
};
use mintage_runtime::system::{SystemClock, SystemEntropy};
use mintage_smtp::{SmtpMail, UnusableSender};
use mintage_sqlite::{SqliteConfig, SqliteStore};
use mintage_stripe::StripeClient;
use tokio::sync::Notify;

use crate::config::{self, Authorities, Config, Database, MailConfig};

/// Why a server could not be wired.
#[derive(Debug, thiserror::Error)]
pub enum WireError {
    /// The SQLite database cannot be opened.
    #[error("DATABASE_URL: {0}")]
    Sqlite(#[from] mintage_sqlite::OpenError),
    /// The PostgreSQL database cannot be opened.
    #[error("DATABASE_URL: {0}")]
    Postgres(#[from] mintage_postgres::OpenError),
    /// The master keys are not those of the database.
    #[error("MINTAGE_MASTER_KEY: {0}")]
    MasterKey(#[from] MasterKeyError),
    /// The user agent is not a valid header value.
    #[error(transparent)]
    UserAgent(#[from] InvalidUserAgent),
    /// The sender cannot be used in a message.
    #[error("MINTAGE_MAIL_FROM: {0}")]
    Sender(#[from] UnusableSender),
}

/// The process that opens a store. One server may open a SQLite file; commands may open the file at the
/// same time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opener {
    /// A server.
    Server,
    /// A command of the command line.
    Command,
    /// A command that changes nothing, and does not even migrate the schema.
    Reader,
}

/// Opens the store and migrates its schema, unless the opener only reads.
pub fn open_store(
    database: &Database,
    authorities: &Authorities,
    opener: Opener,
) -> Result<Arc<dyn Store>, WireError> {
    Ok(match database {
        Database::Sqlite(path) => open_sqlite(path, opener)?,
        Database::Postgres(url) => {
            let config = PostgresConfig {
                read_only: opener == Opener::Reader,
                authorities: authorities.file().map(Path::to_owned),
                ..PostgresConfig::default()
            };
            Arc::new(PostgresStore::open(url.expose(), &config)?)
        }
    })
}

/// Opens the store, and proves that its secrets were sealed with the configured keys.
pub(crate) fn open_proven(config: &Config, opener: Opener) -> Result<Arc<dyn Store>, WireError> {
    let settings = &config.settings;
    let store = open_store(&settings.database, &settings.authorities, opener)?;
    prove(&*store, &operator_env(&config.keys.ring))?;
    Ok(store)
}

/// What a decision of the operator needs.
pub(crate) fn operator_env(keys: &KeyRing) -> Env<'_> {
    Env {
        clock: &SystemClock,
        entropy: &SystemEntropy,
        keys,
        origin: None,
    }
}

fn open_sqlite(path: &Path, opener: Opener) -> Result<Arc<dyn Store>, mintage_sqlite::OpenError> {
    let config = SqliteConfig::default();
    Ok(Arc::new(match opener {
        Opener::Server => SqliteStore::open_server(path, &config)?,
        Opener::Command => SqliteStore::open_tool(path, &config)?,
        Opener::Reader => SqliteStore::open_read_only(path, &config)?,
    }))
}

/// An HTTP client for the URLs that the operator configured.
pub(crate) fn http_to_stripe() -> Result<HttpClient, InvalidUserAgent> {
    HttpClient::new(mintage_http::Config {
        reach: Reach::Anywhere,
        user_agent: USER_AGENT.to_owned(),
        authorities: Vec::new(),
    })
}

const USER_AGENT: &str = concat!("mintage/", env!("CARGO_PKG_VERSION"));

fn mailer(config: MailConfig) -> Result<Mailer, UnusableSender> {
    Ok(Mailer {
        mail: Arc::new(SmtpMail::new(config.server, &config.from)?),
        from: config.from,
    })
}

/// The client that sends events to webhook endpoints, and the URLs that these may have.
pub fn webhook_client(
    config: &config::Settings,
) -> Result<(HttpClient, UrlPolicy), InvalidUserAgent> {
    let policy = if config.allow_nets.is_empty() {
        UrlPolicy::HttpsOnly
    } else {
        UrlPolicy::AllowHttp
    };
    let client = HttpClient::new(mintage_http::Config {
        reach: Reach::PublicOnly {
            allow: config.allow_nets.clone(),
        },
        user_agent: USER_AGENT.to_owned(),
        authorities: config.authorities.certificates.clone(),
    })?;
    Ok((client, policy))
}

/// Wires the ports of a server.
pub fn wire(config: Config) -> Result<App, WireError> {
    let store = open_proven(&config, Opener::Server)?;
    let Config {
        settings: config,
        keys,
    } = config;
    let (to_webhooks, webhook_urls) = webhook_client(&config)?;
    let stripe = Arc::new(StripeClient::new(
        Arc::new(http_to_stripe()?),
        config.stripe,
    ));
    let clock = crash::clock(SystemClock);
    let metrics = Arc::new(match config.metrics_listen {
        Some(_) => Metrics::on(),
        None => Metrics::off(),
    });
    let circuits = Arc::new(StripeCircuits::new(Arc::clone(&clock)));
    let calls = crash::at_stripe(Arc::clone(&stripe));
    let suspect_keys = Arc::new(SuspectKeys::default());
    let restricted_stripe: Arc<dyn RestrictedStripe> = Arc::new(GuardedRestrictedStripe::new(
        crash::at_restricted_stripe(Arc::clone(&stripe)),
        Arc::clone(&circuits),
        Arc::clone(&suspect_keys),
        Arc::clone(&metrics),
    ));
    Ok(App {
        store,
        stripe: Arc::new(GuardedStripe::new(
            calls,
            Arc::clone(&circuits),
            Arc::clone(&suspect_keys),
            Arc::clone(&metrics),
        )),
        key_prover: Arc::new(ParallelProver::new(Arc::clone(&restricted_stripe))),
        restricted_stripe,
        suspect_keys,
        stripe_circuits: circuits,
        stripe_threads: Arc::new(StripeThreads::default()),
        webhooks: stripe,
        http: Arc::new(to_webhooks),
        mailer: config.mail.map(mailer).transpose()?,
        clock,
        entropy: Arc::new(SystemEntropy),
        keys: keys.ring,
        settings: Settings {
            patience: Patience::default(),
            public_url: config.public_url,
            fee: config.fee,
            limits: config.limits,
            retention: config.retention,
            trusted_proxies: config.trusted_proxies,
            webhook_urls,
        },
        configuration: ConfigurationCache::default(),
        rate_shares: RateShares::default(),
        last_seen: LastSeenBuffer::default(),
        metrics,
        deliveries_due: Notify::new(),
        mails_due: Notify::new(),
        ledger_wakes: LedgerWakes::default(),
    })
}
