//! An endpoint that fails for a whole day is paused, and resumed by hand.

use std::time::Duration;

use mintage_domain::model::sellers::management_token::TokenScope;
use serde_json::{Value, json};

use crate::harness::{Manner, Receiver, Request, Seller, Stage, eventually};

const WEBHOOK: &str = "/v1/webhook";

fn resume() -> Request {
    Request::post("/v1/webhook/resume")
}

/// Waits until the one delivery has had so many attempts, and none runs.
fn await_attempts(seller: &Seller, attempts: u64) {
    eventually("the attempt to end", || {
        let delivery = seller.items("/v1/webhook/deliveries").pop()?;
        let rests = delivery["nextAttemptAt"].is_string();
        (delivery["attemptCount"] == attempts && rests).then_some(())
    });
}

#[test]
fn an_endpoint_that_fails_for_a_day_is_paused_and_sends_what_waited_once_resumed() {
    let stage = Stage::new();
    let seller = Seller::selling(&stage, "acme");
    let receiver = Receiver::start();
    receiver.answer(Manner::Status(500));
    seller.tell(&receiver);
    seller.sell_one();
    for attempt in 1..=5 {
        await_attempts(&seller, attempt);
        let status = if attempt < 5 { "failing" } else { "paused" };
        let endpoint = seller.get(WEBHOOK);
        assert_eq!(endpoint["status"], status, "{endpoint}");
        assert!(endpoint["failingSince"].is_string(), "{endpoint}");
        assert_eq!(endpoint["pausedAt"].is_string(), attempt == 5, "{endpoint}");
        stage.advance(Duration::from_hours(7));
    }
    let actions = |action: &str| {
        let entries = stage.audit("acme", "acme").into_iter();
        entries.filter(|(it, _)| it == action).collect::<Vec<_>>()
    };
    let system = |action: &str| vec![(action.to_owned(), "system".to_owned())];
    assert_eq!(actions("webhook.paused"), system("webhook.paused"));

    receiver.answer(Manner::Status(200));
    let before = receiver.received().len();
    let endpoint = seller.manage(resume()).expect(200);
    assert_eq!(
        (
            &endpoint["status"],
            &endpoint["pausedAt"],
            &endpoint["failingSince"]
        ),
        (&json!("active"), &Value::Null, &Value::Null)
    );
    eventually("the delivery", || {
        (receiver.received().len() > before).then_some(())
    });
    let again = seller.manage(resume()).expect(200);
    assert_eq!(again["status"], "active");
    assert_eq!(actions("webhook.resumed").len(), 1, "once");
}

#[test]
fn only_who_may_change_integrations_resumes_and_only_what_exists() {
    let stage = Stage::new();
    let seller = Seller::selling(&stage, "acme");
    let missing = seller.manage(resume());
    assert_eq!(missing.error(), (404, "common/not-found".into()));
    let reading = stage.token("acme", &[TokenScope::IntegrationsRead]);
    let answer = stage.api.send(&resume().bearer(&reading));
    assert_eq!(answer.error().0, 403);
    assert_eq!(stage.api.send(&resume()).error().0, 401);
}
