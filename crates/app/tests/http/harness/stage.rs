//! A server in this process, on a port and a database of its own, and its simulated Stripe.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use mintage::config::{self, Authorities, Config, Layers};
use mintage::server::Running;
use mintage::wire::{Opener, open_store, wire};
use mintage_domain::base::email::Email;
use mintage_domain::base::page::PageRequest;
use mintage_domain::base::slug::TenantId;
use mintage_domain::base::time::Timestamp;
use mintage_domain::model::sellers::authority::Authority;
use mintage_domain::model::sellers::management_token::TokenScope;
use mintage_domain::model::sellers::tenant::Plan;
use mintage_domain::ports::{AuditFilter, Clock, SealedKind, SealedValue, Store};
use mintage_domain::usecase::env::SealedField;
use mintage_domain::usecase::retention::{Retention, prune};
use mintage_domain::usecase::sellers::tenant::create_tenant;
use mintage_domain::usecase::sellers::token::{NewToken, create_token};
use mintage_stripe_sim as sim;
use mintage_testkit::{FixedClock, TestEnv};
use serde_json::Value;
use tempfile::TempDir;

use super::eventually;
use super::process::{Apart, mintage};
use super::stripe::{CONTROL_TOKEN, StripeSide};
use super::wire::{Answer, Peer, Request, split};

/// What signs Connect events of each mode.
pub(crate) const SANDBOX_SECRET: &str = "whsec_SandboxSandboxSandbox";
pub(crate) const LIVE_SECRET: &str = "whsec_LiveLiveLiveLiveLive";

/// Tests look again and again while the server's clock stands still, and send many bad calls; those
/// about limits set their own.
pub(crate) const RATES: &str = "token=1000000,failures=1000000";

pub(super) type Settings = BTreeMap<&'static str, String>;

struct Serving {
    running: Running,
    store: Arc<dyn Store>,
}

/// The server and what it talks to. Each test has one of its own.
pub(crate) struct Stage {
    sim: Option<sim::Running>,
    serving: Option<Serving>,
    pub(super) settings: Settings,
    /// The server's clock; it stands still until a test moves it.
    pub(crate) clock: Arc<FixedClock>,
    pub(crate) stripe: StripeSide,
    pub(crate) api: Api,
    metrics: Option<SocketAddr>,
    pub(super) dir: TempDir,
}

impl Stage {
    /// Both modes set up, webhooks to this machine allowed, Stripe sending its news.
    pub(crate) fn new() -> Self {
        Self::with(&[])
    }

