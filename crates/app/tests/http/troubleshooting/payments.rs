//! Accounts that Stripe restricts, and payouts that fail.

use serde_json::json;

use super::case::{Case, call};
use crate::harness::{Receiver, Seller, eventually};

/// What a receiver was told of a kind.
fn told(receiver: &Receiver, reason: &str) -> Option<()> {
    let all = receiver.received().into_iter().map(|it| it.json());
    let mut of_connection = all.filter(|it| it["event"] == "connection.needs_attention");
    of_connection.any(|it| it["reason"] == reason).then_some(())
}

#[test]
fn account_cannot_charge() {
    let case = Case::selling("account-cannot-charge", &[]);
    let receiver = Receiver::start();
    case.seller.tell_all(&receiver);
    let path = format!("accounts/{}", case.seller.account());
    let restricted = json!({
        "charges_enabled": false,
        "requirements": {"past_due": ["external_account"], "disabled_reason": "requirements.past_due"},
    });
    case.stage.stripe.control(&path, &restricted);
    case.seller.status();
    let answer = case.seller.checkout(&Seller::wish("lifetime"));
    case.row.caller_sees(&answer, 409, "stripe/cannot-charge");
    case.row.says("requirements.past_due");
    case.logs(&answer);
    case.counts(
        "mintage_http_requests_total{method=\"POST\",route=\"/api/{tenant}/checkout\",status=\"4xx\"}",
    );
    case.row.says("`connection.needs_attention`");
    eventually("the event", || told(&receiver, "charges_disabled"));
    let found = case.doctor_fails("charges");
    assert!(
        found.contains("acme") && found.contains("external_account"),
        "{found}"
    );
    assert_eq!(case.seller.status()["next"][0]["code"], "meet-requirements");
    case.row.says("`meet-requirements`");
    let onboard = call(&case.row, "POST", "/v1/integrations/stripe/onboard");
    case.seller.manage(onboard.json(&json!({}))).expect(200);
    let met = json!({"charges_enabled": true, "requirements": {}});
    case.stage.stripe.control(&path, &met);
    case.seller.status();
    case.seller.checkout(&Seller::wish("lifetime")).expect(200);
}

#[test]
fn payouts_fail() {
    let case = Case::selling("payouts-fail", &[]);
    let receiver = Receiver::start();
    case.seller.tell_all(&receiver);
    let account = format!("accounts/{}", case.seller.account());
    let pay = || {
        let body = json!({"amount": 2_900, "currency": "usd"});
        let made = case
            .stage
            .stripe
            .control(&format!("{account}/payouts"), &body);
        made["id"].as_str().expect("an id").to_owned()
    };
    let payout = pay();
    case.stage
        .stripe
        .control(&format!("payouts/{payout}/fail"), &json!({}));
    let newest = || {
        let listed = call(&case.row, "GET", "/v1/integrations/stripe/payouts");
        let listed = case.seller.manage(listed).expect(200);
        listed["items"][0].clone()
    };
    let failed = eventually("the failure", || {
        Some(newest()).filter(|it| it["status"] == "failed")
    });
    assert_eq!(failed["failureCode"], "account_closed");
    case.row.says("`failureCode`");
    eventually("the event", || told(&receiver, "payout_failed"));
    case.row.says("`connection.needs_attention`");
    assert!(case.doctor_fails("payouts").contains(&payout));

    let stopped = json!({"payouts_enabled": false});
    case.stage.stripe.control(&account, &stopped);
    assert!(case.doctor_fails("payouts").contains("pays nothing out"));
    assert_eq!(case.seller.status()["next"][0]["code"], "enable-payouts");
    case.row.says("`enable-payouts`");
    case.stage
        .stripe
        .control(&account, &json!({"payouts_enabled": true}));
    let next = pay();
    eventually("the next payout", || {
        (newest()["id"] == next.as_str()).then_some(())
    });
    case.stage.doctor(&[], &[]).found("payouts", "ok");
}
