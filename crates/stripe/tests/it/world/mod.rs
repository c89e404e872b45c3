//! A simulated Stripe with what is needed to be its seller, its buyer and its webhook receiver.

mod inbox;

use std::sync::Arc;
use std::time::Duration;

use inbox::Inbox;
use mintage_domain::base::id::{DisputeId, PaymentIntentId, StripeAccountId, StripeProductId};
use mintage_domain::base::mode::Mode;
use mintage_domain::base::secret::Secret;
use mintage_domain::base::url::WebUrl;
use mintage_domain::model::stripe::account::AccountRef;
use mintage_domain::model::stripe::event::DisputeFacts;
use mintage_domain::ports::{
    AnswerBody, CheckoutSession, Http, HttpRequest, HttpResponse, Method, Stripe,
    StripeIdempotencyKey,
};
use mintage_http::{HttpClient, Reach};
use mintage_stripe::{ModeConfig, StripeClient, StripeConfig};
use mintage_stripe_sim::{Config, Running, Sim, WebhookEndpoint};
use mintage_testkit::contracts::stripe::{REDIRECT, StripeHarness};
use mintage_testkit::fixtures::{Shop, cents};
use serde_json::{Value, json};

const CLIENT_ID: &str = "ca_SimLive";
const SECRET_KEY: &str = "sk_live_SimPlatform";
const WEBHOOK_SECRET: &str = "whsec_live";

pub(crate) struct World {
    sim: Running,
    http: Arc<HttpClient>,
    stripe: StripeClient,
}

impl World {
    pub(crate) fn start() -> Self {
        let sim = Sim::start(Config {
            redirect_uris: vec![REDIRECT.to_owned()],
            ..Config::default()
        });
        let http = HttpClient::new(mintage_http::Config {
            reach: Reach::Anywhere,
            user_agent: "mintage-test/1".to_owned(),
            authorities: Vec::new(),
        });
        let (sim, http) = (sim.expect("a free port"), Arc::new(http.expect("a client")));
        Self {
            stripe: platform(&sim, &http, CLIENT_ID, SECRET_KEY),
            sim,
            http,
        }
    }

    /// The platform as the simulator knows it.
    pub(crate) fn stripe(&self) -> &StripeClient {
        &self.stripe
    }

    /// The same with a client id of its own for live mode.
    pub(crate) fn stripe_as(&self, client_id: &str) -> StripeClient {
        platform(&self.sim, &self.http, client_id, SECRET_KEY)
    }

    /// The same with a key of its own for live mode.
    pub(crate) fn stripe_with_key(&self, secret_key: &str) -> StripeClient {
        platform(&self.sim, &self.http, CLIENT_ID, secret_key)
    }

    /// A seller says yes on the page that `authorize_url` names; returns the code that their
    /// browser brings back.
    pub(crate) fn consent(&self, stripe: &StripeClient, mode: Mode) -> Secret {
        let callback = WebUrl::parse(REDIRECT).expect("a URL");
        let page = stripe.authorize_url(mode, &Secret::new("state-1"), &callback);
        let page = page.expect("a page");
        let shown = self.send(Method::Get, &page, None, "");
        assert_eq!(shown.status, 200, "{page}");
        let (action, query) = page.split_once('?').expect("a query");
        let yes = format!("{query}&decision=connect");
        let back = self.send(Method::Post, action, None, &yes);
        let location = back.header("location").expect("a redirect");
        let answer = location.strip_prefix(REDIRECT).expect("the callback");
        let field = |name: &str| {
            let mut fields = answer.trim_start_matches('?').split('&');
            fields.find_map(|field| field.strip_prefix(name)?.strip_prefix('='))
        };
        assert_eq!(field("state"), Some("state-1"), "{location}");
        Secret::new(field("code").expect("a code"))
    }

    /// A new account that the platform is connected to, without the browser.
    pub(crate) fn connected(&self, mode: Mode) -> AccountRef {
        let account = self.post("accounts", &json!({}));
        let id = account["id"].as_str().expect("an id");
        self.post(
            &format!("accounts/{id}/connect"),
            &json!({ "livemode": mode.livemode() }),
        );
        AccountRef {
            mode,
            account: StripeAccountId::parse(id).expect("an id"),
        }
    }

