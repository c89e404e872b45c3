//! `POST /api/{tenant}/checkout`: each of its answers.

use std::time::Duration;

use serde_json::{Value, json};

use crate::harness::{Answer, Request, Seller, Stage};

fn without_id(answer: &Answer) -> (u16, Value) {
    let mut body = answer.json();
    body["error"]["request_id"] = Value::Null;
    (answer.status, body)
}

#[test]
fn a_bad_body_or_field_is_400_and_each_bad_field_is_named() {
    let stage = Stage::new();
    let seller = Seller::selling(&stage, "acme");
    let before = seller.snapshot();
    for (field, bad) in [
        ("product_id", json!("No Slug")),
        ("product_id", Value::Null),
        ("product_id", json!(7)),
        ("key_type_id", json!("")),
        ("key_type_id", json!(["lifetime"])),
        ("success_url", json!("javascript:alert(1)")),
        ("success_url", json!("ftp://shop.test/")),
        ("success_url", json!("//shop.test/")),
        ("success_url", json!("https://user:word@shop.test/")),
        ("cancel_url", json!("data:text/html,hi")),
        ("cancel_url", Value::Null),
        ("customer_email", json!("nobody")),
    ] {
        let mut wish = Seller::wish("lifetime");
        wish[field] = bad.clone();
        let refused = seller.checkout(&wish);
        assert_eq!(
            refused.error(),
            (400, "validation/invalid-input".into()),
            "{field} {bad}"
        );
        assert_eq!(refused.bad_fields(), [field], "{bad}");
        stage.advance(Duration::from_secs(10));
    }
    let all = seller.checkout(&json!({"success_url": "x"}));
    assert_eq!(
        all.bad_fields(),
        ["product_id", "key_type_id", "success_url", "cancel_url"]
    );
    assert_eq!(seller.snapshot(), before);
}

#[test]
fn a_body_that_is_no_json_object_or_too_large_or_of_another_type_is_refused() {
    let stage = Stage::new();
    let seller = Seller::selling(&stage, "acme");
    let before = seller.snapshot();
    let too_large = format!("{{\"x\":\"{}\"}}", "y".repeat((1 << 20) - 7));
    assert_eq!(too_large.len(), (1 << 20) + 1);
    let sound = Seller::wish("lifetime").to_string();
    let deep = "[".repeat(50_000);
    for (kind, body, status, code) in [
        (
            "application/json",
            "{\"product_id\":",
            400,
            "validation/invalid-input",
        ),
        ("application/json", "", 400, "validation/invalid-input"),
        ("application/json", "[]", 400, "validation/invalid-input"),
        ("application/json", &deep, 400, "validation/invalid-input"),
        ("application/json", "\u{0}", 400, "validation/invalid-input"),
        (
            "text/plain",
            &sound,
            415,
            "validation/unsupported-media-type",
        ),
        (
            "application/x-www-form-urlencoded",
            "a=1",
            415,
            "validation/unsupported-media-type",
        ),
        (
            "application/json",
            &too_large,
            413,
            "validation/body-too-large",
        ),
    ] {
        let request = Request::post("/api/acme/checkout").body(kind, body);
        let refused = stage.api.send(&request.bearer(&seller.checkout_key));
        assert_eq!(refused.error(), (status, code.to_owned()), "{kind}");
    }
    assert_eq!(seller.snapshot(), before);
}

#[test]
fn a_missing_or_wrong_key_and_an_unknown_tenant_cannot_be_told_apart() {
    let stage = Stage::new();
    let seller = Seller::selling(&stage, "acme");
    let other = Seller::selling(&stage, "other");
    let before = seller.snapshot();
    let wish = Seller::wish("lifetime");
    let call = |tenant: &str| Request::post(format!("/api/{tenant}/checkout")).json(&wish);
    let mut answers = vec![
        call("acme"),
        call("acme").header("Authorization", "Basic YTpi"),
        call("acme").bearer(&"0".repeat(64)),
        call("acme").bearer(&seller.checkout_key.to_uppercase()),
        call("acme").bearer(&other.checkout_key),
        call("acme").bearer(&seller.token),
        call("nobody").bearer(&seller.checkout_key),
        call("No%20Slug").bearer(&seller.checkout_key),
        call("nobody"),
    ]
    .into_iter()
    .map(|request| without_id(&stage.api.send(&request)));
    let first = answers.next().expect("an answer");
    assert_eq!(first.0, 401);
    assert_eq!(first.1["error"]["code"], "api/key-invalid");
    for answer in answers {
        assert_eq!(answer, first);
    }
    assert_eq!(seller.snapshot(), before);
}

