//! Payments: repeated, at once, out of order, deferred, given back.

use std::time::Duration;

use serde_json::{Value, json};

use crate::harness::stripe::Pay;
use crate::harness::{Receiver, Seller, Stage, eventually};

/// The names of the events for the seller, sorted.
fn told_events(seller: &Seller) -> Vec<String> {
    let deliveries = seller.items("/v1/webhook/deliveries");
    let names = deliveries.iter().filter_map(|it| it["event"].as_str());
    let mut names: Vec<String> = names.map(str::to_owned).collect();
    names.sort_unstable();
    names
}

#[test]
fn an_event_sent_again_and_again_mints_once() {
    let stage = Stage::new();
    let seller = Seller::selling(&stage, "acme");
    let (session, _) = seller.sell_one();
    let event = stage
        .stripe
        .event_of(&session, "checkout.session.completed");
    let before = seller.snapshot();
    let statuses = stage.stripe.resend(&event, 100);
    assert!(statuses.iter().all(|status| *status == 200), "{statuses:?}");
    assert_eq!(seller.hear(&event).expect(200)["outcome"], "duplicate");
    assert_eq!(seller.snapshot(), before);
}

#[test]
fn a_hundred_first_deliveries_at_once_mint_one_license() {
    let stage = Stage::silent(&[]);
    let seller = Seller::selling(&stage, "acme");
    let session = seller.sell("lifetime", "buyer@example.com", Pay::Card);
    let event = stage
        .stripe
        .event_of(&session, "checkout.session.completed");
    // The same payment told under other ids, too: what is unique is the sale, not the event.
    let told = |nth: usize| {
        let mut told = event.clone();
        if nth.is_multiple_of(4) {
            told["id"] = format!("evt_copy{nth}").into();
        }
        told
    };
    let answers: Vec<Value> = std::thread::scope(|scope| {
        let calls: Vec<_> = (0..100)
            .map(|nth| {
                scope.spawn({
                    let seller = &seller;
                    move || seller.hear(&told(nth)).expect(200)
                })
            })
            .collect();
        let answers = calls.into_iter();
        answers
            .map(|call| call.join().expect("an answer"))
            .collect()
    });
    let applied = answers
        .iter()
        .filter(|answer| answer["outcome"] == "applied");
    assert_eq!(applied.count(), 1);
    assert_eq!(seller.licenses().len(), 1);
    assert_eq!(told_events(&seller), ["license.created", "order.paid"]);
    assert_eq!(seller.order_of(&session)["status"], "fulfilled");
}

#[test]
fn an_honest_second_purchase_mints_a_second_license_for_the_same_customer() {
    let stage = Stage::new();
    let seller = Seller::selling(&stage, "acme");
    let (_, first) = seller.sell_one();
    let (_, second) = seller.sell_one();
    assert_ne!(first["id"], second["id"]);
    assert_ne!(seller.reveal(&first), seller.reveal(&second));
    assert_eq!(first["customerId"], second["customerId"]);
    let id = first["customerId"].as_str().expect("an id");
    let customer = seller.get(&format!("/v1/customers/{id}"));
    assert_eq!(customer["email"], "buyer@example.com");
    assert_eq!(customer["mode"], "sandbox");
}

#[test]
fn a_full_refund_revokes_and_is_told() {
    let stage = Stage::new();
    let seller = Seller::selling(&stage, "acme");
    let receiver = Receiver::start();
    seller.tell(&receiver);
    let (session, license) = seller.sell_one();
    let key = seller.reveal(&license);
    stage.stripe.refund(&session, None);
    let revoked = seller.await_status("REVOKED");
    assert_eq!(revoked["reason"], "refund");

    let told = eventually("the refund to be told", || {
        let mut all = receiver.received().into_iter();
        all.find(|told| told.json()["event"] == "license.refunded")
    });
    let body = told.json();
    assert_eq!(
        (&body["key"], &body["session_id"]),
        (&license["displayKey"], &json!(session))
    );
    assert!(
        !told.text().contains(&key),
        "only license.created carries the key"
    );
    let api_key = seller.api_key("pro", "FULL", "sandbox");
    let verdict = seller.validate(&api_key, &key);
    assert_eq!(verdict["valid"], false);
    assert_eq!(
        (&verdict["status"], &verdict["reason"]),
        (&json!("REVOKED"), &json!("revoked"))
    );

    let event = stage
        .stripe
        .events("charge.refunded")
        .pop()
        .expect("an event");
    let before = seller.snapshot();
    stage.stripe.resend(&event, 3);
    assert_eq!(
        seller.snapshot(),
        before,
        "a refund told again is told to nobody"
    );
}