    /// How many objects of a kind a live account has.
    pub(crate) fn count(&self, on: &AccountRef, path: &str) -> usize {
        let url = format!("{}{path}?limit=100", self.sim.api_url());
        let answer = self.send(Method::Get, &url, Some(on), "");
        let list: Value = serde_json::from_slice(&answer.body).expect("a list");
        list["data"].as_array().expect("a list").len()
    }

    /// Something goes wrong with the next matching request.
    pub(crate) fn plant(&self, fault: &Value) {
        self.post("faults", fault);
    }

    /// Stripe's webhooks of a mode go to the inbox from now on.
    pub(crate) fn listen(&self, mode: Mode) -> Inbox {
        let inbox = Inbox::open();
        let mode = match mode {
            Mode::Sandbox => mintage_stripe_sim::Mode::Test,
            Mode::Live => mintage_stripe_sim::Mode::Live,
        };
        let endpoint = WebhookEndpoint::connect(inbox.url(), WEBHOOK_SECRET, mode);
        self.sim.add_webhook_endpoint(endpoint);
        inbox
    }

    /// The buyer pays with a card that works.
    pub(crate) fn pay(&self, page: &str) {
        let card = "card_number=4242424242424242&expiry=1230&cvc=123";
        let paid = self.send(Method::Post, page, None, card);
        assert_eq!(paid.status, 303, "{}", String::from_utf8_lossy(&paid.body));
    }

    /// Looks behind the scenes.
    pub(crate) fn get(&self, path: &str) -> Value {
        let url = format!("{}/_sim/{path}", self.sim.api_url());
        json_of(&self.send(Method::Get, &url, None, ""))
    }

    /// Makes something happen behind the scenes.
    pub(crate) fn post(&self, path: &str, body: &Value) -> Value {
        let url = format!("{}/_sim/{path}", self.sim.api_url());
        json_of(&self.send(Method::Post, &url, None, &body.to_string()))
    }

    /// Posts a form to the API with a key of a seller's own.
    pub(crate) fn post_with_key(&self, key: &Secret, path: &str, form: &str) {
        let request = HttpRequest {
            method: Method::Post,
            url: format!("{}{path}", self.sim.api_url()),
            headers: vec![(
                "Content-Type",
                "application/x-www-form-urlencoded".to_owned(),
            )],
            authorization: Some(Secret::new(format!("Bearer {}", key.expose()))),
            body: form.as_bytes().to_vec(),
            deadline: Duration::from_secs(10),
            answer: AnswerBody::Whole(1 << 20),
        };
        let answer = self.http.send(&request).expect("the simulator answers");
        assert_eq!(answer.status, 200, "{path}");
    }

    fn send(&self, method: Method, url: &str, on: Option<&AccountRef>, body: &str) -> HttpResponse {
        let kind = if body.starts_with('{') {
            "application/json"
        } else {
            "application/x-www-form-urlencoded"
        };
        let mut headers = vec![("Content-Type", kind.to_owned())];
        headers.extend(on.map(|on| ("Stripe-Account", on.account.to_string())));
        let request = HttpRequest {
            method,
            url: url.to_owned(),
            headers,
            authorization: Some(Secret::new(match on {
                Some(_) => format!("Bearer {SECRET_KEY}"),
                None => format!("Bearer {}", self.sim.control_token()),
            })),
            body: body.as_bytes().to_vec(),
            deadline: Duration::from_secs(10),
            answer: AnswerBody::Whole(1 << 20),
        };
        self.http.send(&request).expect("the simulator answers")
    }
}

