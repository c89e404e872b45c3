//! The Stripe key of a product, and the buy page: checkouts on a seller's own account, without Connect.

use serde_json::{Value, json};

use crate::harness::page::element;
use crate::harness::seller::session_of;
use crate::harness::stripe::Pay;
use crate::harness::{Answer, Request, Seller, Stage, sign};

const KEY: &str = "/v1/products/pro/stripe-key";
const SECRET: &str = "whsec_manual_of_tests_0001";

/// A seller who never connected.
fn seller(stage: &Stage) -> Seller {
    let seller = Seller::new(stage, "acme");
    seller.product("pro", "classic");
    seller.key_type("pro", "lifetime", Some(2_900));
    let body = json!({"mode": "sandbox", "webhookSecret": SECRET});
    let request = Request::new("PUT", "/v1/integrations/stripe/manual").json(&body);
    seller.manage(request).expect(200);
    seller
}

fn set(seller: &Seller, key: &str) -> Answer {
    seller.manage(Request::new("PUT", KEY).json(&json!({"key": key})))
}

/// The secret key of a new account in test mode.
fn key_of_account(stage: &Stage) -> String {
    let opened = stage.stripe.control("accounts", &json!({}));
    opened["test"]["secret_key"]
        .as_str()
        .expect("a key")
        .to_owned()
}

/// Tells an event to the manual endpoint, as Stripe does from the seller's own account.
fn tell(stage: &Stage, seller: &Seller, event: &Value) -> Value {
    let body = event.to_string().into_bytes();
    let signature = sign::stripe(SECRET, seller.now(), &body);
    let request = Request::post("/api/acme/stripe/webhook")
        .header("Stripe-Signature", signature)
        .body("application/json", body);
    stage.api.send(&request).expect(200)["outcome"].clone()
}

fn buy(stage: &Stage, path: &str) -> Answer {
    stage.api.send(&Request::post(path))
}

#[test]
fn a_buyer_pays_by_the_buy_link_on_the_sellers_own_account_and_gets_one_license() {
    let stage = Stage::silent(&[]);
    let seller = seller(&stage);
    let answer = set(&seller, &key_of_account(&stage));
    let shown = answer.expect(200);
    assert_eq!([&shown["productId"], &shown["mode"]], ["pro", "sandbox"]);
    assert!(
        shown["keyHint"]
            .as_str()
            .is_some_and(|hint| hint.starts_with("sk_test_..."))
    );
    let path = "/buy/acme/pro/lifetime";
    let page = stage.api.send(&Request::get(path));
    assert_eq!(page.status, 200);
    assert_eq!(element(page.text(), "price").as_deref(), Some("29.00 USD"));
    assert!(page.text().contains("Test mode."));
    assert!(
        page.text()
            .contains("<form method=\"post\" action=\"/buy/acme/pro/lifetime\">")
    );

    let sent = buy(&stage, path);
    assert_eq!(sent.status, 303, "{}", sent.text());
    let url = sent.header("location").expect("Stripe's page").to_owned();
    let session = session_of(&url);
    let order = seller.order_of(&session);
    assert_eq!(
        [&order["status"], &order["feeInCents"]],
        [&json!("open"), &Value::Null]
    );
    stage.stripe.pay(&url, "buyer@example.com", Pay::Card);
    let event = stage
        .stripe
        .event_of(&session, "checkout.session.completed");
    assert_eq!(tell(&stage, &seller, &event), "applied");
    assert_eq!(tell(&stage, &seller, &event), "duplicate");
    assert_eq!(seller.order_of(&session)["status"], "fulfilled");
    assert_eq!(seller.licenses().len(), 1);
    let asked = stage.stripe.posts("/v1/checkout/sessions");
    assert!(
        !asked[0].to_string().contains("application_fee"),
        "{}",
        asked[0]
    );

    let gone = seller.manage(Request::new("DELETE", KEY));
    assert_eq!(gone.status, 204);
    assert_eq!(seller.manage(Request::new("DELETE", KEY)).error().0, 404);
    for method in ["GET", "POST"] {
        let page = stage.api.send(&Request::new(method, path));
        assert_eq!(page.status, 409, "nobody is connected");
        let code = element(page.text(), "error-code");
        assert_eq!(code.as_deref(), Some("stripe/not-connected"), "{method}");
    }
}

