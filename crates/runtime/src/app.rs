//! The [`App`]: the wired ports, the settings, and the state of this node.

use std::sync::Arc;
use std::time::Duration;

use ipnet::IpNet;
use mintage_domain::base::seal::KeyRing;
use mintage_domain::base::url::WebUrl;
use mintage_domain::model::access::limits::Limits;
use mintage_domain::model::outbox::mail::Mailbox;
use mintage_domain::model::outbox::webhook_endpoint::UrlPolicy;
use mintage_domain::model::sales::fee::BasisPoints;
use mintage_domain::model::sellers::audit::Origin;
use mintage_domain::ports::{
    Clock, Entropy, Http, KeyProver, Mail, RestrictedStripe, Store, Stripe, Webhooks,
};
use mintage_domain::usecase::env::Env;
use mintage_domain::usecase::retention::Retention;
use tokio::sync::Notify;

use crate::metrics::Metrics;
use crate::state::{
    ConfigurationCache, LastSeenBuffer, LedgerWakes, RateShares, StripeCircuits, StripeThreads,
    SuspectKeys,
};

/// Everything that handlers and workers use.
pub struct App {
    /// The store.
    pub store: Arc<dyn Store>,
    /// Outbound calls to Stripe. Work that makes such calls runs by
    /// [`call_stripe`](crate::outbound::call_stripe), so that a slow Stripe delays nothing else.
    pub stripe: Arc<dyn Stripe>,
    /// Calls to Stripe with the restricted keys of sellers.
    pub restricted_stripe: Arc<dyn RestrictedStripe>,
    /// Proves restricted keys.
    pub key_prover: Arc<dyn KeyProver>,
    /// Restricted keys that Stripe refused.
    pub suspect_keys: Arc<SuspectKeys>,
    /// The circuits that the calls to Stripe pass.
    pub stripe_circuits: Arc<StripeCircuits>,
    /// The threads that wait for Stripe.
    pub stripe_threads: Arc<StripeThreads>,
    /// Inbound webhooks of Stripe.
    pub webhooks: Arc<dyn Webhooks>,
    /// Outbound calls to the webhook endpoints of tenants.
    pub http: Arc<dyn Http>,
    /// Outbound mail to buyers; `None` if the operator configured no mail server.
    pub mailer: Option<Mailer>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// The source of randomness.
    pub entropy: Arc<dyn Entropy>,
    /// The keys that seal secrets in the store.
    pub keys: KeyRing,
    /// The settings.
    pub settings: Settings,
    /// API keys, tenants, products and key types.
    pub configuration: ConfigurationCache,
    /// The shares of all rates that this node holds.
    pub rate_shares: RateShares,
    /// Last-seen times that are not yet in the store.
    pub last_seen: LastSeenBuffer,
    /// What this server measures of itself.
    pub metrics: Arc<Metrics>,
    /// Notified when a delivery may be due.
    pub deliveries_due: Notify,
    /// Notified when a mail may be due.
    pub mails_due: Notify,
    /// The accounts whose balance is to be read.
    pub ledger_wakes: LedgerWakes,
}

/// The mail server and the sender.
pub struct Mailer {
    /// Sends mail.
    pub mail: Arc<dyn Mail>,
    /// The sender.
    pub from: Mailbox,
}

/// How long a request waits at most.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// For one answer of the store. Longer than a store holds back an answer of its own, so that
    /// only a store that hangs is given up; whether its commit took place is then unknown.
    pub store: Duration,
    /// For blocking work, which may include several calls of Stripe.
    pub work: Duration,
}

impl Default for Patience {
    /// 20 s for the store, 60 s for work.
    fn default() -> Self {
        Self {
            store: Duration::from_secs(20),
            work: Duration::from_mins(1),
        }
    }
}

/// The settings that handlers read.
pub struct Settings {
    /// How long a request waits at most.
    pub patience: Patience,
    /// The URL of this server on the internet.
    pub public_url: WebUrl,
    /// The platform's fee.
    pub fee: BasisPoints,
    /// The rate of each limit.
    pub limits: Limits,
    /// How long each kind of rows is kept.
    pub retention: Retention,
    /// Proxies whose `X-Forwarded-For` is trusted.
    pub trusted_proxies: Vec<IpNet>,
    /// Which webhook URLs are accepted: plain http only where the operator allowed inner networks.
    pub webhook_urls: UrlPolicy,
}

impl App {
    /// The clock, the randomness and the keys that a decision needs.
    pub fn env(&self) -> Env<'_> {
        self.env_of(None)
    }

    /// The same for the decision of a request, which the audit trail names.
    pub fn env_of<'a>(&'a self, origin: Option<&'a Origin>) -> Env<'a> {
        Env {
            clock: &*self.clock,
            entropy: &*self.entropy,
            keys: &self.keys,
            origin,
        }
    }
}
