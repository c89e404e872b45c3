//! The events that a webhook endpoint receives which names none.

use std::time::Duration;

use serde_json::{Value, json};

use crate::harness::stripe::Pay;
use crate::harness::{Receiver, Request, Seller, Stage, eventually};

/// An endpoint for all events.
fn listen(seller: &Seller) -> Receiver {
    let receiver = Receiver::start();
    let endpoint = json!({ "url": receiver.url() });
    let created = seller.post("/v1/webhook-endpoints", &endpoint).expect(201);
    assert_eq!(created["events"], json!(["*"]));
    receiver
}

/// Waits for the first event with this name.
fn told(receiver: &Receiver, event: &str) -> Value {
    eventually(event, || {
        let all = receiver.received().into_iter();
        all.map(|it| it.json()).find(|it| it["event"] == event)
    })
}

#[test]
fn a_sale_is_told_as_a_license_and_then_as_a_paid_order() {
    let stage = Stage::new();
    let seller = Seller::selling(&stage, "acme");
    let receiver = listen(&seller);
    let (session, license) = seller.sell_one();
    let paid = told(&receiver, "order.paid");
    assert_eq!(
        (
            &paid["amount_total"],
            &paid["currency"],
            &paid["session_id"]
        ),
        (&json!(2_900), &json!("usd"), &json!(session))
    );
    assert_eq!(paid["order_id"], license["orderId"]);
    assert_eq!(paid["key"], license["displayKey"], "masked");
    assert!(
        paid["payment_id"]
            .as_str()
            .is_some_and(|it| it.starts_with("pi_"))
    );
    let names: Vec<_> = receiver.received();
    let names: Vec<_> = names.iter().map(|it| it.json()["event"].clone()).collect();
    assert_eq!(names, [json!("license.created"), json!("order.paid")]);
}

#[test]
fn refunds_and_disputes_are_told_with_their_amounts() {
    let stage = Stage::new();
    let seller = Seller::selling(&stage, "acme");
    let receiver = listen(&seller);
    let (session, _) = seller.sell_one();
    stage.stripe.refund(&session, Some(1_000));
    let refunded = told(&receiver, "order.refunded");
    assert_eq!(
        (
            &refunded["amount_refunded"],
            &refunded["amount_charged"],
            &refunded["status"]
        ),
        (&json!(1_000), &json!(2_900), &json!("ACTIVE"))
    );
    let dispute = stage.stripe.dispute(&session, false);
    let disputed = told(&receiver, "license.disputed");
    assert_eq!(disputed["dispute_id"], dispute);
    assert_eq!(
        (
            &disputed["dispute_status"],
            &disputed["dispute_reason"],
            &disputed["amount_disputed"]
        ),
        (
            &json!("needs_response"),
            &json!("fraudulent"),
            &json!(2_900)
        )
    );
    let frozen = told(&receiver, "license.frozen");
    assert_eq!(
        (&frozen["status"], &frozen["reason"]),
        (&json!("FROZEN"), &json!("dispute"))
    );
    stage.stripe.dispute_step(&dispute, "win");
    assert_eq!(told(&receiver, "license.thawed")["status"], "ACTIVE");
}

#[test]
fn activations_and_a_reached_limit_are_told() {
    let stage = Stage::new();
    let seller = Seller::selling(&stage, "acme");
    let receiver = listen(&seller);
    let (_, license) = seller.sell_one();
    let key = seller.reveal(&license);
    let api_key = seller.publishable_key("pro", "sandbox");
    let call = |path: &str, name: &str| {
        let body = json!({ "key": key, "fingerprint": name });
        stage
            .api
            .send(&Request::post(path).bearer(&api_key).json(&body))
    };
    let limit = license["activationLimit"].as_u64().expect("a limit");
    for nth in 0..=limit {
        call("/v1/activate", &format!("device-{nth}"));
    }
    let activated = told(&receiver, "license.activated");
    assert_eq!(activated["license_id"], license["id"]);
    assert!(
        activated["activation_id"]
            .as_str()
            .is_some_and(|it| it.starts_with("act_"))
    );
    let reached = told(&receiver, "license.limit_reached");
    assert_eq!(reached["activation_limit"], limit);
    call("/v1/deactivate", "device-0");
    assert_eq!(
        told(&receiver, "license.deactivated")["fingerprint"],
        "device-0"
    );
}