#[test]
fn the_buy_link_of_a_connected_seller_sells_on_the_connected_account() {
    let stage = Stage::silent(&[]);
    let seller = Seller::selling(&stage, "acme");
    let sent = buy(&stage, "/buy/acme/pro/lifetime");
    assert_eq!(sent.status, 303, "{}", sent.text());
    let url = sent.header("location").expect("Stripe's page");
    let order = seller.order_of(&session_of(url));
    assert!(
        order["feeInCents"].as_i64().is_some_and(|fee| fee > 0),
        "{order}"
    );
}

#[test]
fn what_is_not_sold_has_a_page_with_its_status_and_a_tenant_sells_twenty_a_minute() {
    let stage = Stage::silent(&[]);
    let seller = seller(&stage);
    set(&seller, &key_of_account(&stage)).expect(200);
    seller.key_type("pro", "free", None);
    seller.key_type("pro", "old", Some(100));
    seller
        .post("/v1/products/pro/key-types/old/archive", &json!({}))
        .expect(200);
    for (path, status, code) in [
        ("/buy/acme/pro/unknown", 404, "common/not-found"),
        ("/buy/acme/unknown/lifetime", 404, "common/not-found"),
        ("/buy/nobody/pro/lifetime", 404, "common/not-found"),
        ("/buy/acme/pro/%20", 404, "common/not-found"),
        ("/buy/acme/pro/free", 422, "checkout/no-price"),
        ("/buy/acme/pro/old", 409, "catalog/archived"),
    ] {
        for method in ["GET", "POST"] {
            let page = stage.api.send(&Request::new(method, path));
            assert_eq!(page.status, status, "{method} {path}");
            let shown = element(page.text(), "error-code");
            assert_eq!(shown.as_deref(), Some(code), "{method} {path}");
        }
    }
    let statuses: Vec<u16> = (0..21)
        .map(|_| buy(&stage, "/buy/acme/pro/lifetime").status)
        .collect();
    assert_eq!(statuses[..20], [303; 20]);
    assert_eq!(statuses[20], 429);
}

#[test]
fn a_key_of_another_kind_or_one_that_stripe_refuses_is_not_stored_and_never_echoed() {
    let stage = Stage::silent(&[]);
    let seller = seller(&stage);
    for (key, status, code) in [
        ("pk_test_abcdefghijkl", 400, "stripe/key-kind"),
        ("whsec_abcdefghijkl", 400, "stripe/key-kind"),
        ("nonsense-abcdefghijkl", 400, "stripe/key-kind"),
        ("sk_test_abcdefghijkl", 422, "stripe/key-invalid"),
        ("rk_live_abcdefghijkl", 422, "stripe/key-invalid"),
    ] {
        let answer = set(&seller, key);
        assert_eq!(answer.error(), (status, code.to_owned()), "{key}");
        assert!(!answer.text().contains("abcdefgh"), "{}", answer.text());
    }
    for (body, field) in [
        (json!({}), "key"),
        (json!({"key": 7}), "key"),
        (json!({"key": ""}), "key"),
        (json!({"key": "x".repeat(256)}), "key"),
        (
            json!({"key": "sk_test_abcdefghijkl", "mode": "live"}),
            "mode",
        ),
    ] {
        let answer = seller.manage(Request::new("PUT", KEY).json(&body));
        assert_eq!(answer.bad_fields(), [field], "{body}");
    }
    let unknown = Request::new("PUT", "/v1/products/unknown/stripe-key");
    let unknown = unknown.json(&json!({"key": key_of_account(&stage)}));
    assert_eq!(
        seller.manage(unknown).error(),
        (404, "common/not-found".into())
    );
    assert_eq!(seller.manage(Request::new("DELETE", KEY)).error().0, 404);
    stage.stripe.fault(
        "/v1/checkout/sessions/cs_test_mintage_probe/expire",
        &json!({"status": {"status": 500}}),
        9,
    );
    let answer = set(&seller, &key_of_account(&stage));
    assert_eq!(answer.error(), (502, "stripe/failed".into()));
    assert_eq!(
        buy(&stage, "/buy/acme/pro/lifetime").status,
        409,
        "no key was stored"
    );
}
