//! A seller's story, in two acts: a sale in the sandbox, then the switch to live and a sale there.
//! In one of them the server dies, and everybody carries on as they do in the real world.

use std::os::unix::process::ExitStatusExt;

use mintage_runtime::crash::Point;
use mintage_testkit::LoopbackSmtp;
use serde_json::{Value, json};

use crate::database::Database;
use crate::harness::seller::session_of;
use crate::harness::stripe::Pay;
use crate::harness::wire::Peer;
use crate::harness::{Answer, Receiver, Request, Seller, Stage, eventually, page};
use crate::node::{Node, Program};
use crate::outcome;

const SIGKILL: i32 = 9;

/// How many seconds later the end is looked at: past every lease, and past the hour after which an
/// order that never got a session is given up.
const LATER: &str = "7200";

/// A part of the story.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Act {
    /// The seller connects in the sandbox, sets up prices and sells.
    Sandbox,
    /// The seller switches to live, and does the same.
    Live,
}

impl Act {
    pub(crate) const ALL: [Self; 2] = [Self::Sandbox, Self::Live];

    fn mode(self) -> &'static str {
        match self {
            Self::Sandbox => "sandbox",
            Self::Live => "live",
        }
    }

    /// Where the server can die in it. No account is left in the first act.
    pub(crate) fn points(self) -> impl Iterator<Item = Point> {
        let passes = move |point: &Point| match point {
            Point::RetireDecided | Point::RetireDeauthorized => self == Self::Live,
            _ => true,
        };
        Point::ALL.iter().copied().filter(passes)
    }
}

/// The server, the seller and all around them.
pub(crate) struct Story {
    server: Option<Node>,
    /// Where the server is going to die.
    armed: Option<Point>,
    program: Program,
    pub(crate) seller: Seller,
    /// The seller's one account, connected in one mode and then in the other.
    pub(crate) account: String,
    pub(crate) receiver: Receiver,
    pub(crate) smtp: LoopbackSmtp,
    pub(crate) stage: Stage,
    /// Last, because it cannot be dropped while somebody is connected.
    _database: Database,
}

impl Story {
    /// Plays it to the end, with a death at this point, and holds the end to what it should be.
    pub(crate) fn play(database: Database, dies_in: Act, at: Point) {
        let mut story = Self::begin(database);
        let mut sessions = Vec::new();
        for act in Act::ALL {
            if act == dies_in {
                story.stop();
                story.armed = Some(at);
            }
            story.start();
            sessions.push(story.act(act));
        }
        outcome::hold(&mut story, &sessions);
        let sent = story.receiver.received().len();
        let mailed = story.smtp.received().len();
        for (came, point) in [(sent, Point::DeliverSent), (mailed, Point::MailSent)] {
            let again = usize::from(at == point);
            assert!(
                came >= sessions.len() + again,
                "not written down, so sent again"
            );
        }
    }

    /// What needs no dying: a tenant with a product, two key types and a webhook.
    fn begin(database: Database) -> Self {
        let settings = database.settings();
        let given = settings
            .each_ref()
            .map(|(name, value)| (*name, value.as_str()));
        let mut stage = Stage::with(&given);
        let receiver = Receiver::start();
        let seller = Seller::new(&stage, "acme");
        seller.product("pro", "classic");
        seller.key_type("pro", "lifetime", Some(2_900));
        seller.key_type("pro", "team", Some(9_900));
        seller.tell(&receiver);
        // From here on the real binary serves, at the same address.
        stage.stop();
        let Peer(address) = stage.api.0;
        Self {
            server: None,
            armed: None,
            program: Program::new(&stage, address, settings),
            seller,
            account: stage.stripe.open_account(),
            receiver,
            smtp: LoopbackSmtp::start(),
            stage,
            _database: database,
        }
    }

    fn stop(&mut self) {
        drop(self.server.take());
    }

