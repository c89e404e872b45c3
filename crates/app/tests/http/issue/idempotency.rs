//! An issue call that is sent twice, or many times at once.

use std::time::Duration;

use serde_json::Value;

use super::{Issuer, bare, page};
use crate::harness::{Answer, Request, Stage};

#[test]
fn a_call_with_an_idempotency_key_is_answered_the_same_for_a_day() {
    let stage = Stage::silent(&[]);
    let issuer = Issuer::new(&stage);
    let send = |key: &str, body: &Value| {
        let request = issuer.signed(&body.to_string());
        stage.api.send(&request.header("Idempotency-Key", key))
    };
    let first = send("order-42", &page());
    assert_eq!(first.header("idempotent-replay"), None);
    let first = first.expect(200);
    let again = send("order-42", &page());
    assert_eq!(again.header("idempotent-replay"), Some("true"));
    assert_eq!(again.expect(200), first);
    let other = send("order-42", &bare("bob@example.com"));
    assert_eq!(other.error(), (409, "common/idempotency-conflict".into()));
    assert_ne!(send("order-43", &page()).expect(200)["id"], first["id"]);
    assert_eq!(issuer.seller.licenses().len(), 2);
    stage.advance(Duration::from_hours(24));
    assert_ne!(send("order-42", &page()).expect(200)["id"], first["id"]);

    for key in ["", "two words", "ö", &"k".repeat(256)] {
        let answer = send(key, &page());
        assert_eq!(
            answer.error(),
            (400, "validation/invalid-input".into()),
            "{key}"
        );
        assert_eq!(answer.bad_fields(), ["Idempotency-Key"]);
    }
    send(&"k".repeat(255), &page()).expect(200);
    assert_eq!(issuer.seller.licenses().len(), 4);
}

#[test]
fn of_one_call_sent_at_once_many_times_one_mints() {
    let stage = Stage::silent(&[]);
    let issuer = Issuer::new(&stage);
    let body = page().to_string();
    let requests: Vec<Request> = (0..32)
        .map(|_| issuer.signed(&body).header("Idempotency-Key", "once"))
        .collect();
    let answers = at_once(&stage, &requests);
    let bodies: Vec<Value> = answers.iter().map(|answer| answer.expect(200)).collect();
    assert!(bodies.iter().all(|body| *body == bodies[0]), "{bodies:?}");
    let first = answers
        .iter()
        .filter(|answer| answer.header("idempotent-replay").is_none());
    assert_eq!(first.count(), 1);
    assert_eq!(issuer.seller.licenses().len(), 1);
}

#[test]
fn of_one_signature_sent_at_once_many_times_one_mints() {
    let stage = Stage::silent(&[]);
    let issuer = Issuer::new(&stage);
    let request = issuer.signed(&page().to_string());
    let requests: Vec<Request> = (0..32).map(|_| request.clone()).collect();
    let answers = at_once(&stage, &requests);
    let minted = answers.iter().filter(|answer| answer.status == 200).count();
    assert_eq!(minted, 1);
    for refused in answers.iter().filter(|answer| answer.status != 200) {
        assert_eq!(refused.error(), (401, "api/timestamp-replay".into()));
    }
    assert_eq!(issuer.seller.licenses().len(), 1);
}

fn at_once(stage: &Stage, requests: &[Request]) -> Vec<Answer> {
    let api = stage.api;
    std::thread::scope(|scope| {
        let calls: Vec<_> = requests
            .iter()
            .map(|request| scope.spawn(move || api.send(request)))
            .collect();
        let calls = calls.into_iter();
        calls.map(|call| call.join().expect("an answer")).collect()
    })
}
