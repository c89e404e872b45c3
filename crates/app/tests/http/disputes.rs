//! Disputes at Stripe, and the licenses of their payments.

use serde_json::{Value, json};

use crate::harness::stripe::Pay;
use crate::harness::{Request, Seller, Stage};

/// All events about disputes, oldest first.
fn dispute_events(stage: &Stage) -> Vec<Value> {
    let kinds = [
        "created",
        "funds_withdrawn",
        "updated",
        "closed",
        "funds_reinstated",
    ];
    let kinds = kinds.map(|kind| format!("charge.dispute.{kind}"));
    kinds
        .iter()
        .flat_map(|kind| stage.stripe.events(kind))
        .collect()
}

fn standing(license: &Value) -> (Value, Value) {
    (license["status"].clone(), license["reason"].clone())
}

#[test]
fn a_license_is_frozen_by_a_dispute_and_goes_as_the_dispute_goes() {
    let stage = Stage::new();
    let seller = Seller::selling(&stage, "acme");
    let (session, license) = seller.sell_one();
    let key = seller.reveal(&license);
    let api_key = seller.api_key("pro", "VALIDATE_ONLY", "sandbox");
    let dispute = stage.stripe.dispute(&session, false);
    let frozen = seller.await_status("FROZEN");
    assert_eq!(frozen["reason"], "dispute");
    assert_eq!(frozen["holds"], json!([format!("dispute:{dispute}")]));
    let verdict = seller.validate(&api_key, &key);
    assert_eq!(
        (&verdict["valid"], &verdict["status"]),
        (&json!(false), &json!("FROZEN"))
    );

    for (step, status, reason) in [
        ("lose", "REVOKED", json!("dispute")),
        ("reopen", "FROZEN", json!("dispute")),
        ("win", "ACTIVE", Value::Null),
    ] {
        stage.stripe.dispute_step(&dispute, step);
        let license = seller.await_status(status);
        assert_eq!(license["reason"], reason, "{step}");
    }
}

#[test]
fn an_inquiry_freezes_nothing_until_it_becomes_a_dispute() {
    let stage = Stage::silent(&[]);
    let seller = Seller::selling(&stage, "acme");
    let session = seller.sell("lifetime", "buyer@example.com", Pay::Card);
    let paid = stage
        .stripe
        .event_of(&session, "checkout.session.completed");
    seller.hear(&paid).expect(200);
    let dispute = stage.stripe.dispute(&session, true);
    let created = stage.stripe.events("charge.dispute.created").remove(0);
    assert_eq!(seller.hear(&created).expect(200)["outcome"], "applied");
    assert_eq!(seller.licenses()[0]["status"], "ACTIVE");
    stage.stripe.dispute_step(&dispute, "escalate");
    let updated = stage.stripe.events("charge.dispute.updated").remove(0);
    assert_eq!(seller.hear(&updated).expect(200)["outcome"], "applied");
    assert_eq!(seller.licenses()[0]["status"], "FROZEN");
}

#[test]
fn events_of_disputes_in_any_order_and_before_the_sale_end_the_same() {
    let stage = Stage::silent(&[]);
    let seller = Seller::selling(&stage, "acme");
    let session = seller.sell("lifetime", "buyer@example.com", Pay::Card);
    let lost = stage.stripe.dispute(&session, false);
    for step in ["respond", "lose", "reopen", "lose"] {
        stage.stripe.dispute_step(&lost, step);
    }
    let won = stage.stripe.dispute(&session, false);
    stage.stripe.dispute_step(&won, "win");
    let mut events = dispute_events(&stage);
    assert!(events.len() >= 9, "{events:?}");
    events.reverse();
    for event in &events {
        seller.hear(event).expect(200);
    }
    let paid = stage
        .stripe
        .event_of(&session, "checkout.session.completed");
    assert_eq!(seller.hear(&paid).expect(200)["outcome"], "applied");
    let revoked = (json!("REVOKED"), json!("dispute"));
    assert_eq!(standing(&seller.licenses()[0]), revoked);
    let before = seller.snapshot();
    for event in events.iter().rev() {
        assert_eq!(seller.hear(event).expect(200)["outcome"], "duplicate");
    }
    assert_eq!(seller.snapshot(), before);
}

#[test]
fn a_seller_who_revokes_a_disputed_license_has_the_last_word() {
    let stage = Stage::new();
    let seller = Seller::selling(&stage, "acme");
    let (session, license) = seller.sell_one();
    let dispute = stage.stripe.dispute(&session, false);
    seller.await_status("FROZEN");
    let id = license["id"].as_str().expect("an id");
    let revoke = Request::post(format!("/v1/licenses/{id}/revoke"));
    assert_eq!(seller.manage(revoke).status, 200);
    stage.stripe.dispute_step(&dispute, "win");
    let closed = stage.stripe.events("charge.dispute.closed").remove(0);
    seller.hear(&closed).expect(200);
    let revoked = (json!("REVOKED"), json!("admin"));
    assert_eq!(standing(&seller.licenses()[0]), revoked);
}

#[test]
fn while_stripe_does_not_answer_an_event_about_a_dispute_is_not_taken() {
    let stage = Stage::silent(&[]);
    let seller = Seller::selling(&stage, "acme");
    let session = seller.sell("lifetime", "buyer@example.com", Pay::Card);
    let paid = stage
        .stripe
        .event_of(&session, "checkout.session.completed");
    seller.hear(&paid).expect(200);
    let dispute = stage.stripe.dispute(&session, false);
    let created = stage.stripe.events("charge.dispute.created").remove(0);
    let path = format!("/v1/disputes/{dispute}");
    let fault = json!({ "status": { "status": 503 } });
    stage.stripe.fault(&path, &fault, 1);
    assert!(seller.hear(&created).status >= 500);
    assert_eq!(seller.licenses()[0]["status"], "ACTIVE");
    assert_eq!(seller.hear(&created).expect(200)["outcome"], "applied");
    assert_eq!(seller.licenses()[0]["status"], "FROZEN");
}
