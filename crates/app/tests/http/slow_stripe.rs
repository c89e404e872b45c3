//! A slow Stripe: who asked waits, and nobody else.

use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::harness::seller::signed_to;
use crate::harness::{Answer, Request, Seller, Stage, eventually};

/// How long the simulated Stripe takes. Far longer than anything else here takes.
const SLOW: Duration = Duration::from_secs(6);

/// How long a call that does not need Stripe may take, on a busy machine.
const QUICK: Duration = Duration::from_secs(2);

fn slow_down(stage: &Stage, path: &str) {
    let slowly = json!({"delay": {"millis": u64::try_from(SLOW.as_millis()).expect("millis")}});
    stage.stripe.fault(path, &slowly, 100);
}

fn quickly(what: &str, call: impl FnOnce() -> Answer, status: u16) {
    let started = Instant::now();
    let answer = call();
    assert_eq!(answer.status, status, "{what}: {}", answer.text());
    assert!(started.elapsed() < QUICK, "{what}: {:?}", started.elapsed());
}

#[test]
fn the_slow_calls_of_one_tenant_delay_no_other_tenant_and_no_other_call() {
    let stage = Stage::new();
    let slow = Seller::selling(&stage, "slow");
    let other = Seller::selling(&stage, "other");
    let (_, license) = other.sell_one();
    let (key, issuer) = (
        other.reveal(&license),
        other.api_key("pro", "FULL", "sandbox"),
    );
    let nth = std::cell::Cell::new(0);
    let signed = |path: &str, body: serde_json::Value| {
        nth.set(nth.get() + 1);
        let timestamp = (other.now() * 1_000 + nth.get()).to_string();
        stage
            .api
            .send(&signed_to(path, &issuer, &timestamp, body.to_string()))
    };
    slow_down(&stage, "/v1/checkout/sessions");
    thread::scope(|scope| {
        let checkout = || slow.checkout(&Seller::wish("lifetime"));
        let calls: Vec<_> = (0..18).map(|_| scope.spawn(checkout)).collect();
        eventually("the checkouts to wait for Stripe", || {
            let opening = slow.items("/v1/orders");
            (opening.len() == 8).then_some(())
        });
        quickly("ready", || stage.api.send(&Request::get("/readyz")), 200);
        quickly("list", || other.manage(Request::get("/v1/licenses")), 200);
        quickly(
            "list of the same tenant",
            || slow.manage(Request::get("/v1/orders")),
            200,
        );
        let limit = Request::new("PATCH", "/v1/products/pro/key-types/lifetime")
            .json(&json!({"activationLimit": 9}));
        quickly(
            "change of the same tenant that Stripe does not see",
            || slow.manage(limit),
            200,
        );
        let customer = json!({"planCode": "lifetime", "customer": {"email": "a@b.test"}});
        quickly("issue", || signed("/v1/issue", customer), 200);
        let device = json!({"key": key, "fingerprint": "one"});
        quickly("activate", || signed("/v1/activate", device), 200);
        let answers = calls
            .into_iter()
            .map(|call| call.join().expect("an answer"));
        let (opened, refused): (Vec<_>, Vec<_>) = answers.partition(|it| it.status == 200);
        assert_eq!((opened.len(), refused.len()), (8, 10));
        for refused in refused {
            assert_eq!(refused.error(), (503, "stripe/unavailable".into()));
        }
    });
    assert_eq!(
        slow.items("/v1/orders").len(),
        8,
        "the others left no order"
    );
}

#[test]
fn while_one_tenant_waits_for_stripe_another_one_is_still_served_by_it() {
    let stage = Stage::new();
    let slow = Seller::selling(&stage, "slow");
    let other = Seller::selling(&stage, "other");
    let delay = json!({"delay": {"millis": 3_000}});
    stage.stripe.fault("/v1/checkout/sessions", &delay, 8);
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| slow.checkout(&Seller::wish("lifetime")).expect(200));
        }
        eventually("the checkouts to wait for Stripe", || {
            (slow.items("/v1/orders").len() == 8).then_some(())
        });
        thread::sleep(Duration::from_millis(300));
        let wish = Seller::wish("lifetime");
        quickly("checkout", || other.checkout(&wish), 200);
    });
}

#[test]
fn a_callback_that_is_refused_for_stripes_sake_can_be_reloaded() {
    let stage = Stage::new();
    let seller = Seller::new(&stage, "acme");
    let other = Seller::selling(&stage, "other");
    let callback = || {
        let url = seller.authorize_url("sandbox");
        stage.stripe.consent(&url, "connect", "")
    };
    stage.stripe.fault("/oauth/token", &json!("close"), 5);
    for _ in 0..5 {
        assert_eq!(seller.come_back(&callback()).status, 502);
    }
    let callback = callback();
    let refused = seller.come_back(&callback);
    assert_eq!(refused.status, 503, "{}", refused.text());
    assert!(refused.text().contains("stripe/unavailable"));
    other.checkout(&Seller::wish("lifetime")).expect(200);
    assert_eq!(seller.come_back(&callback).status, 200);
    assert_eq!(seller.status()["connected"], true);
}

#[test]
fn a_stripe_that_does_not_answer_is_not_asked_for_a_while() {
    let stage = Stage::new();
    let seller = Seller::selling(&stage, "acme");
    let other = Seller::selling(&stage, "other");
    stage
        .stripe
        .fault("/v1/checkout/sessions", &json!("close"), 5);
    let wish = Seller::wish("lifetime");
    for _ in 0..5 {
        assert_eq!(seller.checkout(&wish).status, 502);
    }
    let asked = stage.stripe.posts("/v1/checkout/sessions").len();
    let refused = seller.checkout(&wish);
    assert_eq!(refused.error(), (503, "stripe/unavailable".into()));
    let wait = refused.header("retry-after").map(str::parse::<u64>);
    assert!(matches!(wait, Some(Ok(1..=10))), "{wait:?}");
    assert_eq!(
        stage.stripe.posts("/v1/checkout/sessions").len(),
        asked,
        "Stripe was not asked"
    );
    assert_eq!(
        seller.items("/v1/orders").len(),
        5,
        "and no order was opened"
    );
    // Stripe answers another account, which shows that Stripe is there.
    other.checkout(&wish).expect(200);
    seller.checkout(&wish).expect(200);
}
