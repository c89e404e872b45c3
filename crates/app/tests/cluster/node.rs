//! A server in a process of its own: the real binary, which can be killed.

use std::fs::{File, OpenOptions};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};

use mintage_stripe_sim as sim;
use tempfile::TempDir;

use crate::harness::stage::{Api, LIVE_SECRET, RATES, SANDBOX_SECRET};
use crate::harness::wire::Peer;
use crate::harness::{Request, Stage, eventually};

/// How to start a node: its settings, and a directory for its log.
pub(crate) struct Program {
    settings: Vec<(&'static str, String)>,
    address: SocketAddr,
    dir: TempDir,
}

impl Program {
    /// One that serves at `address`, with the simulated Stripe of a stage.
    pub(crate) fn new(
        stage: &Stage,
        address: SocketAddr,
        database: [(&'static str, String); 2],
    ) -> Self {
        let Peer(stripe) = stage.stripe.0;
        let platform = sim::Config::default();
        let key = |platform: &sim::Platform| platform.secret_key.expose().to_owned();
        let mut settings = vec![
            ("MINTAGE_LISTEN", address.to_string()),
            ("MINTAGE_ALLOW_NETS", "127.0.0.0/8".to_owned()),
            ("MINTAGE_RATES", RATES.to_owned()),
            ("STRIPE_API_URL", format!("http://{stripe}")),
            ("STRIPE_CONNECT_URL", format!("http://{stripe}")),
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
            ("RUST_BACKTRACE", "1".to_owned()),
        ];
        settings.extend(database);
        Self {
            settings,
            address,
            dir: tempfile::tempdir().expect("a directory"),
        }
    }

    /// Starts a node and waits until it is ready. It sees no variables but these.
    pub(crate) fn start(&self, besides: &[(&'static str, &str)]) -> Node {
        let mut node = self.spawn(besides);
        eventually("the server to be ready", || {
            if let Some(status) = node.has_ended() {
                assert!(status.code().is_some(), "the server ended with {status}");
                // A process that was being forked elsewhere may have held the lock of a database
                // that this one has served until now.
                node = self.spawn(besides);
            }
            let answer = node.api.0.try_call(&Request::get("/readyz")).ok()?;
            (answer.status == 200).then_some(())
        });
        node
    }

    fn spawn(&self, besides: &[(&'static str, &str)]) -> Node {
        let log = self.dir.path().join("mintage.log");
        let said = OpenOptions::new().create(true).append(true).open(&log);
        let said: File = said.expect("a log");
        let child = Command::new(env!("CARGO_BIN_EXE_mintage"))
            .arg("serve")
            .env_clear()
            .envs(self.settings.iter().map(|(name, value)| (name, value)))
            .envs(besides.iter().copied())
            .current_dir(self.dir.path())
            .stdin(Stdio::null())
            .stdout(said.try_clone().expect("a log"))
            .stderr(said)
            .spawn()
            .expect("the server starts");
        let api = Api(Peer(self.address));
        Node { child, api, log }
    }
}

/// A server at work. Dropping it kills it, as a power cut would; a test that fails shows what it
/// said.
pub(crate) struct Node {
    child: Child,
    pub(crate) api: Api,
    log: PathBuf,
}

impl Node {
    /// How it ended, if it has.
    pub(crate) fn has_ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().expect("a child of ours")
    }

    /// All that was said here so far, by those before it too.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(&self.log).expect("a log")
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
        if std::thread::panicking() {
            eprintln!("the server at {} said:\n{}", self.api.url(""), self.log());
        }
    }
}
