//! From an empty tenant to a validated license, in the sandbox and live.

use serde_json::{Value, json};

use crate::harness::stripe::Pay;
use crate::harness::wire::Message;
use crate::harness::{Receiver, Request, Seller, Stage, eventually, sign};

#[test]
fn a_paid_checkout_mints_a_license_delivers_its_key_and_validates() {
    let stage = Stage::new();
    let mut seller = Seller::new(&stage, "acme");
    seller.product("pro", "classic");
    seller.key_type("pro", "lifetime", Some(2_900));
    let receiver = Receiver::start();
    let secret = seller.tell(&receiver);

    let page = seller.connect("sandbox");
    assert_eq!(page.header("cache-control"), Some("no-store"));
    assert_eq!(seller.checkout_key.len(), 64);
    let created = &seller.set_up_prices()["created"];
    assert_eq!(created[0]["keyTypeId"], "lifetime");

    let url = seller.open("lifetime");
    assert!(
        seller.licenses().is_empty(),
        "an open checkout mints nothing"
    );
    let back = stage.stripe.pay(&url, "Buyer@Example.com", Pay::Card);
    assert!(back.starts_with("https://shop.test/thanks?session=cs_test_"));
    let license = seller.await_status("ACTIVE");
    let session = crate::harness::seller::session_of(&url);

    assert_eq!(license["customerEmail"], "buyer@example.com");
    assert_eq!(license["mode"], "sandbox");
    assert_eq!(license["expiresAt"], Value::Null);
    let order = &seller.items("/v1/orders")[0];
    assert_eq!(order["status"], "fulfilled");
    assert_eq!(order["sessionId"], session.as_str());
    assert_eq!(order["id"], license["orderId"]);
    assert_eq!(
        (&order["totalInCents"], &order["feeInCents"]),
        (&json!(2_900), &json!(15))
    );

    let told = eventually("the key to be delivered", || receiver.received().pop());
    let key = seller.reveal(&license);
    let said = assert_signed(&told, &secret);
    assert_eq!(
        said,
        json!({
            "id": said["id"],
            "created": seller.now(),
            "version": "2026-05-01",
            "event": "license.created",
            "tenant_id": "acme",
            "mode": "sandbox",
            "key": key,
            "product_id": "pro",
            "key_type_id": "lifetime",
            "customer_email": "buyer@example.com",
            "session_id": session,
            "license_id": license["id"],
            "order_id": license["orderId"],
            "status": "ACTIVE",
            "reason": null,
            "expires_at": null,
            "metadata": {},
            "occurred_at": said["occurred_at"],
            "sequence": 1,
            "customer_id": license["customerId"],
            "external_id": null,
        })
    );
    let api_key = seller.api_key("pro", "VALIDATE_ONLY", "sandbox");
    let valid = seller.validate(&api_key, &key);
    assert_eq!(
        (&valid["valid"], &valid["licenseId"]),
        (&json!(true), &license["id"])
    );
}

/// Checks both signatures of a delivery, and that its ids are one; returns what it says.
fn assert_signed(told: &Message, secret: &str) -> Value {
    let said = told.json();
    let id = said["id"].as_str().expect("an id");
    assert_eq!(told.header("content-type"), Some("application/json"));
    assert_eq!(told.header("webhook-id"), Some(id));
    assert_eq!(told.header("x-keylight-delivery-id"), Some(id));
    let t = told.header("webhook-timestamp").expect("a timestamp");
    let standard = sign::standard_webhooks(secret, id, t, &told.body);
    assert_eq!(told.header("webhook-signature"), Some(standard.as_str()));
    let keylight = sign::stripe(secret, t.parse().expect("seconds"), &told.body);
    assert_eq!(told.header("x-keylight-signature"), Some(keylight.as_str()));
    said
}

#[test]
fn a_seller_switches_from_the_sandbox_to_live_and_sells_there() {
    let stage = Stage::new();
    let mut seller = Seller::selling(&stage, "acme");
    let (_, in_sandbox) = seller.sell_one();
    let (checkout_key, sandbox) = (seller.checkout_key.clone(), seller.account());

    let page = seller.connect("live");
    assert!(page.text().contains("goes on as before"), "{}", page.text());
    assert_eq!(seller.checkout_key, checkout_key, "no second key is shown");
    assert_eq!(seller.status()["mode"], "live");
    let live = seller.account();
    assert_ne!(live, sandbox);
    assert_eq!(stage.stripe.connected(&sandbox), (false, false), "let go");
    assert_eq!(stage.stripe.connected(&live), (false, true));
    let refused = seller.checkout(&Seller::wish("lifetime"));
    assert_eq!(
        refused.error(),
        (422, "checkout/no-price".into()),
        "the prices are forgotten"
    );

    seller.set_up_prices();
    let (session, license) = seller.sell_one();
    assert!(session.starts_with("cs_live_"), "{session}");
    assert_eq!(license["mode"], "live");
    let (sandbox_key, live_key) = (seller.reveal(&in_sandbox), seller.reveal(&license));
    let api_key = seller.api_key("pro", "FULL", "live");
    assert!(api_key.id.starts_with("ak_live_"));
    assert_eq!(seller.validate(&api_key, &live_key)["valid"], true);
    let other = seller.validate(&api_key, &sandbox_key);
    assert_eq!(
        (&other["valid"], &other["reason"]),
        (&json!(false), &json!("not_found"))
    );
}

