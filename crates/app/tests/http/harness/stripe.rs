//! The simulator from outside: buyers, sellers and banks, and a look behind the scenes.

use serde_json::{Value, json};

use super::page::{fill, form_of};
use super::wire::{Answer, Peer, Request, split};
use super::{eventually, sign};

/// What control calls of the simulator present.
pub(crate) const CONTROL_TOKEN: &str = "sim_control_of_tests";

/// The simulated Stripe.
#[derive(Debug, Clone, Copy)]
pub(crate) struct StripeSide(pub(crate) Peer);

/// How a buyer pays.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Pay {
    /// By a card that works.
    Card,
    /// By a bank debit, settled later.
    BankDebit,
}

impl StripeSide {
    pub(crate) fn control(self, path: &str, body: &Value) -> Value {
        let request = Request::post(format!("/_sim/{path}")).json(body);
        self.0.call(&request.bearer(CONTROL_TOKEN)).expect(200)
    }

    fn watch(self, path: &str) -> Vec<Value> {
        let request = Request::get(format!("/_sim/{path}"));
        let seen = self.0.call(&request.bearer(CONTROL_TOKEN));
        seen.expect(200).as_array().cloned().expect("a list")
    }

    /// What was asked with POST at a path, oldest first.
    pub(crate) fn posts(self, path: &str) -> Vec<Value> {
        let mut asked = self.watch("requests");
        asked.retain(|request| request["method"] == "POST" && request["path"] == path);
        asked
    }

    /// The next calls of a path go wrong in this way.
    pub(crate) fn fault(self, path: &str, kind: &Value, times: u32) {
        let fault = json!({"path": path, "kind": kind, "times": times});
        self.control("faults", &fault);
    }

    /// Opens an account that nobody is connected to.
    pub(crate) fn open_account(self) -> String {
        let opened = self.control("accounts", &json!({}));
        opened["id"].as_str().expect("an id").to_owned()
    }

    /// Whether the platform is connected to the account: in test mode, in live mode.
    pub(crate) fn connected(self, account: &str) -> (bool, bool) {
        let shown = self.account(account);
        let is = |mode: &str| shown[mode]["connected"].as_bool().expect("a flag");
        (is("test"), is("live"))
    }

    fn account(self, id: &str) -> Value {
        let mut known = self.watch("accounts").into_iter();
        known
            .find(|account| account["id"] == id)
            .expect("an account")
    }

    /// Calls the API as the seller, with the secret key of their own test account.
    pub(crate) fn as_seller(self, account: &str, request: Request) -> Answer {
        let shown = self.account(account);
        let key = shown["test"]["secret_key"].as_str().expect("a key");
        self.0.call(&request.bearer(key))
    }

    /// Opens one of Stripe's pages; returns its path and what it shows.
    fn open(self, url: &str) -> (String, Answer) {
        let (host, path) = split(url);
        assert_eq!(host, self.0, "a page of Stripe's");
        let page = host.call(&Request::get(&path));
        assert_eq!(page.status, 200, "{}", page.text());
        (path, page)
    }

    /// Goes through the consent page; returns where it sends the browser.
    pub(crate) fn consent(self, url: &str, decision: &str, account: &str) -> String {
        let (path, page) = self.open(url);
        let mut form = form_of(page.text());
        fill(&mut form, "account", account);
        fill(&mut form, "decision", decision);
        let (path, _) = path.split_once('?').expect("a query");
        let answer = self.0.call(&Request::post(path).form(&form));
        assert_eq!(answer.status, 302, "{}", answer.text());
        answer.header("location").expect("a way back").to_owned()
    }

    /// Opens a payment link; returns the page of the session that Stripe makes for the visitor.
    pub(crate) fn visit(self, link: &str) -> String {
        let (host, path) = split(link);
        assert_eq!(host, self.0, "a page of Stripe's");
        let answer = host.call(&Request::get(&path));
        assert_eq!(answer.status, 303, "{}", answer.text());
        answer.header("location").expect("a page").to_owned()
    }

    /// Pays on a hosted page; returns where the buyer is sent.
    pub(crate) fn pay(self, url: &str, email: &str, how: Pay) -> String {
        let (path, page) = self.open(url);
        let mut form = form_of(page.text());
        fill(&mut form, "email", email);
        if let Pay::BankDebit = how {
            fill(&mut form, "method", "bank_debit");
        }
        let answer = self.0.call(&Request::post(path).form(&form));
        assert_eq!(answer.status, 303, "{}", answer.text());
        answer.header("location").expect("a way back").to_owned()
    }

