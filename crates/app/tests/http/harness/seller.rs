//! A seller: a tenant, its management token, and what it does with them.

use std::sync::{Arc, Mutex};

use mintage_domain::model::sellers::tenant::Plan;
use mintage_domain::ports::Clock;
use mintage_testkit::FixedClock;
use serde_json::{Value, json};

use super::stage::{Api, SANDBOX_SECRET, Stage};
use super::stripe::{Pay, StripeSide, news};
use super::wire::{Answer, Request, split};
use super::{Receiver, eventually, page, sign};

/// A tenant and its credentials.
pub(crate) struct Seller {
    api: Api,
    stripe: StripeSide,
    clock: Arc<FixedClock>,
    pub(crate) id: String,
    pub(crate) token: String,
    /// Empty until the account is connected.
    pub(crate) checkout_key: String,
    /// The cookie of the seller's browser.
    cookie: Mutex<Option<String>>,
}

/// The events that the endpoint of `/v1/webhook` receives in most tests.
const LICENSE_EVENTS: [&str; 9] = [
    "license.created",
    "license.refunded",
    "license.revoked",
    "license.frozen",
    "license.updated",
    "order.refunded",
    "subscription.renewed",
    "subscription.canceled",
    "subscription.past_due",
];

/// A key of signed calls.
#[derive(Debug, Clone)]
pub(crate) struct ApiKey {
    pub(crate) id: String,
    pub(crate) secret: String,
}

impl ApiKey {
    /// The key that an answer shows, this once.
    pub(crate) fn made(answer: &Value) -> Self {
        let text = |name: &str| answer[name].as_str().expect("a text").to_owned();
        Self {
            id: text("id"),
            secret: text("secret"),
        }
    }
}

impl Seller {
    /// A tenant on Pro that has nothing yet.
    pub(crate) fn new(stage: &Stage, id: &str) -> Self {
        Self::of(stage, id, stage.tenant(id, Plan::Pro))
    }

    /// The holder of a tenant's management token.
    pub(crate) fn of(stage: &Stage, id: &str, token: String) -> Self {
        Self {
            api: stage.api,
            stripe: stage.stripe,
            clock: Arc::clone(&stage.clock),
            id: id.to_owned(),
            token,
            checkout_key: String::new(),
            cookie: Mutex::default(),
        }
    }

    /// A seller of the product `pro`, key type `lifetime`, at 29 USD, in the sandbox.
    pub(crate) fn selling(stage: &Stage, id: &str) -> Self {
        let mut seller = Self::new(stage, id);
        seller.product("pro", "classic");
        seller.key_type("pro", "lifetime", Some(2_900));
        seller.connect("sandbox");
        seller.set_up_prices();
        seller
    }

    /// A management call.
    pub(crate) fn manage(&self, request: Request) -> Answer {
        self.api.send(&request.bearer(&self.token))
    }