#[test]
fn a_live_connection_never_goes_back_and_no_mode_is_connected_twice() {
    let stage = Stage::new();
    let mut seller = Seller::new(&stage, "acme");
    for (connected, asked) in [
        ("sandbox", &["sandbox"][..]),
        ("live", &["sandbox", "live"][..]),
    ] {
        seller.connect(connected);
        for mode in asked {
            let before = seller.snapshot();
            let refused = seller.post("/v1/integrations/stripe/connect", &json!({"mode": mode}));
            let is_way_back = connected == "live" && *mode == "sandbox";
            let code = if is_way_back {
                "connect/live-is-one-way"
            } else {
                "stripe/mode-refused"
            };
            assert_eq!(refused.error(), (409, code.into()));
            assert_eq!(seller.snapshot(), before);
        }
    }
}

#[test]
fn a_payment_that_was_under_way_when_the_seller_disconnected_still_mints() {
    let stage = Stage::silent(&[]);
    let seller = Seller::selling(&stage, "acme");
    let account = seller.account();
    let session = seller.sell("lifetime", "buyer@example.com", Pay::Card);
    let paid = stage
        .stripe
        .event_of(&session, "checkout.session.completed");

    let gone = seller.manage(Request::new("DELETE", "/v1/integrations/stripe"));
    assert_eq!(gone.status, 204);
    assert_eq!(seller.status()["connected"], false);
    assert_eq!(stage.stripe.connected(&account), (false, false));
    let refused = seller.checkout(&Seller::wish("lifetime"));
    assert_eq!(
        refused.error(),
        (409, "stripe/not-connected".into()),
        "and not 401"
    );

    assert_eq!(seller.hear(&paid).expect(200)["outcome"], "applied");
    seller.await_status("ACTIVE");
}

#[test]
fn the_platforms_fee_is_half_a_percent_rounded_half_up() {
    let stage = Stage::new();
    let mut seller = Seller::new(&stage, "acme");
    seller.product("pro", "classic");
    let table = [
        (999, 5),
        (2_900, 15),
        (4_900, 25),
        (9_900, 50),
        (19_900, 100),
    ];
    for (price, _) in table {
        seller.key_type("pro", &format!("for-{price}"), Some(price));
    }
    seller.connect("sandbox");
    seller.set_up_prices();
    for (price, fee) in table {
        let session = seller.sell(&format!("for-{price}"), "buyer@example.com", Pay::Card);
        let order = seller.await_order(&session, "fulfilled");
        assert_eq!(
            (&order["priceInCents"], &order["feeInCents"]),
            (&json!(price), &json!(fee))
        );
        let asked = stage
            .stripe
            .posts("/v1/checkout/sessions")
            .pop()
            .expect("a call");
        let asked = &asked["params"]["payment_intent_data[application_fee_amount]"];
        assert_eq!(*asked, fee.to_string(), "of {price}");
    }
}

#[test]
fn what_is_free_mints_without_payment_and_without_a_fee() {
    let stage = Stage::new();
    let mut seller = Seller::new(&stage, "acme");
    seller.product("pro", "classic");
    seller.key_type("pro", "free", Some(0));
    seller.connect("sandbox");
    seller.set_up_prices();
    let session = seller.sell("free", "buyer@example.com", Pay::Card);
    let order = seller.await_order(&session, "fulfilled");
    assert_eq!(
        (&order["totalInCents"], &order["feeInCents"]),
        (&json!(0), &Value::Null)
    );
    let completed = stage
        .stripe
        .event_of(&session, "checkout.session.completed");
    let session = &completed["data"]["object"];
    assert_eq!(session["payment_status"], "no_payment_required");
    let asked = stage
        .stripe
        .posts("/v1/checkout/sessions")
        .pop()
        .expect("a call");
    let params = asked["params"].as_object().expect("parameters");
    assert!(
        params.keys().all(|name| !name.contains("fee")),
        "{params:?}"
    );
}

#[test]
fn a_session_carries_whose_it_is_and_nothing_stands_in_for_our_own_record() {
    let stage = Stage::new();
    let seller = Seller::selling(&stage, "acme");
    let mut wish = Seller::wish("lifetime");
    wish["customer_email"] = "Buyer@Example.com".into();
    let url = seller.checkout(&wish).expect(200)["url"].to_string();
    let asked = stage
        .stripe
        .posts("/v1/checkout/sessions")
        .pop()
        .expect("a call");
    let params = &asked["params"];
    assert!(url.contains("/c/pay/cs_test_"));
    assert_eq!(params["success_url"], wish["success_url"]);
    assert_eq!(params["cancel_url"], wish["cancel_url"]);
    assert_eq!(params["customer_email"], "buyer@example.com");
    assert_eq!(asked["stripe_account"], seller.account().as_str());
    let order = &seller.items("/v1/orders")[0];
    assert_eq!(params["client_reference_id"], order["id"]);
    for at in ["metadata", "payment_intent_data[metadata]"] {
        for (name, value) in [
            ("tenant_id", "acme"),
            ("product_id", "pro"),
            ("key_type_id", "lifetime"),
            ("customer_email", "buyer@example.com"),
        ] {
            assert_eq!(params[format!("{at}[{name}]")], value, "{at} {name}");
        }
    }
}
