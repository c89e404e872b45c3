//! Calls signed by version 2: each signature is accepted for its own route, once.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use serde_json::{Value, json};

use crate::harness::seller::{ApiKey, signed, signed_by_lines, signed_to};
use crate::harness::sign::over_lines;
use crate::harness::{Answer, Request, Seller, Stage};

/// A seller with a license of `pro`, and a key that signs by version 2.
struct Sold<'a> {
    stage: &'a Stage,
    seller: Seller,
    key: String,
    api_key: ApiKey,
    nonces: AtomicU32,
}

impl<'a> Sold<'a> {
    fn new(stage: &'a Stage) -> Self {
        let seller = Seller::selling(stage, "acme");
        let (_, license) = seller.sell_one();
        Self {
            stage,
            key: seller.reveal(&license),
            api_key: seller.api_key_of(&wish(2)),
            seller,
            nonces: AtomicU32::new(0),
        }
    }

    fn now(&self) -> String {
        self.seller.now().to_string()
    }

    fn nonce(&self) -> String {
        format!("nonce_{:010}", self.nonces.fetch_add(1, Ordering::Relaxed))
    }

    /// A call about a device on the license, under a nonce of its own.
    fn call(&self, target: &str) -> Request {
        let of = (self.now(), self.nonce());
        signed_by_lines(target, &self.api_key, (&of.0, &of.1), &self.body())
    }

    fn body(&self) -> String {
        json!({"key": self.key, "fingerprint": "laptop"}).to_string()
    }

    fn send(&self, call: &Request) -> Answer {
        self.stage.api.send(call)
    }

    fn used(&self) -> Value {
        let answer = self.send(&self.call("/v1/validate")).expect(200);
        answer["activations"]["used"].clone()
    }
}

fn wish(version: i64) -> Value {
    json!({"productId": "pro", "scope": "FULL", "mode": "sandbox", "signatureVersion": version})
}

fn replay() -> (u16, String) {
    (401, "api/timestamp-replay".to_owned())
}

fn mismatch() -> (u16, String) {
    (401, "api/signature-invalid".to_owned())
}

#[test]
fn equal_calls_in_one_second_both_pass_and_a_call_sent_again_is_refused_for_ten_minutes() {
    let stage = Stage::new();
    let sold = Sold::new(&stage);
    for target in ["/v1/validate", "/v1/activate", "/v1/heartbeat"] {
        let [one, other] = [0, 1].map(|_| sold.call(target));
        for call in [&one, &other] {
            sold.send(call).expect(200);
            assert_eq!(sold.send(call).error(), replay(), "{target}");
        }
        stage.advance(Duration::from_secs(1));
        assert_eq!(sold.send(&one).error(), replay(), "{target}");
        stage.advance(Duration::from_secs(299));
        assert_eq!(sold.send(&other).error(), replay(), "{target}");
    }
}

#[test]
fn a_nonce_is_used_up_for_every_route_and_every_body_of_its_key() {
    let stage = Stage::new();
    let sold = Sold::new(&stage);
    let (now, nonce) = (sold.now(), sold.nonce());
    let call = |with: &ApiKey, target: &str, body: &str| {
        sold.send(&signed_by_lines(target, with, (&now, &nonce), body))
    };
    call(&sold.api_key, "/v1/activate", &sold.body()).expect(200);
    for target in ["/v1/validate", "/v1/activate", "/v1/heartbeat"] {
        let answer = call(&sold.api_key, target, &sold.body());
        assert_eq!(answer.error(), replay(), "{target}");
    }
    let other_body = json!({ "key": sold.key }).to_string();
    let answer = call(&sold.api_key, "/v1/validate", &other_body);
    assert_eq!(answer.error(), replay());
    let other_key = sold.seller.api_key_of(&wish(2));
    call(&other_key, "/v1/validate", &sold.body()).expect(200);
}

#[test]
fn a_captured_call_is_refused_on_every_other_route() {
    let stage = Stage::new();
    let sold = Sold::new(&stage);
    sold.send(&sold.call("/v1/activate")).expect(200);
    for (of, on) in [
        ("/v1/heartbeat", "/v1/deactivate"),
        ("/v1/heartbeat", "/v1/activate"),
        ("/v1/validate", "/v1/activate"),
        ("/v1/validate", "/v1/deactivate"),
        ("/v1/validate", "/v1/validate?again=1"),
        ("/v1/validate", "/v1/issue"),
    ] {
        let captured = sold.call(of);
        let elsewhere = captured.clone().to(on);
        assert_eq!(sold.send(&elsewhere).error(), mismatch(), "{of} on {on}");
        sold.send(&captured).expect(200);
    }
    assert_eq!(sold.used(), 1);
}