#[test]
fn the_key_dies_when_it_is_rotated() {
    let stage = Stage::new();
    let mut seller = Seller::selling(&stage, "acme");
    let rotate = Request::post("/v1/integrations/stripe/rotate-checkout-key");
    let rotated = seller.manage(rotate);
    assert_eq!(rotated.header("cache-control"), Some("no-store"));
    let old = seller.checkout(&Seller::wish("lifetime"));
    assert_eq!(old.error(), (401, "api/key-invalid".into()));
    let new = rotated.expect(200)["checkoutKey"].clone();
    seller.checkout_key = new.as_str().expect("a key").to_owned();
    seller.checkout(&Seller::wish("lifetime")).expect(200);
}

#[test]
fn what_does_not_exist_is_404_and_what_has_no_price_is_422() {
    let stage = Stage::new();
    let seller = Seller::selling(&stage, "acme");
    seller.key_type("pro", "unpriced", None);
    seller.key_type("pro", "priced-later", Some(500));
    let before = seller.snapshot();
    for (product, key_type, status, code) in [
        ("none", "lifetime", 404, "common/not-found"),
        ("pro", "none", 404, "common/not-found"),
        ("pro", "unpriced", 422, "checkout/no-price"),
        ("pro", "priced-later", 422, "checkout/no-price"),
    ] {
        let mut wish = Seller::wish(key_type);
        wish["product_id"] = product.into();
        let refused = seller.checkout(&wish);
        assert_eq!(
            refused.error(),
            (status, code.to_owned()),
            "{product} {key_type}"
        );
    }
    assert_eq!(seller.snapshot(), before);
    let set_up = seller.set_up_prices();
    assert_eq!(set_up["created"][0]["keyTypeId"], "priced-later");
    seller.checkout(&Seller::wish("priced-later")).expect(200);
}

#[test]
fn an_account_that_cannot_charge_and_one_that_is_gone_are_409() {
    let stage = Stage::silent(&[]);
    let seller = Seller::selling(&stage, "acme");
    let account = seller.account();
    let path = format!("accounts/{account}");
    stage
        .stripe
        .control(&path, &json!({"charges_enabled": false}));
    let refused = seller.checkout(&Seller::wish("lifetime"));
    assert_eq!(refused.error(), (409, "stripe/cannot-charge".into()));
    let said = &refused.json()["error"]["details"][0];
    let message = said["message"].as_str().expect("a message");
    assert!(message.contains("cannot currently make"), "{said}");
    stage
        .stripe
        .control(&path, &json!({"charges_enabled": true}));
    seller.checkout(&Seller::wish("lifetime")).expect(200);

    // The seller removes the platform at Stripe, and its news has not come yet.
    stage
        .stripe
        .control(&format!("{path}/deauthorize"), &json!({}));
    let refused = seller.checkout(&Seller::wish("lifetime"));
    assert_eq!(refused.error(), (409, "stripe/not-connected".into()));
    let orders = seller.items("/v1/orders");
    let abandoned = orders.iter().filter(|order| order["status"] == "abandoned");
    assert_eq!((orders.len(), abandoned.count()), (3, 2));
}

