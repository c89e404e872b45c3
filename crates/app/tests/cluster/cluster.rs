//! Servers on one PostgreSQL, and a seller who sells there.

use std::net::{Ipv4Addr, TcpListener};
use std::sync::Barrier;
use std::thread::{self, ScopedJoinHandle};
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use crate::database::Database;
use crate::harness::seller::{ApiKey, session_of, signed};
use crate::harness::stage::SANDBOX_SECRET;
use crate::harness::stripe::{Pay, news};
use crate::harness::{Answer, Receiver, Request, Seller, Stage, eventually};
use crate::node::{Node, Program};

/// A stage whose simulated Stripe sends no news: tests carry it to whichever server they mean.
pub(crate) struct Cluster {
    /// The servers with processes of their own.
    pub(crate) nodes: Vec<Node>,
    _programs: Vec<Program>,
    pub(crate) receiver: Receiver,
    /// Connected, and selling `lifetime` in the sandbox.
    pub(crate) seller: Seller,
    pub(crate) stage: Stage,
    /// Last, because it cannot be dropped while somebody is connected.
    _database: Database,
}

impl Cluster {
    /// Two servers, each in a process of its own.
    pub(crate) fn of_two() -> Self {
        Self::of_two_with(&[])
    }

    /// The same, with these settings besides.
    pub(crate) fn of_two_with(besides: &[(&'static str, &str)]) -> Self {
        let mut cluster = Self::of(2, besides);
        cluster.stage.stop();
        cluster
    }

    /// One server in a process of its own, and one in this process, with a clock that tests move.
    pub(crate) fn of_one_and_this() -> Self {
        Self::of(1, &[])
    }

    fn of(processes: usize, besides: &[(&'static str, &str)]) -> Self {
        let database = Database::postgres();
        let settings = database.settings();
        let given = settings
            .each_ref()
            .map(|(name, value)| (*name, value.as_str()));
        let stage = Stage::silent(&given);
        let seller = Seller::selling(&stage, "acme");
        let receiver = Receiver::start();
        seller.tell(&receiver);
        let programs: Vec<Program> = (0..processes)
            .map(|_| {
                let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
                let address = free.local_addr().expect("an address");
                Program::new(&stage, address, settings.clone())
            })
            .collect();
        let start = |program: &Program| program.start(besides);
        Self {
            nodes: programs.iter().map(start).collect(),
            _programs: programs,
            receiver,
            seller,
            stage,
            _database: database,
        }
    }

    /// A management call to a node.
    pub(crate) fn manage(&self, node: usize, request: Request) -> Answer {
        self.nodes[node]
            .api
            .send(&request.bearer(&self.seller.token))
    }

    /// The items of a list's first page, as a node tells them.
    pub(crate) fn items(&self, node: usize, path: &str) -> Vec<Value> {
        let page = self.manage(node, Request::get(path)).expect(200);
        page["items"].as_array().cloned().expect("items")
    }

    /// Asks a node for a checkout.
    pub(crate) fn checkout(&self, node: usize) -> Answer {
        let open = Request::post("/api/acme/checkout").json(&Seller::wish("lifetime"));
        self.nodes[node]
            .api
            .send(&open.bearer(&self.seller.checkout_key))
    }

    /// Has a checkout of the first node paid; returns the session, of which nobody has news yet.
    pub(crate) fn buy(&self) -> String {
        let opened = self.checkout(0).expect(200);
        let url = opened["url"].as_str().expect("a URL");
        self.stage.stripe.pay(url, "buyer@example.com", Pay::Card);
        session_of(url)
    }

    /// Sells a license; returns its id and its key.
    pub(crate) fn sell(&self) -> (String, String) {
        let stripe = self.stage.stripe;
        let event = stripe.event_of(&self.buy(), "checkout.session.completed");
        let heard = self.nodes[0].api.send(&news(&event, SANDBOX_SECRET, now()));
        assert_eq!(heard.expect(200)["outcome"], "applied");
        let told = eventually("license.created", || self.receiver.received().pop()).json();
        let license = &self.items(0, "/v1/licenses")[0];
        let [id, key] = [&license["id"], &told["key"]].map(|text| text.as_str().expect("a text"));
        (id.to_owned(), key.to_owned())
    }

    /// A key of signed calls for the sandbox.
    pub(crate) fn api_key(&self) -> ApiKey {
        self.api_key_of(&json!({"productId": "pro", "scope": "FULL", "mode": "sandbox"}))
    }

    /// A key that signs as this body wants it.
    pub(crate) fn api_key_of(&self, body: &Value) -> ApiKey {
        let made = self.manage(0, Request::post("/v1/api-keys").json(body));
        ApiKey::made(&made.expect(201))
    }
}

/// Does something so many times at once, and waits for all of them.
pub(crate) fn together<T: Send>(times: usize, work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let start = Barrier::new(times);
    thread::scope(|scope| {
        let workers: Vec<_> = (0..times)
            .map(|i| {
                let (start, work) = (&start, &work);
                scope.spawn(move || {
                    start.wait();
                    work(i)
                })
            })
            .collect();
        let joined = workers.into_iter().map(ScopedJoinHandle::join);
        joined.map(|done| done.expect("none panics")).collect()
    })
}

/// Unix seconds by the clock that the servers read.
#[expect(
    clippy::disallowed_methods,
    reason = "a server in a process of its own reads the system's clock"
)]
pub(crate) fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    let seconds = since.expect("after 1970").as_secs();
    i64::try_from(seconds).expect("before the end of time")
}

/// A signed call to validate a key on a device; each device's is a call of its own.
pub(crate) fn validate(api_key: &ApiKey, key: &str, device: &str) -> Request {
    let body = json!({ "key": key, "fingerprint": device }).to_string();
    signed(api_key, &now().to_string(), &body)
}
