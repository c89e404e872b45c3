//! What the doctor finds about the connected accounts of sellers, and about what waits for them.

use std::time::Duration;

use mintage_domain::ports::Clock;
use serde_json::{Value, json};

use crate::harness::stripe::Pay;
use crate::harness::{Manner, Receiver, Request, Seller, Stage, eventually};

const PAYOUTS: &str = "/v1/integrations/stripe/payouts";

/// Stripe changes the seller's account.
fn change(stage: &Stage, seller: &Seller, to: &Value) {
    let path = format!("accounts/{}", seller.account());
    stage.stripe.control(&path, to);
}

fn assert_told(told: &str, parts: &[&str]) {
    for part in parts {
        assert!(told.contains(part), "{part}: {told}");
    }
}

#[test]
fn an_account_that_takes_no_payments_or_gets_no_payouts_is_found_with_its_seller() {
    let stage = Stage::silent(&[]);
    let seller = Seller::selling(&stage, "acme");
    let sound = stage.doctor(&[], &[]);
    for check in [
        "account-access",
        "charges",
        "payouts",
        "prices",
        "webhook-delivery",
    ] {
        sound.found(check, "ok");
    }
    let due = json!({
        "charges_enabled": false, "payouts_enabled": false,
        "requirements": {"past_due": ["external_account"], "disabled_reason": "requirements.past_due"},
    });
    change(&stage, &seller, &due);
    let found = stage.doctor(&[], &[]);
    let charges = found.failure("charges");
    assert_told(
        &charges,
        &["sandbox | acme |", "external_account", "stripe/onboard"],
    );
    let payouts = found.failure("payouts");
    assert_told(
        &payouts,
        &["acme", "pays nothing out", "adds a bank account"],
    );

    // Stripe does not answer: what it said last counts.
    seller.status();
    stage
        .stripe
        .fault("/v1/accounts", &json!({"status": {"status": 500}}), 3);
    let found = stage.doctor(&[], &[]);
    assert_told(&found.failure("charges"), &["external_account"]);
}

#[test]
fn a_failed_payout_is_found_until_one_is_paid() {
    let stage = Stage::new();
    let seller = Seller::selling(&stage, "acme");
    let path = format!("accounts/{}/payouts", seller.account());
    let pay = || {
        let body = json!({"amount": 2_900, "currency": "usd"});
        stage.stripe.control(&path, &body)["id"]
            .as_str()
            .expect("an id")
            .to_owned()
    };
    let lost = pay();
    stage
        .stripe
        .control(&format!("payouts/{lost}/fail"), &json!({}));
    eventually("the failure", || {
        let items = seller.items(PAYOUTS);
        items
            .iter()
            .any(|it| it["status"] == "failed")
            .then_some(())
    });
    let told = stage.doctor(&[], &[]).failure("payouts");
    assert_told(
        &told,
        &["acme", &lost, "account_closed", "corrects the bank account"],
    );
    pay();
    eventually("the next one", || {
        (seller.items(PAYOUTS).len() == 2).then_some(())
    });
    stage.doctor(&[], &[]).found("payouts", "ok");
}

#[test]
fn access_that_was_revoked_unheard_and_a_mode_that_was_taken_away_are_found() {
    let stage = Stage::silent(&[]);
    let mut seller = Seller::new(&stage, "acme");
    seller.connect("live");
    let off = [
        ("STRIPE_CONNECT_CLIENT_ID", ""),
        ("STRIPE_SECRET_KEY", ""),
        ("STRIPE_CONNECT_WEBHOOK_SECRET", ""),
    ];
    let told = stage.doctor(&off, &[]).failure("stripe-mode");
    assert_told(
        &told,
        &["live |", "Set STRIPE_CONNECT_CLIENT_ID, STRIPE_SECRET_KEY"],
    );

    let path = format!("accounts/{}/deauthorize", seller.account());
    stage.stripe.control(&path, &json!({"livemode": true}));
    let told = stage.doctor(&[], &[]).failure("account-access");
    assert_told(
        &told,
        &["live | acme |", "connects again", "webhook endpoint"],
    );
}