    pub(crate) fn get(&self, path: &str) -> Value {
        self.manage(Request::get(path)).expect(200)
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> Answer {
        self.manage(Request::post(path).json(body))
    }

    /// The items of a list's first page.
    pub(crate) fn items(&self, path: &str) -> Vec<Value> {
        let page = self.get(path);
        page["items"].as_array().cloned().expect("items")
    }

    pub(crate) fn product(&self, id: &str, format: &str) {
        let body = json!({"productId": id, "displayName": "Acme", "keyPrefix": "ACME", "keyFormat": format});
        self.post("/v1/products", &body).expect(201);
    }

    /// A key type for ever, at so many cents.
    pub(crate) fn key_type(&self, product: &str, id: &str, cents: Option<i64>) {
        let body = json!({
            "keyTypeId": id,
            "displayName": "Acme Pro",
            "priceInCents": cents,
            "priceCurrency": cents.map(|_| "usd"),
            "entitlements": ["export"],
        });
        self.key_type_of(product, &body);
    }

    pub(crate) fn key_type_of(&self, product: &str, body: &Value) {
        let path = format!("/v1/products/{product}/key-types");
        self.post(&path, body).expect(201);
    }

    /// The link to connect an account by.
    pub(crate) fn connect_link(&self, mode: &str) -> String {
        let answer = self.post("/v1/integrations/stripe/connect", &json!({ "mode": mode }));
        let body = answer.expect(200);
        assert_eq!(body["mode"], mode);
        body["url"].as_str().expect("a URL").to_owned()
    }

    /// Where to grant access, as the page of the link says; nothing is granted yet.
    pub(crate) fn authorize_url(&self, mode: &str) -> String {
        let page = self.browse(&self.connect_link(mode));
        assert_eq!(page.status, 200, "{}", page.text());
        page::followed(page.text())
    }

    /// Loads a page of the server in the seller's browser, which keeps the cookie.
    pub(crate) fn browse(&self, url: &str) -> Answer {
        let answer = self.api.send(&self.in_browser(url));
        if let Some(cookie) = answer.header("set-cookie") {
            let (pair, _) = cookie.split_once(';').expect("attributes");
            *self.cookie.lock().expect("no test fails here") = Some(pair.to_owned());
        }
        answer
    }

    /// The request of the seller's browser for a page of the server.
    pub(crate) fn in_browser(&self, url: &str) -> Request {
        let (_, path) = split(url);
        let cookie = self.cookie.lock().expect("no test fails here").clone();
        match cookie {
            Some(cookie) => Request::get(path).header("Cookie", cookie),
            None => Request::get(path),
        }
    }

    /// Has events sent to a URL, or with `null` nowhere; returns what is answered. The endpoint receives
    /// the events about licenses, one for a sale; `order.paid` has tests of its own.
    pub(crate) fn set_webhook(&self, url: &Value) -> Value {
        let request = Request::new("PUT", "/v1/webhook").json(&json!({ "url": url }));
        let set = self.manage(request).expect(200);
        if !url.is_null() {
            let path = format!("/v1/webhook-endpoints/we_{}", self.id);
            let events = json!({ "events": LICENSE_EVENTS });
            self.manage(Request::new("PATCH", path).json(&events))
                .expect(200);
        }
        set
    }

    /// Has events sent to a receiver; returns the signing secret, empty but for the first time.
    pub(crate) fn tell(&self, receiver: &Receiver) -> String {
        let set = self.set_webhook(&receiver.url().into());
        set["signingSecret"].as_str().unwrap_or_default().to_owned()
    }

    /// The same for all events that there are.
    pub(crate) fn tell_all(&self, receiver: &Receiver) {
        let request = Request::new("PUT", "/v1/webhook").json(&json!({ "url": receiver.url() }));
        self.manage(request).expect(200);
    }

    /// Connects a new account, through Stripe's page; returns the page at the end.
    pub(crate) fn connect(&mut self, mode: &str) -> Answer {
        let url = self.authorize_url(mode);
        let callback = self.stripe.consent(&url, "connect", "");
        let answer = self.come_back(&callback);
        assert_eq!(answer.status, 200, "{}", answer.text());
        if let Some(key) = page::element(answer.text(), "checkout-key") {
            self.checkout_key = key;
        }
        answer
    }

    /// Follows Stripe's redirect back, and the server's to the page after.
    pub(crate) fn come_back(&self, callback: &str) -> Answer {
        let answer = self.browse(callback);
        match answer.header("location") {
            Some(page) => {
                assert_eq!(answer.status, 303);
                self.browse(page)
            }
            None => answer,
        }
    }

    pub(crate) fn set_up_prices(&self) -> Value {
        let path = "/v1/integrations/stripe/setup-prices";
        self.manage(Request::post(path)).expect(200)
    }

    pub(crate) fn status(&self) -> Value {
        self.get("/v1/integrations/stripe/status")
    }

    /// The connected account.
    pub(crate) fn account(&self) -> String {
        let status = self.status();
        let account = &status["account"]["id"];
        account.as_str().expect("connected").to_owned()
    }

    /// What a checkout call carries.
    pub(crate) fn wish(key_type: &str) -> Value {
        json!({
            "product_id": "pro",
            "key_type_id": key_type,
            "success_url": "https://shop.test/thanks?session={CHECKOUT_SESSION_ID}",
            "cancel_url": "https://shop.test/pricing",
        })
    }

    /// Asks for a checkout.
    pub(crate) fn checkout(&self, wish: &Value) -> Answer {
        let request = Request::post(format!("/api/{}/checkout", self.id)).json(wish);
        self.api.send(&request.bearer(&self.checkout_key))
    }

    /// Opens a checkout of `pro`; returns the page to pay on.
    pub(crate) fn open(&self, key_type: &str) -> String {
        let opened = self.checkout(&Self::wish(key_type)).expect(200);
        opened["url"].as_str().expect("a URL").to_owned()
    }

    /// Opens a checkout and has it paid; returns the session. What follows comes by webhook.
    pub(crate) fn sell(&self, key_type: &str, email: &str, how: Pay) -> String {
        let url = self.open(key_type);
        self.stripe.pay(&url, email, how);
        session_of(&url)
    }

    /// Sells a `lifetime` to `buyer@example.com`, and waits for the license.
    pub(crate) fn sell_one(&self) -> (String, Value) {
        let session = self.sell("lifetime", "buyer@example.com", Pay::Card);
        let license = self.await_license_of(&session);
        (session, license)
    }

    /// Waits for the license that a session was paid for.
    pub(crate) fn await_license_of(&self, session: &str) -> Value {
        eventually("the license", || {
            let order = self.find_order(session)?["id"].clone();
            let mut licenses = self.licenses().into_iter();
            licenses.find(|license| license["orderId"] == order)
        })
    }

    /// The order behind a session.
    pub(crate) fn order_of(&self, session: &str) -> Value {
        self.find_order(session).expect("an order")
    }

    fn find_order(&self, session: &str) -> Option<Value> {
        let mut orders = self.items("/v1/orders?limit=100").into_iter();
        orders.find(|order| order["sessionId"] == session)
    }

    /// Waits until a session's order has this status.
    pub(crate) fn await_order(&self, session: &str, status: &str) -> Value {
        eventually(status, || {
            let order = self.find_order(session)?;
            (order["status"] == status).then_some(order)
        })
    }

    /// All of them.
    pub(crate) fn licenses(&self) -> Vec<Value> {
        self.items("/v1/licenses?limit=100")
    }

    /// Waits until the only license has this status.
    pub(crate) fn await_status(&self, status: &str) -> Value {
        eventually(status, || {
            let licenses = self.licenses();
            let [license] = licenses.as_slice() else {
                return None;
            };
            (license["status"] == status).then(|| license.clone())
        })
    }

    pub(crate) fn reveal(&self, license: &Value) -> String {
        let id = license["id"].as_str().expect("an id");
        let answer = self.manage(Request::post(format!("/v1/licenses/{id}/reveal")));
        let body = answer.expect(200);
        body["key"].as_str().expect("a key").to_owned()
    }

    pub(crate) fn api_key(&self, product: &str, scope: &str, mode: &str) -> ApiKey {
        self.api_key_of(&json!({"productId": product, "scope": scope, "mode": mode}))
    }

    /// A key that signs as this body wants it.
    pub(crate) fn api_key_of(&self, body: &Value) -> ApiKey {
        ApiKey::made(&self.post("/v1/api-keys", body).expect(201))
    }

    /// A key without a secret.
    pub(crate) fn publishable_key(&self, product: &str, mode: &str) -> String {
        let body = json!({"productId": product, "scope": "PUBLISHABLE", "mode": mode});
        let new = self.post("/v1/api-keys", &body).expect(201);
        new["id"].as_str().expect("an id").to_owned()
    }

    /// The server's time in Unix seconds.
    pub(crate) fn now(&self) -> i64 {
        self.clock.now().unix_seconds()
    }

    /// Validates a key, signed as it should be.
    pub(crate) fn validate(&self, with: &ApiKey, key: &str) -> Value {
        let body = json!({ "key": key }).to_string();
        let request = signed(with, &self.now().to_string(), &body);
        self.api.send(&request).expect(200)
    }

    /// Carries an event to the Connect webhook, as the sandbox would.
    pub(crate) fn hear(&self, event: &Value) -> Answer {
        self.api.send(&news(event, SANDBOX_SECRET, self.now()))
    }

    /// All that a bad call must leave as it was.
    pub(crate) fn snapshot(&self) -> Value {
        let mut connection = self.status();
        // An event that changes nothing was received all the same.
        connection["lastWebhookAt"].take();
        json!({
            "licenses": self.licenses(),
            "orders": self.items("/v1/orders?limit=100"),
            "connection": connection,
            "deliveries": self.items("/v1/webhook/deliveries?limit=100"),
            "parked": self.items("/v1/integrations/stripe/parked?limit=100"),
            "products": self.items("/v1/products?limit=100"),
            "apiKeys": self.items("/v1/api-keys?limit=100"),
        })
    }
}

/// The session behind a page to pay on.
pub(crate) fn session_of(url: &str) -> String {
    let (_, id) = url.rsplit_once('/').expect("a path");
    id.to_owned()
}

/// A signed `POST /v1/validate`.
pub(crate) fn signed(with: &ApiKey, timestamp: &str, body: &str) -> Request {
    signed_to("/v1/validate", with, timestamp, body)
}

/// A signed `POST`.
pub(crate) fn signed_to(
    path: &str,
    with: &ApiKey,
    timestamp: &str,
    body: impl AsRef<[u8]>,
) -> Request {
    let body = body.as_ref();
    let signature = sign::over_time_dot_body(&with.secret, timestamp, body);
    Request::post(path)
        .bearer(&with.id)
        .header("X-KeyStack-Timestamp", timestamp)
        .header("X-KeyStack-Signature", signature)
        .body("application/json", body)
}

/// A `POST` signed by version 2.
pub(crate) fn signed_by_lines(
    target: &str,
    with: &ApiKey,
    (timestamp, nonce): (&str, &str),
    body: &str,
) -> Request {
    let lines = ["v2", timestamp, nonce, "POST", target];
    Request::post(target)
        .bearer(&with.id)
        .header("X-KeyStack-Timestamp", timestamp)
        .header("X-KeyStack-Nonce", nonce)
        .header(
            "X-KeyStack-Signature",
            sign::over_lines(&with.secret, &lines, body.as_bytes()),
        )
        .body("application/json", body)
}
