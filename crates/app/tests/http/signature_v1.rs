//! Calls signed by version 1: which signatures are accepted, when, and how often.

use serde_json::json;

use crate::harness::seller::{ApiKey, signed};
use crate::harness::sign::over_time_dot_body;
use crate::harness::{Request, Seller, Stage};

/// A seller with a license of `pro`, its key, and a full API key.
fn sold(stage: &Stage) -> (Seller, String, ApiKey) {
    let seller = Seller::selling(stage, "acme");
    let (_, license) = seller.sell_one();
    let key = seller.reveal(&license);
    let api_key = seller.api_key("pro", "FULL", "sandbox");
    (seller, key, api_key)
}

/// A body that asks about a key.
fn asking(key: &str) -> String {
    json!({ "key": key }).to_string()
}

/// A call with these headers, as far as they are given.
fn call(id: Option<&str>, timestamp: Option<&str>, signature: Option<&str>, body: &str) -> Request {
    let mut request = Request::post("/v1/validate").body("application/json", body);
    if let Some(id) = id {
        request = request.bearer(id);
    }
    let headers = [
        ("X-KeyStack-Timestamp", timestamp),
        ("X-KeyStack-Signature", signature),
    ];
    for (name, value) in headers {
        if let Some(value) = value {
            request = request.header(name, value);
        }
    }
    request
}

fn unauthorized(code: &str) -> (u16, String) {
    (401, code.to_owned())
}

#[test]
fn a_missing_or_unknown_key_is_401() {
    let stage = Stage::new();
    let (seller, key, api_key) = sold(&stage);
    let (body, now) = (asking(&key), seller.now().to_string());
    let good = over_time_dot_body(&api_key.secret, &now, body.as_bytes());
    for id in [
        None,
        Some("ak_test_none"),
        Some("ak_live_000000000000000000000000"),
        Some(api_key.secret.as_str()),
        Some(seller.token.as_str()),
        Some(seller.checkout_key.as_str()),
    ] {
        let request = call(id, Some(&now), Some(&good), &body);
        assert_eq!(
            stage.api.send(&request).error(),
            unauthorized("api/key-invalid")
        );
    }
    let request = call(Some(&api_key.id), Some(&now), Some(&good), &body);
    stage.api.send(&request).expect(200);
}

#[test]
fn a_missing_or_wrong_signature_is_401() {
    let stage = Stage::new();
    let (seller, key, api_key) = sold(&stage);
    let other = seller.api_key("pro", "FULL", "sandbox");
    let (body, now) = (asking(&key), seller.now().to_string());
    let signed_by =
        |secret: &str, t: &str, body: &str| over_time_dot_body(secret, t, body.as_bytes());
    let good = signed_by(&api_key.secret, &now, &body);
    let earlier = (seller.now() - 1).to_string();
    for (why, signature) in [
        ("missing", None),
        ("empty", Some(String::new())),
        ("not hex", Some("xyz".to_owned())),
        ("half", Some(good[..32].to_owned())),
        ("with a prefix", Some(format!("v1={good}"))),
        ("zeros", Some("0".repeat(64))),
        (
            "under another key's secret",
            Some(signed_by(&other.secret, &now, &body)),
        ),
        ("under no secret", Some(signed_by("", &now, &body))),
        (
            "over another body",
            Some(signed_by(&api_key.secret, &now, "{}")),
        ),
        (
            "over another time",
            Some(signed_by(&api_key.secret, &earlier, &body)),
        ),
    ] {
        let request = call(Some(&api_key.id), Some(&now), signature.as_deref(), &body);
        let answer = stage.api.send(&request);
        assert_eq!(
            answer.error(),
            unauthorized("api/signature-invalid"),
            "{why}"
        );
    }
    let request = call(Some(&api_key.id), Some(&now), Some(&good), &body);
    stage.api.send(&request).expect(200);
}

