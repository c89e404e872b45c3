//! The settings that a simulator starts with.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use crate::base::ids::IdGenerator;
use crate::base::mode::Mode;
use crate::base::scope::Scope;
use crate::base::secret::Secret;

/// The platform's application in one mode: its OAuth client id and its secret API key.
#[derive(Debug, Clone)]
pub struct Platform {
    /// `ca_...`; the prefix does not depend on the mode.
    pub client_id: String,
    /// `sk_test_...` or `sk_live_...`.
    pub secret_key: Secret,
}

/// A receiver of events.
#[derive(Debug, Clone)]
pub struct WebhookEndpoint {
    /// An `http://` address; the simulator does not support TLS.
    pub url: String,
    /// `whsec_...`; the whole string is the HMAC key.
    pub secret: Secret,
    /// As at Stripe, a live Connect endpoint also receives the test events of accounts that are
    /// connected in live mode.
    pub mode: Mode,
    /// `None`: the platform's Connect endpoint, which receives the events of all connected accounts.
    /// `Some("acct_...")`: that account's own endpoint, which receives events without `account`.
    pub account: Option<String>,
}

impl WebhookEndpoint {
    /// A Connect endpoint of the platform.
    pub fn connect(url: impl Into<String>, secret: impl Into<String>, mode: Mode) -> Self {
        Self {
            url: url.into(),
            secret: Secret::new(secret),
            mode,
            account: None,
        }
    }
}

/// All settings. `Default` listens on a free loopback port.
#[derive(Debug, Clone)]
pub struct Config {
    /// Address to listen on; port 0 picks a free one.
    pub listen: SocketAddr,
    /// The platform's own account id.
    pub platform_account: String,
    /// The platform in test mode.
    pub test: Platform,
    /// The platform in live mode.
    pub live: Platform,
    /// Addresses that OAuth may redirect to, compared as exact strings.
    pub redirect_uris: Vec<String>,
    /// Receivers of events from the start; more can be added later.
    pub webhook_endpoints: Vec<WebhookEndpoint>,
    /// The pause after each failed delivery. A delivery that fails after the last pause is not
    /// retried again.
    pub retry_schedule: Vec<Duration>,
    /// The time within which a webhook endpoint must respond.
    pub delivery_timeout: Duration,
    /// Seconds added to the system's time in every timestamp, webhook signatures included.
    pub clock_offset: i64,
    /// The token of the control plane, `/_sim`; random by default.
    pub control_token: Secret,
    /// Makes ids and secrets the same in every run; `None` picks a random seed.
    pub seed: Option<u64>,
    /// Returns `state` when the seller cancels the OAuth consent. The default is `false`, because
    /// Stripe has been observed to drop `state` then.
    pub cancel_keeps_state: bool,
}

impl Config {
    /// The platform's application in `mode`.
    pub fn platform(&self, mode: Mode) -> &Platform {
        match mode {
            Mode::Test => &self.test,
            Mode::Live => &self.live,
        }
    }

    /// The mode of `key`, if `key` is one of the platform's own secret keys.
    pub(crate) fn platform_key_mode(&self, key: &str) -> Option<Mode> {
        let mut modes = Mode::ALL.into_iter();
        modes.find(|mode| self.platform(*mode).secret_key.expose() == key)
    }

    /// The scope of the platform's own objects in `mode`.
    pub(crate) fn platform_scope(&self, mode: Mode) -> Scope {
        Scope::new(&self.platform_account, mode)
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: (Ipv4Addr::LOCALHOST, 0).into(),
            platform_account: "acct_SimPlatform".into(),
            test: Platform {
                client_id: "ca_SimTest".into(),
                secret_key: Secret::new("sk_test_SimPlatform"),
            },
            live: Platform {
                client_id: "ca_SimLive".into(),
                secret_key: Secret::new("sk_live_SimPlatform"),
            },
            redirect_uris: Vec::new(),
            webhook_endpoints: Vec::new(),
            retry_schedule: [200, 1_000, 5_000, 30_000, 120_000]
                .map(Duration::from_millis)
                .to_vec(),
            delivery_timeout: Duration::from_secs(10),
            clock_offset: 0,
            control_token: Secret::new(IdGenerator::new(None).generate("sim_", 48)),
            seed: None,
            cancel_keeps_state: false,
        }
    }
}
