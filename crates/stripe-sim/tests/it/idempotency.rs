use std::rc::Rc;

use actix_web::rt;
use awc::http::Method;
use mintage_stripe_sim::Config;
use serde_json::json;

use crate::test_sim::{LIVE, Reply, TEST, TestSim, eventually};

async fn product(sim: &TestSim, key: &str, form: &str) -> Reply {
    post(sim, TEST, "", "/v1/products", key, form).await
}

async fn post(
    sim: &TestSim,
    secret: &str,
    account: &str,
    path: &str,
    key: &str,
    form: &str,
) -> Reply {
    let bearer = format!("Bearer {secret}");
    let mut headers = vec![("Authorization", bearer.as_str()), ("Idempotency-Key", key)];
    if !account.is_empty() {
        headers.push(("Stripe-Account", account));
    }
    sim.call(Method::POST, path, form, &headers).await
}

#[actix_web::test]
async fn a_repeated_request_receives_the_first_response_in_any_order_of_parameters() {
    let sim = TestSim::start(Config::default());
    let first = product(&sim, "k", "name=a&active=true").await;
    let again = product(&sim, "k", "active=true&name=a").await;
    assert_eq!(first.body, again.body);
    assert_eq!(first.header("Idempotent-Replayed"), None);
    assert_eq!(again.header("Idempotent-Replayed"), Some("true"));
    assert_eq!(again.header("Original-Request"), first.header("Request-Id"));
    assert_eq!(again.header("Idempotency-Key"), Some("k"));
}

#[actix_web::test]
async fn another_request_with_the_same_key_is_an_error() {
    let sim = TestSim::start(Config::default());
    product(&sim, "k", "name=a").await;
    let params = product(&sim, "k", "name=b").await;
    let path = post(&sim, TEST, "", "/v1/refunds", "k", "name=a").await;
    for (reply, message) in [(params, "the same parameters"), (path, "the same endpoint")] {
        let error = (reply.status, reply.text("/error/type"));
        assert_eq!(error, (400, "idempotency_error"));
        assert!(
            reply.text("/error/message").contains(message),
            "{}",
            reply.body
        );
    }
}

#[actix_web::test]
async fn a_rejected_request_releases_its_key() {
    let sim = TestSim::start(Config::default());
    assert_eq!(product(&sim, "k", "").await.status, 400);
    assert_eq!(product(&sim, "k", "name=a").await.status, 200);
}

#[actix_web::test]
async fn a_key_is_unique_per_account_and_mode() {
    let sim = TestSim::start(Config::default());
    let account = sim.account(&[true]).await;
    let mut ids = Vec::new();
    for (secret, account) in [
        (TEST, ""),
        (LIVE, ""),
        (TEST, account.as_str()),
        (LIVE, account.as_str()),
    ] {
        ids.push(
            post(&sim, secret, account, "/v1/products", "k", "name=a")
                .await
                .id(),
        );
    }
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 4);
}

#[actix_web::test]
async fn a_key_in_use_is_a_conflict_until_the_first_response() {
    let sim = Rc::new(TestSim::start(Config::default()));
    sim.control("faults", &json!({ "kind": { "delay": { "millis": 300 } } }))
        .await;
    let slow = rt::spawn({
        let sim = Rc::clone(&sim);
        async move { product(&sim, "k", "name=a").await }
    });
    eventually("the slow request", async || {
        sim.list("requests").await.pop()
    })
    .await;
    let meanwhile = product(&sim, "k", "name=a").await;
    assert_eq!(
        (meanwhile.status, meanwhile.code()),
        (409, "idempotency_key_in_use")
    );
    let slow = slow.await.expect("no panic").id();
    assert_eq!(product(&sim, "k", "name=a").await.id(), slow);
}

#[actix_web::test]
async fn a_key_has_at_most_255_characters_and_get_requests_ignore_it() {
    let sim = TestSim::start(Config::default());
    for (length, status) in [(255, 200), (256, 400)] {
        assert_eq!(
            product(&sim, &"k".repeat(length), "name=a").await.status,
            status
        );
    }
    let bearer = format!("Bearer {TEST}");
    let long = "k".repeat(256);
    let headers = [
        ("Authorization", bearer.as_str()),
        ("Idempotency-Key", long.as_str()),
    ];
    assert_eq!(
        sim.call(Method::GET, "/v1/products", "", &headers)
            .await
            .status,
        200
    );
}