#[test]
fn a_wrong_webhook_secret_is_found_by_the_events_that_do_not_arrive() {
    let stage = Stage::silent(&[]);
    let earlier = Duration::from_hours(2);
    stage.clock.set(stage.clock.now().minus(earlier));
    stage.stripe.control("clock", &json!({"offset": -7_200}));
    let seller = Seller::selling(&stage, "acme");
    let session = seller.sell("lifetime", "buyer@example.com", Pay::Card);
    let event = stage
        .stripe
        .event_of(&session, "checkout.session.completed");
    stage.stripe.control("clock", &json!({"offset": 0}));
    let told = stage.doctor(&[], &[]).failure("webhook-delivery");
    let id = event["id"].as_str().expect("an id");
    assert_told(
        &told,
        &[
            "sandbox |",
            id,
            "STRIPE_SANDBOX_CONNECT_WEBHOOK_SECRET",
            "mintage reconcile",
        ],
    );
    seller.hear(&event).expect(200);
    stage.doctor(&[], &[]).found("webhook-delivery", "ok");
}

#[test]
fn a_mode_that_hears_nothing_for_weeks_is_a_warning() {
    let stage = Stage::silent(&[]);
    let earlier = Duration::from_hours(24 * 20);
    stage.clock.set(stage.clock.now().minus(earlier));
    let mut seller = Seller::new(&stage, "acme");
    seller.connect("sandbox");
    let told = stage.doctor(&[], &[]).warning("webhook-delivery");
    assert_told(
        &told,
        &[
            "no event of a connected account has arrived since",
            "Webhooks",
        ],
    );
}

#[test]
fn a_paid_order_that_waits_a_missing_price_and_an_endpoint_that_is_gone_are_found() {
    let mut stage = Stage::new();
    let mut seller = Seller::new(&stage, "acme");
    seller.product("pro", "checked");
    seller.key_type("pro", "lifetime", Some(2_900));
    seller.connect("sandbox");
    let told = stage.doctor(&[], &[]).warning("prices");
    assert_told(&told, &["acme", "pro/lifetime", "setup-prices"]);
    seller.set_up_prices();

    let url = seller.open("lifetime");
    stage.damage_product_secret();
    stage.restart(&[]);
    stage.stripe.pay(&url, "buyer@example.com", Pay::Card);
    eventually("the event to be parked", || {
        seller.items("/v1/integrations/stripe/parked").pop()
    });
    let told = stage.doctor(&[], &[]).failure("parked-events");
    assert_told(
        &told,
        &["acme", "secret", "mintage parked list --tenant acme"],
    );

    let receiver = Receiver::start();
    receiver.answer(Manner::Status(410));
    seller.tell_all(&receiver);
    let test = format!("/v1/webhook-endpoints/we_{}/test", seller.id);
    seller.manage(Request::post(test).json(&json!({})));
    eventually("the endpoint to be gone", || {
        let found = stage.doctor(&[], &[]);
        found
            .checks("warning")
            .contains(&"seller-endpoints")
            .then_some(())
    });
    let told = stage.doctor(&[], &[]).warning("seller-endpoints");
    assert_told(&told, &["acme", "is gone", "URL set again"]);
}

#[test]
fn a_secret_key_in_a_name_and_a_checkout_key_in_a_page_are_found() {
    let stage = Stage::new();
    let seller = Seller::selling(&stage, "acme");
    let page = Receiver::start();
    let length = seller.checkout_key.len();
    let answer = format!(
        "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{}",
        seller.checkout_key
    );
    page.answer(Manner::Raw(answer.leak()));
    let found = stage.doctor(&[], &["--page", &page.url()]);
    let told = found.failure("secret-key-exposed");
    assert_told(&told, &["the checkout key of acme", "rotate-checkout-key"]);
    assert!(!told.contains(&seller.checkout_key));

    let body = json!({
        "productId": "oops", "displayName": "sk_live_sesame0123", "keyPrefix": "OOPS",
    });
    seller.post("/v1/products", &body).expect(201);
    let told = stage.doctor(&[], &[]).failure("secret-key-exposed");
    assert_told(
        &told,
        &["acme", "product oops", "sk_live_...", "Roll the secret"],
    );
}