fn platform(sim: &Running, http: &Arc<HttpClient>, client_id: &str, key: &str) -> StripeClient {
    let url = |text| WebUrl::parse(text).expect("a URL");
    let mode = |mode, client_id, key, webhook: Option<&str>| {
        let webhook = webhook.map(Secret::new);
        ModeConfig::new(mode, client_id, Secret::new(key), webhook).expect("sound")
    };
    let modes = [
        mode(Mode::Sandbox, "ca_SimTest", "sk_test_SimPlatform", None),
        mode(Mode::Live, client_id, key, Some(WEBHOOK_SECRET)),
    ];
    let (api, connect) = (url(sim.api_url()), url(sim.connect_url()));
    let config = StripeConfig::new(&api, &connect, modes).expect("sound");
    StripeClient::new(Arc::<HttpClient>::clone(http), config)
}

impl StripeHarness for World {
    fn stripe(&self) -> &dyn Stripe {
        &self.stripe
    }

    fn grant_code(&self, mode: Mode) -> Secret {
        self.consent(&self.stripe, mode)
    }

    fn end_grant(&self, on: &AccountRef) {
        let path = format!("accounts/{}/deauthorize", on.account);
        self.post(&path, &json!({ "livemode": on.mode.livemode() }));
    }

    fn secret_key(&self, on: &AccountRef) -> Secret {
        let accounts = self.get("accounts");
        let mut accounts = accounts.as_array().expect("a list").iter();
        let account = accounts.find(|it| it["id"] == on.account.as_str());
        let key = &account.expect("an account")[on.mode.key_infix()]["secret_key"];
        Secret::new(key.as_str().expect("a key"))
    }

    fn disable_charges(&self, on: &AccountRef) {
        let path = format!("accounts/{}", on.account);
        self.post(&path, &json!({ "charges_enabled": false }));
    }

    fn complete_checkout(&self, _on: &AccountRef, session: &CheckoutSession) {
        self.pay(&session.url);
    }

    fn archive_product(&self, _on: &AccountRef, id: &StripeProductId) {
        self.post(&format!("products/{id}/archive"), &json!({}));
    }

    fn open_dispute(&self, on: &AccountRef) -> DisputeFacts {
        let shop = Shop::new("disputed");
        let key = |name| StripeIdempotencyKey::new(&["disputed", name]);
        let product = self
            .stripe
            .create_product(on, &shop.new_product(), &key("product"));
        let price = shop.new_price(&product.expect("a product"), cents(2_900));
        let price = self.stripe.create_price(on, &price, &key("price"));
        let checkout = shop.checkout(&price.expect("a price"));
        let session = self
            .stripe
            .open_checkout(&on.clone().into(), &checkout, &key("session"));
        self.pay(&session.expect("a session").url);
        let charges = format!("{}/v1/charges", self.sim.api_url());
        let charges = json_of(&self.send(Method::Get, &charges, Some(on), ""));
        let charge = charges["data"][0]["id"].as_str().expect("a charge");
        let opened = self.post(&format!("charges/{charge}/dispute"), &json!({}));
        let text = |name: &str| opened[name].as_str().expect(name);
        DisputeFacts {
            id: DisputeId::parse(text("id")).expect("an id"),
            payment_intent: PaymentIntentId::parse(text("payment_intent")).ok(),
            status: text("status").to_owned(),
            amount: opened["amount"].as_i64(),
            reason: Some(text("reason").to_owned()),
        }
    }

    fn lose_dispute(&self, _on: &AccountRef, id: &DisputeId) {
        self.post(&format!("disputes/{id}/lose"), &json!({}));
    }

    fn delete_product(&self, _on: &AccountRef, id: &StripeProductId) {
        self.post(&format!("products/{id}/delete"), &json!({}));
    }

    fn book_charge(&self, account: &AccountRef) {
        let path = format!("accounts/{}/charge", account.account);
        let livemode = account.mode.livemode();
        let payment = json!({ "currency": "usd", "amount": 2_900, "livemode": livemode });
        self.post(&path, &payment);
    }
}

fn json_of(answer: &HttpResponse) -> Value {
    let body = String::from_utf8_lossy(&answer.body);
    assert_eq!(answer.status, 200, "{body}");
    serde_json::from_str(&body).expect("JSON")
}