#[test]
fn a_missing_unreadable_or_far_off_timestamp_is_401() {
    let stage = Stage::new();
    let (seller, key, api_key) = sold(&stage);
    let (body, now) = (asking(&key), seller.now());
    let missing = call(Some(&api_key.id), None, Some("00"), &body);
    assert_eq!(
        stage.api.send(&missing).error(),
        unauthorized("api/timestamp-replay")
    );
    for timestamp in [
        String::new(),
        "yesterday".to_owned(),
        "-1".to_owned(),
        format!("+{now}"),
        format!("{now}.0"),
        "0".to_owned(),
        "99999999999999999999".to_owned(),
        (now - 301).to_string(),
        (now + 301).to_string(),
        ((now - 301) * 1_000).to_string(),
    ] {
        let answer = stage.api.send(&signed(&api_key, &timestamp, &body));
        assert_eq!(
            answer.error(),
            unauthorized("api/timestamp-replay"),
            "{timestamp}"
        );
    }
}

#[test]
fn a_timestamp_may_be_five_minutes_off_and_in_seconds_or_milliseconds() {
    let stage = Stage::new();
    let (seller, key, api_key) = sold(&stage);
    let now = seller.now();
    let body = json!({ "key": key }).to_string();
    for timestamp in [
        (now - 299).to_string(),
        (now + 300).to_string(),
        (now * 1_000).to_string(),
        (now * 1_000 - 299_000).to_string(),
        now.to_string(),
    ] {
        let answer = stage
            .api
            .send(&signed(&api_key, &timestamp, &body))
            .expect(200);
        assert_eq!(answer["valid"], true, "{timestamp}");
    }
}

#[test]
fn a_signature_is_good_once_in_either_case() {
    let stage = Stage::new();
    let (seller, key, api_key) = sold(&stage);
    for asked in [key.as_str(), "ACME-0000-0000-0000-0000"] {
        let body = json!({ "key": asked }).to_string();
        let t = seller.now().to_string();
        let signature = over_time_dot_body(&api_key.secret, &t, body.as_bytes());
        stage.api.send(&signed(&api_key, &t, &body)).expect(200);
        for again in [signature.clone(), signature.to_uppercase()] {
            let request = Request::post("/v1/validate").bearer(&api_key.id);
            let request = request.header("X-KeyStack-Timestamp", t.clone());
            let request = request.header("X-KeyStack-Signature", again);
            let answer = stage
                .api
                .send(&request.body("application/json", body.clone()));
            assert_eq!(
                answer.error(),
                (401, "api/timestamp-replay".into()),
                "{asked}"
            );
        }
    }
}

#[test]
fn a_scope_that_does_not_validate_is_403() {
    let stage = Stage::new();
    let (seller, key, _) = sold(&stage);
    for (scope, status) in [
        ("FULL", 200),
        ("VALIDATE_ONLY", 200),
        ("READ_ONLY", 403),
        ("ISSUE_ONLY", 403),
    ] {
        let api_key = seller.api_key("pro", scope, "sandbox");
        let body = json!({ "key": key }).to_string();
        let answer = stage
            .api
            .send(&signed(&api_key, &seller.now().to_string(), &body));
        assert_eq!(answer.status, status, "{scope}");
        if status == 403 {
            assert_eq!(answer.error().1, "authz/role-insufficient");
        }
    }
}

#[test]
fn a_signature_is_not_good_again_after_a_restart_and_a_new_one_is() {
    let mut stage = Stage::new();
    let (seller, key, api_key) = sold(&stage);
    let body = json!({ "key": key }).to_string();
    let now = seller.now();
    // A client whose clock is ahead signs for later than the restart.
    let used = [now - 60, now, now + 60].map(|at| signed(&api_key, &at.to_string(), &body));
    for request in &used {
        stage.api.send(request).expect(200);
    }
    stage.restart(&[]);
    for request in &used {
        let answer = stage.api.send(request);
        assert_eq!(answer.error(), (401, "api/timestamp-replay".into()));
    }
    for at in [now - 61, now + 1] {
        let fresh = signed(&api_key, &at.to_string(), &body);
        stage.api.send(&fresh).expect(200);
    }
}