#[test]
fn a_partial_refund_revokes_nothing_until_all_is_given_back() {
    let stage = Stage::silent(&[]);
    let seller = Seller::selling(&stage, "acme");
    let session = seller.sell("lifetime", "buyer@example.com", Pay::Card);
    let paid = stage
        .stripe
        .event_of(&session, "checkout.session.completed");
    seller.hear(&paid).expect(200);
    for (amount, status) in [(900, "ACTIVE"), (2_000, "REVOKED")] {
        stage.stripe.refund(&session, Some(amount));
        let news = stage
            .stripe
            .events("charge.refunded")
            .pop()
            .expect("an event");
        assert_eq!(seller.hear(&news).expect(200)["outcome"], "applied");
        assert_eq!(
            seller.licenses()[0]["status"],
            status,
            "{amount} given back"
        );
    }
    // The older news once more, under another id: it undoes nothing.
    let mut old = stage.stripe.events("charge.refunded").swap_remove(0);
    old["id"] = "evt_late".into();
    assert_eq!(seller.hear(&old).expect(200)["outcome"], "ignored");
    assert_eq!(seller.licenses()[0]["status"], "REVOKED");
}

#[test]
fn a_refund_heard_before_its_payment_ends_revoked() {
    let stage = Stage::silent(&[]);
    let seller = Seller::selling(&stage, "acme");
    let session = seller.sell("lifetime", "buyer@example.com", Pay::Card);
    stage.stripe.refund(&session, None);
    let refund = stage
        .stripe
        .events("charge.refunded")
        .pop()
        .expect("an event");
    let paid = stage
        .stripe
        .event_of(&session, "checkout.session.completed");
    assert_eq!(seller.hear(&refund).expect(200)["outcome"], "applied");
    assert!(seller.licenses().is_empty());
    assert_eq!(seller.hear(&paid).expect(200)["outcome"], "applied");
    let license = &seller.licenses()[0];
    assert_eq!(
        (&license["status"], &license["reason"]),
        (&json!("REVOKED"), &json!("refund"))
    );
    assert_eq!(seller.order_of(&session)["status"], "fulfilled");
    let all = [
        "license.created",
        "license.refunded",
        "order.paid",
        "order.refunded",
    ];
    assert_eq!(told_events(&seller), all);
}

#[test]
fn a_bank_debit_mints_when_its_money_has_come() {
    let stage = Stage::new();
    let seller = Seller::selling(&stage, "acme");
    let session = seller.sell("lifetime", "buyer@example.com", Pay::BankDebit);
    seller.await_order(&session, "awaiting_payment");
    assert!(seller.licenses().is_empty(), "completed is not paid");
    stage.stripe.settle(&session, true);
    seller.await_order(&session, "fulfilled");
    let license = seller.await_status("ACTIVE");

    // The news of the unpaid completion comes late, once more.
    let mut late = stage
        .stripe
        .event_of(&session, "checkout.session.completed");
    late["id"] = "evt_late".into();
    assert_eq!(seller.hear(&late).expect(200)["outcome"], "ignored");
    assert_eq!(seller.licenses(), [license]);
}