    /// A buyer pays on Stripe's page with a promotion code; returns the answer, which is a redirect if the code
    /// is taken.
    pub(crate) fn pay_with_code(self, url: &str, email: &str, code: &str) -> Answer {
        let (path, page) = self.open(url);
        let mut form = form_of(page.text());
        fill(&mut form, "email", email);
        fill(&mut form, "promotion_code", code);
        self.0.call(&Request::post(path).form(&form))
    }

    /// The bank has moved the money of a session, or refused to.
    pub(crate) fn settle(self, session: &str, succeeds: bool) {
        let path = format!("sessions/{session}/settle");
        self.control(&path, &json!({ "succeeds": succeeds }));
    }

    /// The seller gives money of a paid session back: all of it, or so much.
    pub(crate) fn refund(self, session: &str, amount: Option<i64>) {
        let charge = self.charge(session);
        self.control(
            &format!("charges/{charge}/refund"),
            &json!({"amount": amount}),
        );
    }

    /// The buyer's bank opens a dispute about a paid session, or an inquiry; returns its id.
    pub(crate) fn dispute(self, session: &str, inquiry: bool) -> String {
        let path = format!("charges/{}/dispute", self.charge(session));
        let opened = self.control(&path, &json!({ "inquiry": inquiry }));
        opened["id"].as_str().expect("an id").to_owned()
    }

    /// A dispute takes a step: `win`, `lose`, `reopen` ...
    pub(crate) fn dispute_step(self, dispute: &str, step: &str) {
        self.control(&format!("disputes/{dispute}/{step}"), &json!({}));
    }

    /// The charge of a paid session.
    fn charge(self, session: &str) -> String {
        let completed = self.event_of(session, "checkout.session.completed");
        let intent = &completed["data"]["object"]["payment_intent"];
        let account = completed["account"].as_str().expect("an account");
        let path = format!("/v1/payment_intents/{}", intent.as_str().expect("an id"));
        let shown = self.as_seller(account, Request::get(path)).expect(200);
        let charge = shown["latest_charge"].as_str().expect("a charge");
        charge.to_owned()
    }

    /// All events of a type, oldest first, as they are sent.
    pub(crate) fn events(self, kind: &str) -> Vec<Value> {
        let mut events = self.watch("events");
        events.retain(|event| event["type"] == kind);
        for event in &mut events {
            event
                .as_object_mut()
                .expect("an event")
                .remove("deliveries");
        }
        events
    }

    /// The event of a type about a session.
    pub(crate) fn event_of(self, session: &str, kind: &str) -> Value {
        let mut events = self.events(kind).into_iter();
        let about = |event: &Value| event["data"]["object"]["id"] == session;
        events.find(about).expect("an event")
    }

    /// Sends an event again, so many copies at once, and waits until each has its answer. Returns
    /// the statuses of all attempts so far.
    pub(crate) fn resend(self, event: &Value, copies: usize) -> Vec<u64> {
        let id = event["id"].as_str().expect("an id");
        let before = self.statuses(id).len();
        self.control(&format!("events/{id}/resend"), &json!({ "copies": copies }));
        eventually("the copies to arrive", || {
            let statuses = self.statuses(id);
            (statuses.len() >= before.saturating_add(copies)).then_some(statuses)
        })
    }

    /// What the attempts to deliver an event came to; 0 for no answer.
    pub(crate) fn statuses(self, event: &str) -> Vec<u64> {
        let mut attempts = self.watch("deliveries");
        attempts.retain(|attempt| attempt["event"] == event);
        let status = |attempt: &Value| attempt["status"].as_u64().unwrap_or_default();
        attempts.iter().map(status).collect()
    }
}

/// An event on its way to the Connect webhook, signed now.
pub(crate) fn news(event: &Value, secret: &str, unix_seconds: i64) -> Request {
    let body = event.to_string().into_bytes();
    let signature = sign::stripe(secret, unix_seconds, &body);
    Request::post("/api/stripe/webhook/connect")
        .header("Stripe-Signature", signature)
        .body("application/json; charset=utf-8", body)
}