#[test]
fn the_query_is_signed_as_it_is_requested() {
    let stage = Stage::new();
    let sold = Sold::new(&stage);
    for target in [
        "/v1/validate?",
        "/v1/validate?app=%C3%BC&v=2",
        "/v1/validate?v=2&app=a+b",
    ] {
        sold.send(&sold.call(target)).expect(200);
        let other = sold.call(target).to("/v1/validate");
        assert_eq!(sold.send(&other).error(), mismatch(), "{target}");
    }
}

#[test]
fn a_call_with_a_flaw_is_refused_and_uses_no_nonce_up() {
    let stage = Stage::new();
    let sold = Sold::new(&stage);
    let (now, body) = (sold.now(), sold.body());
    let (old, good) = ((sold.seller.now() - 301).to_string(), sold.nonce());
    let send = |timestamp: Option<&str>, nonce: Option<&str>, signature: Option<&str>| {
        let mut call = Request::post("/v1/validate").bearer(&sold.api_key.id);
        for (name, value) in [
            ("X-KeyStack-Timestamp", timestamp),
            ("X-KeyStack-Nonce", nonce),
            ("X-KeyStack-Signature", signature),
        ] {
            if let Some(value) = value {
                call = call.header(name, value);
            }
        }
        sold.send(&call.body("application/json", body.clone()))
    };
    let sign = |timestamp: &str, nonce: &str| {
        let lines = ["v2", timestamp, nonce, "POST", "/v1/validate"];
        over_lines(&sold.api_key.secret, &lines, body.as_bytes())
    };
    for nonce in [
        String::new(),
        "n".repeat(15),
        "n".repeat(65),
        format!("{good}!"),
        format!("{} {good}", &good[..8]),
    ] {
        let answer = send(Some(&now), Some(&nonce), Some(&sign(&now, &nonce)));
        assert_eq!(answer.error(), mismatch(), "{nonce:?}");
    }
    let signature = sign(&now, &good);
    let of_old = sign(&old, &good);
    let bare = signature.trim_start_matches("v2=");
    for (timestamp, nonce, signature, expected) in [
        (Some(&now), None, Some(signature.as_str()), mismatch()),
        (Some(&now), Some(&good), None, mismatch()),
        (Some(&now), Some(&good), Some(bare), mismatch()),
        (Some(&now), Some(&good), Some("v2="), mismatch()),
        (Some(&now), Some(&good), Some(of_old.as_str()), mismatch()),
        (Some(&old), Some(&good), Some(of_old.as_str()), replay()),
        (None, Some(&good), Some(signature.as_str()), replay()),
        (None, None, None, mismatch()),
    ] {
        let (timestamp, nonce) = (timestamp.map(String::as_str), nonce.map(String::as_str));
        let answer = send(timestamp, nonce, signature);
        assert_eq!(
            answer.error(),
            expected,
            "{timestamp:?} {nonce:?} {signature:?}"
        );
    }
    send(Some(&now), Some(&good), Some(&signature)).expect(200);
    let millis = (sold.seller.now() * 1_000 + 7).to_string();
    let (longest, shortest) = ("n".repeat(64), "n".repeat(16));
    for (timestamp, nonce) in [(&millis, &longest), (&now, &shortest)] {
        let signature = sign(timestamp, nonce);
        send(Some(timestamp), Some(nonce), Some(&signature)).expect(200);
    }
}

#[test]
fn a_key_takes_signatures_of_its_own_version_alone() {
    let stage = Stage::new();
    let sold = Sold::new(&stage);
    let (now, body) = (sold.now(), sold.body());
    let first = sold.seller.api_key_of(&wish(1));
    let by_lines = |with: &ApiKey| {
        let nonce = sold.nonce();
        sold.send(&signed_by_lines(
            "/v1/validate",
            with,
            (&now, &nonce),
            &body,
        ))
    };
    by_lines(&sold.api_key).expect(200);
    sold.send(&signed(&first, &now, &body)).expect(200);
    assert_eq!(by_lines(&first).error(), mismatch());
    let answer = sold.send(&signed(&sold.api_key, &now, &body));
    assert_eq!(answer.error(), mismatch());
}

