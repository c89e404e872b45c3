//! Nothing secret is logged, however much is logged, nor told in an error.

use mintage_testkit::LoopbackSmtp;
use mintage_testkit::loopback::smtp as loopback_smtp;
use serde_json::{Value, json};

use crate::harness::seller::{ApiKey, signed, signed_by_lines, signed_to};
use crate::harness::stage::{LIVE_SECRET, SANDBOX_SECRET};
use crate::harness::stripe::{Pay, news};
use crate::harness::wire::split;
use crate::harness::{Answer, Manner, Receiver, Request, Seller, Stage, eventually, page};

/// What must never be seen, each with its name.
#[derive(Default)]
struct Secrets(Vec<(&'static str, String)>);

impl Secrets {
    fn keep(&mut self, name: &'static str, value: &str) {
        assert!(value.len() >= 8, "{name} is too short to be looked for");
        self.0.push((name, value.to_owned()));
    }

    fn assert_absent(&self, place: &str, text: &str) {
        for (name, value) in &self.0 {
            if let Some(at) = text.find(value.as_str()) {
                let before = text[..at].rsplit('\n').next().unwrap_or_default();
                panic!("{place} shows the {name} after: {before}");
            }
        }
    }
}

/// The value of a field in a query.
fn field(url: &str, name: &str) -> String {
    let (_, rest) = url.split_once(&format!("{name}=")).expect(name);
    rest.split('&').next().expect("a value").to_owned()
}

/// Calls that go wrong, each with secrets in them.
fn mistakes(
    stage: &Stage,
    seller: &Seller,
    api_key: &ApiKey,
    key: &str,
    event: &Value,
) -> Vec<Answer> {
    let now = seller.now();
    let body = json!({ "key": key }).to_string();
    let twice = signed(api_key, &now.to_string(), &body);
    stage.api.send(&twice).expect(200);
    let wish = Seller::wish("lifetime");
    let checkout = |credential: &str| {
        let request = Request::post("/api/acme/checkout").json(&wish);
        stage.api.send(&request.bearer(credential))
    };
    let secret_as_id = ApiKey {
        id: api_key.secret.clone(),
        secret: api_key.secret.clone(),
    };
    let garbage = Request::post("/v1/products").body("application/json", seller.token.clone());
    vec![
        stage.api.send(&twice),
        stage
            .api
            .send(&signed(&secret_as_id, &now.to_string(), &body)),
        stage.api.send(&signed(api_key, "1", &body)),
        stage.api.send(&signed(api_key, &now.to_string(), key)),
        checkout(&seller.token),
        stage
            .api
            .send(&Request::get("/v1/licenses").bearer(&seller.checkout_key)),
        seller.manage(garbage),
        seller.manage(Request::get(format!("/v1/licenses/{key}"))),
        seller.manage(Request::get(format!("/v1/licenses?email={key}"))),
        seller.post(
            "/v1/products",
            &json!({"productId": key, "keyPrefix": seller.token}),
        ),
        stage
            .api
            .send(&Request::get(format!("/{}", seller.checkout_key))),
        stage.api.send(&news(event, &seller.checkout_key, now)),
        stage
            .api
            .send(&news(&json!({"key": key}), SANDBOX_SECRET, now)),
    ]
}

/// Issues a license, asks for it again, and goes wrong with its key.
fn issue(stage: &Stage, seller: &Seller, api_key: &ApiKey, secrets: &mut Secrets) -> [Answer; 2] {
    let send = |nth: i64, body: &Value| {
        let at = (seller.now() * 1_000 + nth).to_string();
        let call = signed_to("/v1/issue", api_key, &at, body.to_string());
        stage.api.send(&call.header("Idempotency-Key", "order-1"))
    };
    let body = json!({"planCode": "lifetime", "customer": {"email": "a@example.com"}});
    let issued = send(1, &body).expect(200);
    let key = issued["key"].as_str().expect("a key");
    secrets.keep("issued key", key);
    assert_eq!(send(2, &body).expect(200)["key"], key);
    [
        send(3, &json!({"planCode": key, "customer": {"email": key}})),
        send(
            4,
            &json!({"planCode": key, "customer": {"email": "a@example.com"}}),
        ),
    ]
}

/// Calls of other kinds of keys that go wrong, after some that go well.
fn other_keys(stage: &Stage, seller: &Seller, key: &str, secrets: &mut Secrets) -> Vec<Answer> {
    let wish = json!({
        "productId": "pro", "scope": "FULL", "mode": "sandbox", "signatureVersion": 2,
    });
    let by_lines = seller.api_key_of(&wish);
    secrets.keep("API secret", &by_lines.secret);
    let publishable = seller.publishable_key("pro", "sandbox");
    let (now, body) = (seller.now().to_string(), json!({ "key": key }).to_string());
    let good = signed_by_lines("/v1/validate", &by_lines, (&now, "nonce-0123456789"), &body);
    let unsigned = |path: &str, body: &Value| {
        let call = Request::post(path).bearer(&publishable).json(body);
        stage.api.send(&call)
    };
    let asking = json!({"key": key, "fingerprint": "a"});
    stage.api.send(&good).expect(200);
    unsigned("/v1/activate", &asking).expect(200);
    vec![
        stage.api.send(&good),
        stage.api.send(&good.clone().to("/v1/activate")),
        stage.api.send(&signed_by_lines(
            "/v1/validate",
            &by_lines,
            (&now, &by_lines.secret),
            &body,
        )),
        unsigned(
            "/v1/deactivate",
            &json!({"key": key, "activationId": "act_1"}),
        ),
        unsigned("/v1/activate", &json!({ "key": key, "fingerprint": [key] })),
        unsigned("/v1/validate", &json!({ "key": [key] })),
    ]
}

/// A buyer at the thank-you page, whose address has a token.
fn thank_you_page(stage: &Stage, seller: &Seller, secrets: &mut Secrets) -> Vec<Answer> {
    let mut wish = Seller::wish("lifetime");
    wish.as_object_mut()
        .expect("an object")
        .remove("success_url");
    let opened = seller.checkout(&wish).expect(200);
    let url = opened["url"].as_str().expect("a URL");
    let page = stage.stripe.pay(url, "buyer@example.com", Pay::Card);
    let (address, token) = page.split_once("?token=").expect("a token");
    secrets.keep("token of a thank-you page", token);
    let path = |url: &str| split(url).1;
    let shown = stage.api.send(&Request::get(path(&page)));
    assert_eq!(shown.status, 200);
    let wrong = format!("{}x/resend?token={token}", path(address));
    vec![stage.api.send(&Request::post(wrong))]
}

/// A mail that is taken leaves no more traces than one that is not.
fn send_again(seller: &Seller, smtp: &LoopbackSmtp) {
    let good = seller
        .licenses()
        .into_iter()
        .find(|it| it["status"] == "ACTIVE");
    let good = good.expect("one is good");
    let id = good["id"].as_str().expect("an id");
    let resend = Request::post(format!("/v1/licenses/{id}/resend"));
    seller.manage(resend).expect(202);
    eventually("a mail", || (!smtp.received().is_empty()).then_some(()));
}

/// Stripe fails in every way while its keys are in use.
fn failures(stage: &Stage, seller: &Seller) -> Vec<Answer> {
    let faults = [
        json!({"status": {"status": 500}}),
        json!({"status": {"status": 401}}),
        json!({"status": {"status": 429, "retry_after": 1}}),
        json!("close"),
        json!("lose_answer"),
    ];
    let fail = |fault: &Value| {
        stage.stripe.fault("/v1/checkout/sessions", fault, 1);
        seller.checkout(&Seller::wish("lifetime"))
    };
    faults.iter().map(fail).collect()
}

/// Connects in the end; returns what went wrong before.
fn connect(stage: &Stage, seller: &mut Seller, secrets: &mut Secrets) -> [Answer; 3] {
    let link = seller.connect_link("sandbox");
    let (_, ticket) = link.rsplit_once('/').expect("a ticket");
    secrets.keep("ticket of a connection", ticket);
    let opened = seller.browse(&link);
    let cookie = opened.header("set-cookie").expect("a cookie");
    let (_, cookie) = cookie.split_once('=').expect("a value");
    secrets.keep("secret of a browser", &cookie[..64]);
    let url = page::followed(opened.text());
    secrets.keep("OAuth state", &field(&url, "state"));
    let callback = stage.stripe.consent(&url, "connect", "");
    secrets.keep("OAuth code", &field(&callback, "code"));
    stage.stripe.fault("/oauth/token", &json!("close"), 1);
    let unknown = callback.replace("state=", "state=0");
    let errors = [&callback, &callback, &unknown].map(|callback| seller.come_back(callback));
    let page = seller.connect("sandbox");
    secrets.keep("checkout key", &seller.checkout_key);
    assert!(
        page.text().contains(&seller.checkout_key),
        "shown, this once"
    );
    errors
}

#[test]
fn no_secret_is_logged_at_any_level_or_told_in_an_error() {
    let smtp = LoopbackSmtp::with_login("mailer-of-acme", "sesame-for-mail");
    let login = "mailer-of-acme:sesame-for-mail";
    let mut stage = Stage::with(&[
        (
            "MINTAGE_SMTP_URL",
            &format!("smtp://{login}@{}", smtp.address()),
        ),
        ("MINTAGE_MAIL_FROM", "licenses@acme.test"),
    ]);
    // Its answer will quote the key.
    smtp.be(loopback_smtp::Manner::RefusingContent);
    let server = stage.serve_apart();
    let made = server.run(&[
        "tenant", "create", "--tenant", "acme", "--email", "a@b.test", "--json",
    ]);
    let token = made["managementToken"].as_str().expect("a token");
    let mut seller = Seller::of(&stage, "acme", token.to_owned());
    let mut secrets = Secrets::default();
    let mut errors = Vec::new();
    secrets.keep("management token", token);
    secrets.keep("sandbox webhook secret", SANDBOX_SECRET);
    secrets.keep("live webhook secret", LIVE_SECRET);
    secrets.keep("mail server's user", "mailer-of-acme");
    secrets.keep("mail server's password", "sesame-for-mail");
    secrets.keep("platform's key", "sk_test_");
    secrets.keep("platform's key", "sk_live_");
    secrets.keep("master key", server.master_key().as_str());

    let receiver = Receiver::start();
    let signing = seller.tell(&receiver);
    secrets.keep("signing secret", signing.trim_start_matches("whsec_"));
    seller.product("pro", "checked");
    seller.key_type("pro", "lifetime", Some(2_900));

    errors.extend(connect(&stage, &mut seller, &mut secrets));
    seller.set_up_prices();

    receiver.answer(Manner::Status(500));
    let (session, license) = seller.sell_one();
    let key = seller.reveal(&license);
    secrets.keep("license key", &key);
    secrets.keep("license key", &key.replace('-', ""));
    let api_key = seller.api_key("pro", "FULL", "sandbox");
    secrets.keep("API secret", &api_key.secret);
    let event = stage
        .stripe
        .event_of(&session, "checkout.session.completed");
    errors.extend(mistakes(&stage, &seller, &api_key, &key, &event));
    errors.extend(other_keys(&stage, &seller, &key, &mut secrets));
    errors.extend(failures(&stage, &seller));
    seller.sell("lifetime", "buyer@example.com", Pay::BankDebit);
    stage.stripe.refund(&session, None);
    seller.await_status("REVOKED");
    errors.extend(thank_you_page(&stage, &seller, &mut secrets));
    errors.extend(issue(&stage, &seller, &api_key, &mut secrets));
    for failure in [
        "the delivery failed and will be retried",
        "the mail was not sent and will be retried",
    ] {
        eventually(failure, || server.log().contains(failure).then_some(()));
    }
    smtp.be(loopback_smtp::Manner::Taking);
    let first = seller.licenses().pop().expect("licenses");
    let path = format!(
        "/v1/licenses/{}/mails",
        first["id"].as_str().expect("an id")
    );
    secrets.assert_absent("a list of mails", &seller.get(&path).to_string());
    send_again(&seller, &smtp);

    for answer in &errors {
        assert!(answer.status >= 400, "{}", answer.text());
        secrets.assert_absent(&format!("an error {:?}", answer.error()), answer.text());
    }
    let log = server.log();
    assert!(log.contains("\"level\":\"TRACE\""), "all is logged");
    assert!(
        log.contains("/api/{tenant}/checkout"),
        "requests are logged by their route"
    );
    secrets.assert_absent("the log", &log);
}