#[test]
fn the_end_of_a_term_is_told_once_without_anybody_asking() {
    let mut stage = Stage::new();
    let mut seller = Seller::new(&stage, "acme");
    seller.product("pro", "classic");
    let month = json!({
        "keyTypeId": "month", "displayName": "Month", "duration": "30d",
        "priceInCents": 900, "priceCurrency": "usd",
    });
    seller.key_type_of("pro", &month);
    seller.connect("sandbox");
    seller.set_up_prices();
    let receiver = listen(&seller);
    let session = seller.sell("month", "buyer@example.com", Pay::Card);
    let license = seller.await_license_of(&session);
    stage.advance(Duration::from_hours(30 * 24 + 1));
    // The first sweep is at the start.
    stage.restart(&[]);
    let expired = told(&receiver, "license.expired");
    assert_eq!(expired["license_id"], license["id"]);
    assert_eq!(
        (&expired["status"], &expired["expires_at"]),
        (&json!("EXPIRED"), &license["expiresAt"])
    );
    stage.restart(&[]);
    told(&receiver, "order.paid");
    let count = |all: &[Value]| {
        all.iter()
            .filter(|it| it["event"] == "license.expired")
            .count()
    };
    let deliveries = seller.items("/v1/webhook/deliveries");
    assert_eq!(count(&deliveries), 1, "{deliveries:?}");
}

#[test]
fn an_end_to_come_is_told_once_as_many_days_before_as_the_key_type_says() {
    let mut stage = Stage::new();
    let mut seller = Seller::new(&stage, "acme");
    seller.product("pro", "classic");
    let month = json!({
        "keyTypeId": "month", "displayName": "Month", "duration": "30d", "reminderDays": 14,
        "priceInCents": 900, "priceCurrency": "usd",
    });
    seller.key_type_of("pro", &month);
    seller.connect("sandbox");
    seller.set_up_prices();
    let receiver = listen(&seller);
    let session = seller.sell("month", "buyer@example.com", Pay::Card);
    let license = seller.await_license_of(&session);
    stage.advance(Duration::from_hours(16 * 24 + 1));
    // The first sweep is at the start.
    stage.restart(&[]);
    let reminder = told(&receiver, "license.expiring");
    assert_eq!(reminder["license_id"], license["id"]);
    assert_eq!(
        (
            &reminder["status"],
            &reminder["expires_at"],
            &reminder["reminder_days"]
        ),
        (&json!("ACTIVE"), &license["expiresAt"], &json!(14))
    );
    stage.restart(&[]);
    told(&receiver, "order.paid");
    let deliveries = seller.items("/v1/webhook/deliveries");
    let reminders = deliveries
        .iter()
        .filter(|it| it["event"] == "license.expiring");
    assert_eq!(reminders.count(), 1, "{deliveries:?}");
}

#[test]
fn reminder_days_are_0_to_365_and_can_be_taken_back() {
    let stage = Stage::silent(&[]);
    let seller = Seller::new(&stage, "acme");
    seller.product("pro", "classic");
    let path = "/v1/products/pro/key-types";
    let body = |days: Value| json!({"keyTypeId": "a", "displayName": "A", "reminderDays": days});
    for bad in [json!(-1), json!(366), json!("7"), json!(1.5)] {
        let answer = seller.post(path, &body(bad.clone()));
        assert_eq!(
            answer.error(),
            (400, "validation/invalid-input".into()),
            "{bad}"
        );
        assert_eq!(answer.bad_fields(), ["reminderDays"], "{bad}");
    }
    let made = seller.post(path, &body(json!(365))).expect(201);
    assert_eq!(made["reminderDays"], 365);
    let address = format!("{path}/a");
    let update = |body: Value| seller.manage(Request::new("PATCH", &*address).json(&body));
    assert_eq!(
        update(json!({"displayName": "B"})).expect(200)["reminderDays"],
        365
    );
    assert_eq!(
        update(json!({"reminderDays": 0})).expect(200)["reminderDays"],
        0
    );
    assert_eq!(
        update(json!({"reminderDays": null})).expect(200)["reminderDays"],
        Value::Null
    );
    assert_eq!(update(json!({"reminderDays": 366})).status, 400);
}