#[test]
fn a_bank_debit_whose_money_never_comes_marks_the_order_and_mints_nothing() {
    let stage = Stage::new();
    let seller = Seller::selling(&stage, "acme");
    let session = seller.sell("lifetime", "buyer@example.com", Pay::BankDebit);
    stage.stripe.settle(&session, false);
    let order = seller.await_order(&session, "payment_failed");
    assert_eq!(order["fulfilledAt"], Value::Null);
    assert!(seller.licenses().is_empty());
}

#[test]
fn money_that_comes_before_the_completion_is_told_mints_once() {
    let stage = Stage::silent(&[]);
    let seller = Seller::selling(&stage, "acme");
    let session = seller.sell("lifetime", "buyer@example.com", Pay::BankDebit);
    stage.stripe.settle(&session, true);
    let event = |kind: &str| stage.stripe.event_of(&session, kind);
    let came = event("checkout.session.async_payment_succeeded");
    assert_eq!(seller.hear(&came).expect(200)["outcome"], "applied");
    let completed = event("checkout.session.completed");
    assert_eq!(seller.hear(&completed).expect(200)["outcome"], "ignored");
    assert_eq!(seller.licenses().len(), 1);
}

#[test]
fn a_checkout_that_nobody_pays_expires() {
    let stage = Stage::new();
    let seller = Seller::selling(&stage, "acme");
    let url = seller.open("lifetime");
    stage.advance(Duration::from_hours(25));
    seller.await_order(&crate::harness::seller::session_of(&url), "expired");
    assert!(seller.licenses().is_empty());
}

#[test]
fn a_sale_keeps_what_was_agreed_at_checkout() {
    let stage = Stage::new();
    let seller = Seller::selling(&stage, "acme");
    let body = json!({
        "keyTypeId": "month", "displayName": "A month", "duration": "30d",
        "priceInCents": 500, "priceCurrency": "USD", "activationLimit": 7,
    });
    seller.key_type_of("pro", &body);
    seller.set_up_prices();
    let session = seller.sell("month", "buyer@example.com", Pay::Card);
    let license = seller.await_license_of(&session);
    assert_eq!(license["activationLimit"], 7);
    let minted = seller.now();
    let ends = license["expiresAt"].as_str().expect("an end");
    let ends = mintage_domain::base::time::Timestamp::parse_rfc3339(ends).expect("a date");
    assert_eq!(ends.unix_seconds(), minted + 30 * 86_400);
}

#[test]
fn a_refund_that_fails_or_is_cancelled_gives_the_license_back() {
    for (action, kinds) in [
        (
            "fail",
            &["refund.failed", "refund.updated", "charge.refund.updated"][..],
        ),
        ("cancel", &["refund.updated", "charge.refund.updated"]),
    ] {
        for kind in kinds {
            let stage = Stage::silent(&[]);
            let seller = Seller::selling(&stage, "acme");
            let session = seller.sell("lifetime", "buyer@example.com", Pay::Card);
            let paid = stage
                .stripe
                .event_of(&session, "checkout.session.completed");
            seller.hear(&paid).expect(200);
            stage.stripe.refund(&session, None);
            let last = |kind: &str| stage.stripe.events(kind).pop().expect("an event");
            seller.hear(&last("charge.refunded")).expect(200);
            assert_eq!(seller.licenses()[0]["status"], "REVOKED");
            let refund = last("refund.created");
            let id = refund["data"]["object"]["id"]
                .as_str()
                .expect("an id")
                .to_owned();
            stage
                .stripe
                .control(&format!("refunds/{id}/{action}"), &json!({}));
            assert_eq!(seller.hear(&last(kind)).expect(200)["outcome"], "applied");
            let license = &seller.licenses()[0];
            assert_eq!(
                (&license["status"], &license["reason"]),
                (&json!("ACTIVE"), &Value::Null),
                "{action}: {kind}"
            );
            seller.hear(&refund).expect(200);
            assert_eq!(seller.licenses()[0]["status"], "ACTIVE", "late news");
            let all = [
                "license.created",
                "license.refunded",
                "license.updated",
                "order.paid",
                "order.refunded",
            ];
            assert_eq!(told_events(&seller), all);
        }
    }
}
