//! A running simulator and an HTTP client.

use std::time::Duration;

use actix_web::rt::time::sleep;
use awc::Client;
use awc::http::Method;
use mintage_stripe_sim::{Config, Running, Sim};
use serde_json::{Value, json};

pub(crate) const TEST: &str = "sk_test_SimPlatform";
pub(crate) const LIVE: &str = "sk_live_SimPlatform";

pub(crate) struct TestSim {
    pub(crate) running: Running,
    client: Client,
}

pub(crate) struct Reply {
    pub(crate) status: u16,
    /// The body; `null` if it is no JSON.
    pub(crate) body: Value,
    /// The body as it was sent.
    pub(crate) page: String,
    headers: Vec<(String, String)>,
}

impl Reply {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self
            .headers
            .iter()
            .find(|(header, _)| header.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    pub(crate) fn text(&self, pointer: &str) -> &str {
        self.body
            .pointer(pointer)
            .and_then(Value::as_str)
            .unwrap_or_default()
    }

    pub(crate) fn code(&self) -> &str {
        self.text("/error/code")
    }

    pub(crate) fn id(&self) -> String {
        assert_eq!(self.status, 200, "{}", self.body);
        self.text("/id").to_owned()
    }
}

impl TestSim {
    pub(crate) fn start(config: Config) -> Self {
        let running = Sim::start(config).expect("a loopback port is free");
        let client = Client::builder()
            .disable_redirects()
            .timeout(Duration::from_secs(10))
            .finish();
        Self { running, client }
    }

    pub(crate) async fn call(
        &self,
        method: Method,
        path: &str,
        form: &str,
        headers: &[(&str, &str)],
    ) -> Reply {
        let url = format!("{}{path}", self.running.api_url());
        let mut request = self.client.request(method, url);
        for (name, value) in headers {
            request = request.insert_header((*name, *value));
        }
        let mut response = request
            .send_body(form.to_owned())
            .await
            .expect("a response");
        let body = response
            .body()
            .limit(1 << 20)
            .await
            .expect("a complete body");
        let headers = response.headers().iter();
        Reply {
            status: response.status().as_u16(),
            headers: headers
                .map(|(name, value)| {
                    (
                        name.to_string(),
                        value.to_str().unwrap_or_default().to_owned(),
                    )
                })
                .collect(),
            page: String::from_utf8_lossy(&body).into_owned(),
            body: serde_json::from_slice(&body).unwrap_or_default(),
        }
    }

    /// Sends a POST request with the platform's test key. An empty `account` is the platform itself.
    pub(crate) async fn post(&self, account: &str, path: &str, form: &str) -> Reply {
        self.post_as(TEST, account, path, form).await
    }

    pub(crate) async fn post_as(&self, key: &str, account: &str, path: &str, form: &str) -> Reply {
        let bearer = format!("Bearer {key}");
        let mut headers = vec![("Authorization", bearer.as_str())];
        if !account.is_empty() {
            headers.push(("Stripe-Account", account));
        }
        self.call(Method::POST, path, form, &headers).await
    }

    pub(crate) async fn get(&self, account: &str, path: &str) -> Reply {
        let bearer = format!("Bearer {TEST}");
        let mut headers = vec![("Authorization", bearer.as_str())];
        if !account.is_empty() {
            headers.push(("Stripe-Account", account));
        }
        self.call(Method::GET, path, "", &headers).await
    }

    pub(crate) async fn control(&self, path: &str, body: &Value) -> Value {
        let token = self.bearer();
        let headers = [
            ("Content-Type", "application/json"),
            ("Authorization", token.as_str()),
        ];
        let reply = self
            .call(
                Method::POST,
                &format!("/_sim/{path}"),
                &body.to_string(),
                &headers,
            )
            .await;
        assert_eq!(reply.status, 200, "{path}: {}", reply.body);
        reply.body
    }

    pub(crate) async fn list(&self, path: &str) -> Vec<Value> {
        let reply = self
            .call(
                Method::GET,
                &format!("/_sim/{path}"),
                "",
                &[("Authorization", &self.bearer())],
            )
            .await;
        reply.body.as_array().cloned().expect("a list")
    }

    /// What control calls present.
    fn bearer(&self) -> String {
        format!("Bearer {}", self.running.control_token())
    }

    /// Creates an account that is connected in the given modes.
    pub(crate) async fn account(&self, livemodes: &[bool]) -> String {
        let account = self.control("accounts", &json!({})).await;
        let id = account["id"].as_str().expect("an id").to_owned();
        for livemode in livemodes {
            let path = format!("accounts/{id}/connect");
            self.control(&path, &json!({ "livemode": livemode })).await;
        }
        id
    }

    pub(crate) async fn price(&self, account: &str) -> String {
        let product = self.post(account, "/v1/products", "name=Acme").await.id();
        let form = format!("product={product}&currency=usd&unit_amount=2900");
        self.post(account, "/v1/prices", &form).await.id()
    }

    /// Opens an address of the simulator in a browser.
    pub(crate) async fn browse(&self, url: &str) -> Reply {
        let path = url.strip_prefix(self.running.api_url());
        let path = path.expect("an address of the simulator");
        self.call(Method::GET, path, "", &[]).await
    }

    /// Pays a session with a card, and perhaps with a promotion code.
    pub(crate) async fn pay(&self, session: &str, promotion_code: &str) -> Reply {
        let form = format!(
            "email=ada@shop.test&card_number=4242424242424242&expiry=1234&cvc=123\
             &promotion_code={promotion_code}"
        );
        let path = format!("/c/pay/{session}");
        self.call(Method::POST, &path, &form, &[]).await
    }

    /// Creates a session in test mode.
    pub(crate) async fn session(&self, account: &str) -> String {
        let form = checkout(&self.price(account).await);
        self.post(account, "/v1/checkout/sessions", &form)
            .await
            .id()
    }
}

/// The required parameters of a session.
pub(crate) fn checkout(price: &str) -> String {
    format!(
        "mode=payment&success_url=http://shop.test/&line_items[0][price]={price}&line_items[0][quantity]=1"
    )
}

/// Calls `find` until it returns a value.
pub(crate) async fn eventually<T>(what: &str, mut find: impl AsyncFnMut() -> Option<T>) -> T {
    for _ in 0..500 {
        if let Some(found) = find().await {
            return found;
        }
        sleep(Duration::from_millis(10)).await;
    }
    panic!("timeout while waiting for {what}");
}