    /// As [`Stage::new`], with other settings; an empty one is not set.
    pub(crate) fn with(other: &[(&'static str, &str)]) -> Self {
        let stage = Self::silent(other);
        for (mode, secret) in [
            (sim::Mode::Test, SANDBOX_SECRET),
            (sim::Mode::Live, LIVE_SECRET),
        ] {
            let url = stage.api.url("/api/stripe/webhook/connect");
            let endpoint = sim::WebhookEndpoint::connect(url, secret, mode);
            stage.sim().add_webhook_endpoint(endpoint);
        }
        stage
    }

    /// As [`Stage::with`], but Stripe sends no news: the test carries it.
    pub(crate) fn silent(other: &[(&'static str, &str)]) -> Self {
        let dir = tempfile::tempdir().expect("a directory");
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let address = listener.local_addr().expect("an address");
        let api = Api(Peer(address));
        let sim = sim::Sim::start(sim::Config {
            control_token: sim::Secret::new(CONTROL_TOKEN),
            ..sim::Config::default()
        });
        let sim = sim.expect("a free port");
        sim.add_redirect_uri(api.url("/stripe/callback"));
        let mut stage = Self {
            settings: settings(address, &dir, sim.api_url()),
            stripe: StripeSide(split(sim.api_url()).0),
            clock: Arc::new(FixedClock::at(system_time())),
            sim: Some(sim),
            serving: None,
            api,
            metrics: None,
            dir,
        };
        stage.set(other);
        stage.serve(listener);
        stage
    }

    fn set(&mut self, other: &[(&'static str, &str)]) {
        let other = other.iter();
        self.settings
            .extend(other.map(|(name, value)| (*name, (*value).to_owned())));
    }

    fn layers(&self) -> Layers {
        let settings = self.settings.iter();
        settings.fold(Layers::new(), |layers, (name, value)| {
            layers.flag(name, Some(value.clone()))
        })
    }

    fn serve(&mut self, listener: TcpListener) {
        let config = Config::read(&self.layers()).expect("a sound configuration");
        let metrics = config.settings.metrics_listen.map(|address| {
            let listener = TcpListener::bind(address).expect("a free port");
            self.metrics = listener.local_addr().ok();
            listener
        });
        let mut app = wire(config).expect("a server");
        app.clock = Arc::clone(&self.clock) as Arc<dyn Clock>;
        let store = Arc::clone(&app.store);
        let running = mintage::server::start(listener, metrics, app).expect("a server");
        self.serving = Some(Serving { running, store });
    }

    fn sim(&self) -> &sim::Running {
        self.sim.as_ref().expect("it runs until the end")
    }

    fn store(&self) -> &dyn Store {
        &*self.serving.as_ref().expect("the server runs").store
    }

    /// Stops the server: what is under way is finished. When this returns, the database is free.
    pub(crate) fn stop(&mut self) {
        if let Some(Serving { running, store }) = self.serving.take() {
            drop(store);
            running.stop().expect("an orderly end");
            let database = config::database(&self.layers()).expect("a database");
            // Threads that have nothing left to do may still be on their way out.
            eventually("the database to be free", || {
                open_store(&database, &Authorities::default(), Opener::Server).ok()
            });
        }
    }

    /// Stops the server and starts it on the same port and database with other settings.
    pub(crate) fn restart(&mut self, other: &[(&'static str, &str)]) {
        self.stop();
        self.set(other);
        let Api(Peer(address)) = self.api;
        self.serve(TcpListener::bind(address).expect("the port is free again"));
    }

    /// Stops the server, and runs `mintage serve` in its place: a process that logs all there is.
    pub(crate) fn serve_apart(&mut self) -> Apart {
        self.stop();
        let apart = Apart::start(&self.settings, self.dir.path());
        eventually("the server to listen", || {
            self.api.0.try_call(&Request::get("/readyz")).ok()
        });
        apart
    }

    /// Runs a command beside the server; returns the JSON that it prints, line by line, or what
    /// it complains of.
    pub(crate) fn command(&self, arguments: &[&str]) -> Result<Vec<Value>, String> {
        let printed = self.command_text(arguments)?;
        let lines = printed.lines().map(serde_json::from_str);
        Ok(lines.collect::<Result<_, _>>().expect("JSON lines"))
    }

    /// Runs a command beside the server; returns what it prints, or what it complains of.
    pub(crate) fn command_text(&self, arguments: &[&str]) -> Result<String, String> {
        let output = mintage(&self.settings, self.dir.path())
            .args(arguments)
            .output()
            .expect("a process");
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).into_owned());
        }
        Ok(String::from_utf8(output.stdout).expect("text"))
    }

    /// Runs a command that must fail; returns what it prints.
    pub(crate) fn failing_command_text(&self, arguments: &[&str]) -> String {
        let output = mintage(&self.settings, self.dir.path())
            .args(arguments)
            .output()
            .expect("a process");
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        String::from_utf8(output.stdout).expect("text")
    }

    /// A file beside the database.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Seals the secret of the only product with a key that no server has; returns the good secret.
    pub(crate) fn damage_product_secret(&self) -> SealedValue {
        let secret = self.product_secret();
        let test = self.env();
        let field = SealedField::PRODUCT_KEY_SECRET;
        let damaged = test.env().seal(field, &secret.id, b"damaged");
        let replaced = (secret.clone(), damaged);
        let resealed = self
            .store()
            .reseal(SealedKind::ProductKeySecret, &[replaced]);
        resealed.expect("the store answers");
        secret
    }

    /// Puts back the good secret.
    pub(crate) fn repair_product_secret(&self, good: SealedValue) {
        let replaced = (self.product_secret(), good.sealed);
        let resealed = self
            .store()
            .reseal(SealedKind::ProductKeySecret, &[replaced]);
        resealed.expect("the store answers");
    }

    fn product_secret(&self) -> SealedValue {
        let secrets = self
            .store()
            .sealed_values(SealedKind::ProductKeySecret, None, 2);
        let [secret] = secrets
            .expect("the store answers")
            .try_into()
            .expect("one product");
        secret
    }

    /// The metrics, if they are on.
    pub(crate) fn metrics(&self) -> Peer {
        Peer(self.metrics.expect("MINTAGE_METRICS_LISTEN"))
    }

    /// Moves the server's clock and Stripe's.
    pub(crate) fn advance(&self, by: Duration) {
        let now = self.clock.advance(by).unix_seconds();
        let offset = now.saturating_sub(system_time().unix_seconds());
        self.sim().set_clock_offset(offset);
    }

    /// Makes a tenant; returns its management token, which may do all.
    pub(crate) fn tenant(&self, id: &str, plan: Plan) -> String {
        let test = self.env();
        let email = Email::parse("seller@acme.test").expect("an address");
        let made = create_tenant(self.store(), &test.env(), &tenant_id(id), &email, plan);
        made.expect("a tenant").token.expose().to_owned()
    }

    /// Makes a management token that may do only this.
    pub(crate) fn token(&self, id: &str, scopes: &[TokenScope]) -> String {
        let test = self.env();
        let new = NewToken {
            name: None,
            scopes: scopes.iter().copied().collect(),
            expires_at: None,
        };
        let (tenant, operator) = (tenant_id(id), Authority::Operator);
        let made = create_token(self.store(), &test.env(), &tenant, &new, operator);
        made.expect("a token").secret.expose().to_owned()
    }

    /// What was done to one thing of a tenant, by whom: the audit trail's entries about it.
    pub(crate) fn audit(&self, id: &str, target: &str) -> Vec<(String, String)> {
        let filter = AuditFilter {
            target: Some(target.to_owned()),
            ..AuditFilter::default()
        };
        let page = PageRequest::default();
        let entries = self.store().audit(&tenant_id(id), &filter, &page);
        let about = entries.expect("entries").items.into_iter();
        let mut about: Vec<_> = about.map(|it| (it.action, it.actor)).collect();
        about.sort_unstable();
        about
    }

    /// Deletes what is old by the server's clock, as the server does in the background.
    pub(crate) fn prune(&self) {
        let now = self.clock.now();
        let pruned = prune(self.store(), &Retention::default(), now, 1_000);
        pruned.expect("the store answers");
    }

    /// The surroundings of an operator's command.
    fn env(&self) -> TestEnv {
        let now = self.clock.now();
        let unlike_any_other =
            format!("{}{}", system_time().as_micros(), self.dir.path().display());
        let test = TestEnv::seeded(&unlike_any_other);
        test.clock.set(now);
        test
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        // First, since it keeps connections that an orderly end would wait for.
        drop(self.sim.take());
        if let Some(serving) = self.serving.take()
            && let Err(error) = serving.running.stop()
            && !std::thread::panicking()
        {
            panic!("the server did not end well: {error}");
        }
    }
}

fn tenant_id(id: &str) -> TenantId {
    TenantId::parse(id).expect("a slug")
}

fn settings(address: SocketAddr, dir: &TempDir, stripe: &str) -> Settings {
    let database = format!("sqlite://{}", dir.path().join("mintage.db").display());
    let platform = sim::Config::default();
    let key = |platform: &sim::Platform| platform.secret_key.expose().to_owned();
    BTreeMap::from([
        ("DATABASE_URL", database),
        ("MINTAGE_LISTEN", address.to_string()),
        ("MINTAGE_PUBLIC_URL", format!("http://{address}")),
        ("MINTAGE_ALLOW_NETS", "127.0.0.0/8".to_owned()),
        ("MINTAGE_RATES", RATES.to_owned()),
        ("STRIPE_API_URL", stripe.to_owned()),
        ("STRIPE_CONNECT_URL", stripe.to_owned()),
        (
            "STRIPE_SANDBOX_CONNECT_CLIENT_ID",
            platform.test.client_id.clone(),
        ),
        ("STRIPE_SANDBOX_SECRET_KEY", key(&platform.test)),
        (
            "STRIPE_SANDBOX_CONNECT_WEBHOOK_SECRET",
            SANDBOX_SECRET.to_owned(),
        ),
        ("STRIPE_CONNECT_CLIENT_ID", platform.live.client_id.clone()),
        ("STRIPE_SECRET_KEY", key(&platform.live)),
        ("STRIPE_CONNECT_WEBHOOK_SECRET", LIVE_SECRET.to_owned()),
    ])
}

#[expect(
    clippy::disallowed_methods,
    reason = "the simulator dates by the system's time, so the server's clock starts there"
)]
fn system_time() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    let micros = since.expect("after 1970").as_micros();
    Timestamp::from_micros(i64::try_from(micros).expect("before 294247"))
}

/// The server as its clients see it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Api(pub(crate) Peer);

impl Api {
    /// The URL of a path.
    pub(crate) fn url(self, path: &str) -> String {
        let Self(Peer(address)) = self;
        format!("http://{address}{path}")
    }

    /// Calls the server, and holds its answer to what holds for every answer.
    pub(crate) fn send(self, request: &Request) -> Answer {
        let answer = self.0.call(request);
        let id = answer.header("x-request-id").expect("X-Request-Id");
        assert!(id.starts_with("req_"), "{id}");
        let has_body = !answer.message.body.is_empty();
        let is_json = answer.header("content-type") == Some("application/json");
        if answer.status >= 400 && is_json && has_body {
            let error = &answer.json()["error"];
            assert_eq!(error["request_id"], id);
            assert!(error["details"].is_array(), "{error}");
            let said = error["message"].as_str().unwrap_or_default();
            assert!(!said.is_empty(), "{error}");
        }
        if let Some(credential) = request.credential().filter(|_| answer.status >= 400) {
            assert!(!answer.text().contains(credential), "{}", answer.text());
        }
        let may_wait = matches!(answer.status, 429 | 503);
        let wait = answer.header("retry-after").map(str::parse::<u32>);
        assert_eq!(may_wait, matches!(wait, Some(Ok(1..))), "{wait:?}");
        answer
    }
}
