use std::rc::Rc;

use actix_web::rt;
use awc::http::Method;
use mintage_stripe_sim::Config;
use serde_json::json;

use crate::bench::{Bench, LIVE, Reply, TEST, eventually};

async fn product(bench: &Bench, key: &str, form: &str) -> Reply {
    make(bench, TEST, "", "/v1/products", key, form).await
}

async fn make(
    bench: &Bench,
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
    bench.call(Method::POST, path, form, &headers).await
}

#[actix_web::test]
async fn the_same_request_gets_the_first_answer_whatever_the_order_of_its_parameters() {
    let bench = Bench::start(Config::default());
    let first = product(&bench, "k", "name=a&active=true").await;
    let again = product(&bench, "k", "active=true&name=a").await;
    assert_eq!(first.body, again.body);
    assert_eq!(first.header("Idempotent-Replayed"), None);
    assert_eq!(again.header("Idempotent-Replayed"), Some("true"));
    assert_eq!(again.header("Original-Request"), first.header("Request-Id"));
    assert_eq!(again.header("Idempotency-Key"), Some("k"));
}

#[actix_web::test]
async fn another_request_under_the_same_key_is_an_error() {
    let bench = Bench::start(Config::default());
    product(&bench, "k", "name=a").await;
    let params = product(&bench, "k", "name=b").await;
    let path = make(&bench, TEST, "", "/v1/refunds", "k", "name=a").await;
    for (reply, words) in [(params, "the same parameters"), (path, "the same endpoint")] {
        let seen = (reply.status, reply.text("/error/type"));
        assert_eq!(seen, (400, "idempotency_error"));
        assert!(
            reply.text("/error/message").contains(words),
            "{}",
            reply.body
        );
    }
}

#[actix_web::test]
async fn a_refused_request_does_not_use_its_key_up() {
    let bench = Bench::start(Config::default());
    assert_eq!(product(&bench, "k", "").await.status, 400);
    assert_eq!(product(&bench, "k", "name=a").await.status, 200);
}

#[actix_web::test]
async fn a_key_counts_per_account_and_mode() {
    let bench = Bench::start(Config::default());
    let account = bench.account(&[true]).await;
    let mut ids = Vec::new();
    for (secret, account) in [
        (TEST, ""),
        (LIVE, ""),
        (TEST, account.as_str()),
        (LIVE, account.as_str()),
    ] {
        ids.push(
            make(&bench, secret, account, "/v1/products", "k", "name=a")
                .await
                .id(),
        );
    }
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 4);
}

#[actix_web::test]
async fn a_key_in_use_is_a_conflict_until_its_request_has_answered() {
    let bench = Rc::new(Bench::start(Config::default()));
    bench
        .control("faults", &json!({ "kind": { "delay": { "millis": 300 } } }))
        .await;
    let slow = rt::spawn({
        let bench = Rc::clone(&bench);
        async move { product(&bench, "k", "name=a").await }
    });
    eventually("the slow request", async || {
        bench.watch("requests").await.pop()
    })
    .await;
    let meanwhile = product(&bench, "k", "name=a").await;
    assert_eq!(
        (meanwhile.status, meanwhile.code()),
        (409, "idempotency_key_in_use")
    );
    let slow = slow.await.expect("no panic").id();
    assert_eq!(product(&bench, "k", "name=a").await.id(), slow);
}

#[actix_web::test]
async fn keys_have_at_most_255_characters_and_reads_ignore_them() {
    let bench = Bench::start(Config::default());
    for (length, status) in [(255, 200), (256, 400)] {
        assert_eq!(
            product(&bench, &"k".repeat(length), "name=a").await.status,
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
        bench
            .call(Method::GET, "/v1/products", "", &headers)
            .await
            .status,
        200
    );
}
