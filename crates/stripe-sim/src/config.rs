//! What a simulator is started with.

use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

/// The two worlds of a Stripe account. Objects of one are invisible in the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mode {
    /// Keys begin with `sk_test_`; no money moves at the real Stripe.
    Test,
    /// Keys begin with `sk_live_`.
    Live,
}

impl Mode {
    /// As objects and events carry it.
    pub fn livemode(self) -> bool {
        self == Self::Live
    }

    /// `test` or `live`, as key and session prefixes have it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Test => "test",
            Self::Live => "live",
        }
    }

    /// The mode of a `livemode` flag.
    pub fn of(livemode: bool) -> Self {
        if livemode { Self::Live } else { Self::Test }
    }
}

/// A key or a signing secret. `Debug` never shows it.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Takes any text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The secret itself.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

/// The platform's application in one mode: the pair that OAuth and the API know it by.
#[derive(Clone, Debug)]
pub struct Platform {
    /// `ca_...`; the prefix says nothing of the mode.
    pub client_id: String,
    /// `sk_test_...` or `sk_live_...`.
    pub secret_key: Secret,
}

/// Where events go.
#[derive(Clone, Debug)]
pub struct WebhookEndpoint {
    /// An `http://` address; the simulator speaks no TLS.
    pub url: String,
    /// `whsec_...`; the whole string is the HMAC key.
    pub secret: Secret,
    /// A live Connect endpoint also gets the test events of accounts connected live, as at Stripe.
    pub mode: Mode,
    /// `None`: the platform's Connect endpoint, which hears of all connected accounts.
    /// `Some("acct_...")`: that account's own endpoint, whose events carry no `account`.
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

/// Everything that can be chosen at the start. `Default` serves on a free loopback port.
#[derive(Clone, Debug)]
pub struct Config {
    /// Address to listen on; port 0 picks a free one.
    pub listen: SocketAddr,
    /// The platform's own account id.
    pub platform_account: String,
    /// The platform in test mode.
    pub test: Platform,
    /// The platform in live mode.
    pub live: Platform,
    /// Addresses OAuth may return to, compared as exact strings.
    pub redirect_uris: Vec<String>,
    /// Where events go from the start; more can be added later.
    pub webhook_endpoints: Vec<WebhookEndpoint>,
    /// The wait after each failed delivery; when it is used up, the delivery is given up.
    pub retry_schedule: Vec<Duration>,
    /// How long a webhook receiver may take to answer.
    pub delivery_timeout: Duration,
    /// Seconds added to the system's time in all that the simulator dates, signatures included.
    pub clock_offset: i64,
    /// Fixes all ids and secrets the simulator makes up; `None` draws a fresh seed.
    pub seed: Option<u64>,
    /// Return `state` with a refusal. Off, because Stripe has been seen to drop it.
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
            seed: None,
            cancel_keeps_state: false,
        }
    }
}