    /// A server that mails, and what else it is told.
    fn launch(&self, besides: Option<(&'static str, &str)>) -> Node {
        let smtp = format!("smtp://{}", self.smtp.address());
        let mut settings = vec![
            ("MINTAGE_SMTP_URL", smtp.as_str()),
            ("MINTAGE_MAIL_FROM", "licenses@acme.test"),
        ];
        settings.extend(besides);
        self.program.start(&settings)
    }

    /// Starts the server, unless it runs.
    fn start(&mut self) {
        if self.server.is_none() {
            let at = self.armed.map(|point| ("MINTAGE_CRASH_AT", point.name()));
            self.server = Some(self.launch(at));
        }
    }

    /// The server has died, at its point and by SIGKILL. It is started again at once.
    fn revive(&mut self) {
        let point = self.armed.take().expect("only an armed server dies");
        let mut dead = self.server.take().expect("a server");
        let status = eventually("the server to die", || dead.has_ended());
        assert_eq!(status.signal(), Some(SIGKILL), "{point:?}");
        let last_words = format!("\"point\":\"{}\"", point.name());
        assert!(dead.log().contains(&last_words), "{point:?}");
        self.start();
    }

    /// Time passes, for Stripe and for the server, which is started once more for it.
    fn later(&mut self) {
        self.stop();
        let offset: i64 = LATER.parse().expect("a number");
        let stripe = self.stage.stripe;
        stripe.control("clock", &json!({ "offset": offset }));
        let clock = ("MINTAGE_CRASH_CLOCK_AHEAD", LATER);
        self.server = Some(self.launch(Some(clock)));
    }

    /// One call; `None` if the server died of it, or before it. Then it is there again.
    fn try_once(&mut self, request: &Request) -> Option<Answer> {
        let answer = self.stage.api.0.try_call(request).ok();
        if answer.is_none() {
            self.revive();
        }
        answer
    }

    /// A call that its caller repeats when it gets no answer.
    fn persist(&mut self, request: &Request) -> Answer {
        loop {
            if let Some(answer) = self.try_once(request) {
                return answer;
            }
        }
    }

    /// The items of a list's first page.
    pub(crate) fn items(&mut self, path: &str) -> Vec<Value> {
        let list = Request::get(path).bearer(&self.seller.token);
        let page = self.persist(&list).expect(200);
        page["items"].as_array().cloned().expect("items")
    }

    /// The mails of all licenses.
    pub(crate) fn mails(&mut self) -> Vec<Value> {
        let licenses = self.items("/v1/licenses?limit=100");
        let ids = licenses.iter().filter_map(|license| license["id"].as_str());
        let mails = ids.map(|id| self.items(&format!("/v1/licenses/{id}/mails")));
        mails.collect::<Vec<_>>().concat()
    }

    /// Connects, sells, and waits until all is settled; returns the session that was paid.
    fn act(&mut self, act: Act) -> String {
        let dies = self.armed.is_some();
        self.connect(act.mode());
        let prices = Request::post("/v1/integrations/stripe/setup-prices");
        let prices = prices.bearer(&self.seller.token);
        self.persist(&prices).expect(200);
        let url = self.open_checkout();
        self.stage.stripe.pay(&url, "buyer@example.com", Pay::Card);
        if self.armed.is_some() {
            // It dies of what follows a payment by itself.
            self.revive();
        }
        if dies {
            self.later();
        }
        let session = session_of(&url);
        self.await_settled(&session);
        session
    }

    /// An OAuth round to the seller's account. When there is no page at its end, the seller looks
    /// at where things stand, and goes on from there.
    fn connect(&mut self, mode: &str) {
        let consent = self.seller.authorize_url(mode);
        let callback = self
            .stage
            .stripe
            .consent(&consent, "connect", &self.account);
        let callback = self.seller.in_browser(&callback);
        // A browser loads the page again when there is no answer.
        let answer = self.persist(&callback);
        if let Some(page) = answer.header("location") {
            let page = self.seller.in_browser(page);
            let shown = self.persist(&page);
            assert_eq!(shown.status, 200, "{}", shown.text());
            if let Some(key) = page::element(shown.text(), "checkout-key") {
                self.seller.checkout_key = key;
            }
        } else {
            // The code was given to Stripe, and must not be again.
            assert_eq!(answer.status, 400);
            let code = page::element(answer.text(), "error-code");
            assert_eq!(code.as_deref(), Some("oauth/state-invalid"));
            if self.seller.status()["mode"] != mode {
                return self.connect(mode);
            }
        }
        if self.seller.checkout_key.is_empty() {
            // Created, and not seen.
            let rotate = "/v1/integrations/stripe/rotate-checkout-key";
            let rotated = self.seller.manage(Request::post(rotate)).expect(200);
            let key = rotated["checkoutKey"].as_str().expect("a key");
            self.seller.checkout_key = key.into();
        }
    }

    /// The seller's backend asks until it has a page to pay on.
    fn open_checkout(&mut self) -> String {
        let open = Request::post("/api/acme/checkout").json(&Seller::wish("lifetime"));
        let opened = self.persist(&open.bearer(&self.seller.checkout_key));
        let opened = opened.expect(200);
        opened["url"].as_str().expect("a URL").to_owned()
    }

    /// Waits until a sale is heard of, by us and from us, and no order hangs.
    fn await_settled(&mut self, session: &str) {
        eventually("the sale to settle", || {
            let orders = self.items("/v1/orders?limit=100");
            let sold =
                |order: &Value| order["sessionId"] == session && order["status"] == "fulfilled";
            let hangs = |order: &Value| order["status"] == "opening";
            let deliveries = self.items("/v1/webhook/deliveries?limit=100");
            let delivered = |delivery: &Value| delivery["status"] == "delivered";
            let settled = orders.iter().any(sold)
                && !orders.iter().any(hangs)
                && deliveries.iter().all(delivered)
                && self.mails().iter().all(|mail| mail["status"] == "sent");
            settled.then_some(())
        });
    }
}