#[test]
fn a_failing_stripe_is_502_a_busy_one_503_and_the_order_is_abandoned() {
    let stage = Stage::new();
    let seller = Seller::selling(&stage, "acme");
    let failed = (502, "stripe/failed", None);
    let busy = |seconds| (503, "stripe/unavailable", Some(seconds));
    for (nth, (fault, (status, code, wait))) in [
        (json!({"status": {"status": 500}}), failed),
        (
            json!({"status": {"status": 429, "retry_after": 37}}),
            busy("37"),
        ),
        (json!({"status": {"status": 429}}), busy("1")),
        (json!("close"), failed),
        (json!("lose_answer"), failed),
    ]
    .into_iter()
    .enumerate()
    {
        stage.stripe.fault("/v1/checkout/sessions", &fault, 1);
        let refused = seller.checkout(&Seller::wish("lifetime"));
        assert_eq!(refused.error(), (status, code.into()), "{fault}");
        assert_eq!(refused.header("retry-after"), wait, "{fault}");
        let orders = seller.items("/v1/orders");
        assert_eq!(orders.len(), nth + 1, "{fault}");
        assert!(
            orders.iter().all(|order| order["status"] == "abandoned"),
            "{fault}"
        );
        assert!(
            orders.iter().all(|order| order["sessionId"].is_null()),
            "{fault}"
        );
    }
    seller.checkout(&Seller::wish("lifetime")).expect(200);
}

#[test]
fn what_stripe_refuses_for_good_is_422_with_its_own_code_and_message() {
    let stage = Stage::new();
    let seller = Seller::selling(&stage, "acme");
    for (status, code, message) in [
        (400, Some("email_invalid"), "Invalid email address: a@b"),
        (400, Some("url_invalid"), "Not a valid URL"),
        (402, Some("card_declined"), "Your card was declined."),
        (403, None, "You may not use this feature."),
        (
            400,
            Some("amount_too_small"),
            "Amount must be at least $0.50 usd",
        ),
    ] {
        let fault = json!({"status": {"status": status, "code": code, "message": message}});
        stage.stripe.fault("/v1/checkout/sessions", &fault, 1);
        let refused = seller.checkout(&Seller::wish("lifetime"));
        assert_eq!(refused.status, 422, "{}", refused.text());
        let details = refused.json()["error"]["details"].clone();
        let mut expected = json!([{"path": "stripe", "message": message}]);
        if let Some(code) = code {
            expected[0]["code"] = code.into();
        }
        assert_eq!(details, expected);
        assert_eq!(refused.header("retry-after"), None);
    }
    let key = "sk_test_51abcdef";
    let message = format!("Invalid key {key}");
    let fault = json!({"status": {"status": 400, "message": message}});
    stage.stripe.fault("/v1/checkout/sessions", &fault, 1);
    let refused = seller.checkout(&Seller::wish("lifetime"));
    assert_eq!(refused.error(), (422, "stripe/refused".into()));
    assert!(!refused.text().contains(key), "{}", refused.text());
}

#[test]
fn the_twenty_first_checkout_of_a_minute_is_429_and_other_tenants_go_on() {
    let stage = Stage::new();
    let seller = Seller::selling(&stage, "acme");
    let other = Seller::selling(&stage, "other");
    let wish = Seller::wish("lifetime");
    for _ in 0..30 {
        let wrong = Request::post("/api/acme/checkout").json(&wish);
        let refused = stage.api.send(&wrong.bearer(&"f".repeat(64)));
        assert_eq!(
            refused.status, 401,
            "a wrong key takes nothing of the allowance"
        );
    }
    for nth in 1..=20 {
        assert_eq!(seller.checkout(&wish).status, 200, "the {nth}th");
    }
    let refused = seller.checkout(&wish);
    assert_eq!(refused.error(), (429, "common/rate-limited".into()));
    let wait = refused
        .header("retry-after")
        .and_then(|wait| wait.parse().ok());
    let wait = wait.expect("seconds");
    assert!((1..=60).contains(&wait), "{wait}");
    assert_eq!(
        seller.items("/v1/orders?limit=100").len(),
        20,
        "nothing was opened"
    );
    other.checkout(&wish).expect(200);
    stage.advance(Duration::from_secs(wait));
    seller.checkout(&wish).expect(200);
}