#[test]
fn an_issue_call_signed_anew_under_its_idempotency_key_is_answered_with_the_same_license() {
    let stage = Stage::new();
    let sold = Sold::new(&stage);
    let now = sold.now();
    let body = json!({"planCode": "lifetime", "customer": {"email": "a@example.com"}}).to_string();
    let call = |nonce: &str| {
        let call = signed_by_lines("/v1/issue", &sold.api_key, (&now, nonce), &body);
        sold.send(&call.header("Idempotency-Key", "order-1"))
    };
    let nonces = [0, 1].map(|_| sold.nonce());
    let first = call(&nonces[0]).expect(200);
    let again = call(&nonces[1]);
    assert_eq!(again.header("idempotent-replay"), Some("true"));
    assert_eq!(again.expect(200), first);
    for nonce in &nonces {
        assert_eq!(call(nonce).error(), replay());
    }
    assert_eq!(sold.seller.licenses().len(), 2);
}

#[test]
fn a_signature_version_is_chosen_when_a_key_is_made_or_rotated_and_is_listed() {
    let stage = Stage::silent(&[]);
    let seller = Seller::new(&stage, "acme");
    seller.product("pro", "classic");
    let listed = |id: &str| {
        let mut keys = seller.items("/v1/api-keys?limit=100").into_iter();
        let found = keys.find(|key| key["id"] == id);
        found.expect("it is listed")["signatureVersion"].clone()
    };
    for (given, version) in [(json!(null), 1), (json!(1), 1), (json!(2), 2)] {
        let mut body = wish(1);
        body["signatureVersion"] = given;
        let made = seller.api_key_of(&body);
        assert_eq!(listed(&made.id), version);
    }
    for (was, rotation, is) in [
        (1, json!({}), 1),
        (1, json!({"signatureVersion": 2, "overlapSeconds": 60}), 2),
        (2, json!({ "signatureVersion": null }), 2),
        (2, json!({"signatureVersion": 1}), 1),
    ] {
        let old = seller.api_key_of(&wish(was));
        let path = format!("/v1/api-keys/{}/rotate", old.id);
        let new = ApiKey::made(&seller.post(&path, &rotation).expect(201));
        assert_eq!((listed(&old.id), listed(&new.id)), (was.into(), is.into()));
    }
    let key = seller.api_key_of(&wish(1));
    let rotate = format!("/v1/api-keys/{}/rotate", key.id);
    let count = seller.items("/v1/api-keys?limit=100").len();
    for bad in [
        json!(0),
        json!(3),
        json!(-2),
        json!("2"),
        json!(1.5),
        json!(true),
        json!([]),
    ] {
        let mut body = wish(1);
        body["signatureVersion"] = bad.clone();
        for answer in [
            seller.post("/v1/api-keys", &body),
            seller.post(&rotate, &json!({ "signatureVersion": bad })),
        ] {
            assert_eq!(
                answer.error(),
                (400, "validation/invalid-input".into()),
                "{bad}"
            );
            assert_eq!(answer.bad_fields(), ["signatureVersion"], "{bad}");
        }
    }
    assert_eq!(seller.items("/v1/api-keys?limit=100").len(), count);
}

#[test]
fn while_a_key_is_upgraded_its_callers_sign_either_way_until_the_overlap_is_over() {
    let stage = Stage::silent(&[]);
    let seller = Seller::new(&stage, "acme");
    seller.product("pro", "classic");
    let old = seller.api_key_of(&wish(1));
    let path = format!("/v1/api-keys/{}/rotate", old.id);
    let upgrade = json!({"overlapSeconds": 60, "signatureVersion": 2});
    let new = ApiKey::made(&seller.post(&path, &upgrade).expect(201));
    let body = json!({"key": "ACME-0000-0000-0000-0000"}).to_string();
    let send = |nonce: &str| {
        let now = seller.now().to_string();
        let first = signed_to("/v1/validate", &old, &now, &body);
        let second = signed_by_lines("/v1/validate", &new, (&now, nonce), &body);
        [first, second].map(|call| stage.api.send(&call))
    };
    for answer in send("before-the-end-0") {
        answer.expect(200);
    }
    stage.advance(Duration::from_mins(1));
    let [first, second] = send("behind-the-end-0");
    assert_eq!(first.error(), (401, "api/key-invalid".into()));
    second.expect(200);
}
