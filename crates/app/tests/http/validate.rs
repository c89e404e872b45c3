//! `POST /v1/validate`: who may ask, and what is answered.

use crate::harness::seller::{ApiKey, signed};
use crate::harness::stripe::Pay;
use crate::harness::{Request, Seller, Stage};
use serde_json::{Value, json};
use std::time::Duration;

/// A seller with a license of `pro`, its key, and a full API key.
fn sold(stage: &Stage) -> (Seller, Value, String, ApiKey) {
    let seller = Seller::selling(stage, "acme");
    let (_, license) = seller.sell_one();
    let key = seller.reveal(&license);
    let api_key = seller.api_key("pro", "FULL", "sandbox");
    (seller, license, key, api_key)
}

#[test]
fn a_good_license_is_answered_with_all_that_a_client_needs() {
    let stage = Stage::new();
    let (seller, license, key, api_key) = sold(&stage);
    let body = json!({"key": key, "fingerprint": "device-1"}).to_string();
    let answer = stage
        .api
        .send(&signed(&api_key, &seller.now().to_string(), &body));
    assert_eq!(answer.header("cache-control"), Some("private, max-age=15"));
    assert_eq!(
        answer.expect(200),
        json!({
            "valid": true,
            "status": "ACTIVE",
            "licenseId": license["id"],
            "issuedAt": license["createdAt"],
            "expiresAt": null,
            "plan": {"code": "lifetime", "name": "Acme Pro", "features": {"export": true}},
            "customer": {"id": license["customerId"], "email": "buyer@example.com"},
            "activations": {"used": 0, "max": 3},
        })
    );
}

#[test]
fn an_unsigned_or_wrongly_signed_call_is_401_with_the_code_of_what_is_wrong() {
    let stage = Stage::new();
    let (seller, _, key, api_key) = sold(&stage);
    let now = seller.now();
    let body = json!({ "key": key }).to_string();
    let good = signed(&api_key, &now.to_string(), &body);
    let bare = || Request::post("/v1/validate").body("application/json", body.clone());
    let with = |timestamp: &str, signature: &str| {
        let request = bare().bearer(&api_key.id);
        let request = request.header("X-KeyStack-Timestamp", timestamp);
        request.header("X-KeyStack-Signature", signature)
    };
    let of = |id: &str, secret: &str| ApiKey {
        id: id.to_owned(),
        secret: secret.to_owned(),
    };
    let at = |seconds: i64| signed(&api_key, &seconds.to_string(), &body);
    let garbage = |timestamp: &str| signed(&api_key, timestamp, &body);
    let (key_invalid, signature_invalid, replay) = (
        "api/key-invalid",
        "api/signature-invalid",
        "api/timestamp-replay",
    );
    for (why, request, code) in [
        ("no key", bare(), key_invalid),
        (
            "an unknown key",
            signed(
                &of("ak_test_none", &api_key.secret),
                &now.to_string(),
                &body,
            ),
            key_invalid,
        ),
        (
            "the secret as key",
            signed(
                &of(&api_key.secret, &api_key.secret),
                &now.to_string(),
                &body,
            ),
            key_invalid,
        ),
        (
            "a management token",
            bare().bearer(&seller.token),
            key_invalid,
        ),
        (
            "no signature",
            bare()
                .bearer(&api_key.id)
                .header("X-KeyStack-Timestamp", now.to_string()),
            signature_invalid,
        ),
        (
            "no timestamp",
            bare()
                .bearer(&api_key.id)
                .header("X-KeyStack-Signature", "00"),
            replay,
        ),
        (
            "a garbled signature",
            with(&now.to_string(), "xyz"),
            signature_invalid,
        ),
        (
            "an empty signature",
            with(&now.to_string(), ""),
            signature_invalid,
        ),
        (
            "half a signature",
            with(&now.to_string(), &"0".repeat(32)),
            signature_invalid,
        ),
        (
            "another secret",
            signed(&of(&api_key.id, "aks_other"), &now.to_string(), &body),
            signature_invalid,
        ),
        ("a garbled timestamp", garbage("yesterday"), replay),
        ("an empty timestamp", garbage(""), replay),
        ("a negative timestamp", garbage("-1"), replay),
        ("a huge timestamp", garbage("99999999999999999999"), replay),
        ("an old timestamp", at(now - 301), replay),
        ("a timestamp to come", at(now + 301), replay),
        ("a timestamp of 1970", at(0), replay),
    ] {
        assert_eq!(
            stage.api.send(&request).error(),
            (401, code.to_owned()),
            "{why}"
        );
    }
    let other_body = json!({"key": "ACME-OTHER"}).to_string();
    let moved = good.clone().body("application/json", other_body);
    assert_eq!(
        stage.api.send(&moved).error(),
        (401, signature_invalid.to_owned())
    );
    stage.api.send(&good).expect(200);
}

#[test]
fn a_timestamp_may_be_five_minutes_off_and_in_seconds_or_milliseconds() {
    let stage = Stage::new();
    let (seller, _, key, api_key) = sold(&stage);
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
    let (seller, _, key, api_key) = sold(&stage);
    for asked in [key.as_str(), "ACME-0000-0000-0000-0000"] {
        let body = json!({ "key": asked }).to_string();
        let t = seller.now().to_string();
        let signature =
            crate::harness::sign::over_time_dot_body(&api_key.secret, &t, body.as_bytes());
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
    let (seller, _, key, _) = sold(&stage);
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
fn a_signed_body_that_says_nothing_is_400() {
    let stage = Stage::new();
    let (seller, .., api_key) = sold(&stage);
    let t = seller.now().to_string();
    for (body, fields) in [
        ("", &[][..]),
        ("{", &[]),
        ("[]", &[]),
        ("{}", &["key"]),
        ("{\"key\":null}", &["key"]),
        ("{\"key\":7}", &["key"]),
        ("{\"key\":\"\"}", &["key"]),
        ("{\"key\":\"ACME\",\"fingerprint\":\"\"}", &["fingerprint"]),
    ] {
        let answer = stage.api.send(&signed(&api_key, &t, body));
        assert_eq!(
            answer.error(),
            (400, "validation/invalid-input".into()),
            "{body}"
        );
        assert_eq!(answer.bad_fields(), fields, "{body}");
    }
    let plain = Request::post("/v1/validate")
        .bearer(&api_key.id)
        .body("text/plain", "{}");
    let answer = stage.api.send(&plain);
    assert_eq!(
        answer.error(),
        (415, "validation/unsupported-media-type".into())
    );
}

#[test]
fn a_key_is_known_however_it_is_typed() {
    let stage = Stage::new();
    let (seller, _, key, api_key) = sold(&stage);
    for typed in [
        key.to_lowercase(),
        key.replace('-', ""),
        format!("  {} ", key.replace('-', " ")),
        key.replacen('0', "O", 4).replacen('1', "l", 4),
        key.replace('-', "\u{2013}"),
    ] {
        let verdict = seller.validate(&api_key, &typed);
        assert_eq!(verdict["valid"], true, "{typed}");
    }
}

#[test]
fn an_unknown_key_and_one_of_another_product_mode_or_tenant_are_not_found() {
    let stage = Stage::new();
    let (seller, _, key, sandbox) = sold(&stage);
    seller.product("other", "classic");
    let other = Seller::new(&stage, "other");
    other.product("pro", "classic");
    let not_found = json!({
        "valid": false, "status": "INVALID", "reason": "not_found",
        "licenseId": null, "expiresAt": null, "plan": null, "customer": null,
    });
    for (why, with, key) in [
        ("unknown", &sandbox, "ACME-0000-0000-0000-0000"),
        ("too short", &sandbox, "x"),
        ("too long", &sandbox, &"x".repeat(256)),
        (
            "another product",
            &seller.api_key("other", "FULL", "sandbox"),
            &key,
        ),
        ("another mode", &seller.api_key("pro", "FULL", "live"), &key),
        (
            "another tenant",
            &other.api_key("pro", "FULL", "sandbox"),
            &key,
        ),
    ] {
        let answer = seller.validate(with, key);
        assert_eq!(answer, not_found, "{why}");
    }
}

#[test]
fn a_checked_key_with_a_typo_is_told_from_one_that_is_unknown() {
    let stage = Stage::new();
    let mut seller = Seller::new(&stage, "acme");
    seller.product("pro", "checked");
    seller.key_type("pro", "lifetime", Some(2_900));
    seller.connect("sandbox");
    seller.set_up_prices();
    let (_, license) = seller.sell_one();
    let key = seller.reveal(&license);
    let api_key = seller.api_key("pro", "VALIDATE_ONLY", "sandbox");
    assert_eq!(seller.validate(&api_key, &key)["valid"], true);
    for at in [5, 12, key.len() - 1] {
        let mut typo = key.clone().into_bytes();
        typo[at] = if typo[at] == b'7' { b'8' } else { b'7' };
        let typo = String::from_utf8(typo).expect("a text");
        let verdict = seller.validate(&api_key, &typo);
        assert_eq!(
            (&verdict["valid"], &verdict["reason"]),
            (&json!(false), &json!("checksum")),
            "{typo}"
        );
    }
    let imported = seller.validate(&api_key, "SOME-OTHER-KEY");
    assert_eq!(
        imported["reason"], "not_found",
        "of no shape that could be checked"
    );
}

#[test]
fn a_license_expires_when_its_term_is_over() {
    let stage = Stage::new();
    let seller = Seller::selling(&stage, "acme");
    let month = json!({
        "keyTypeId": "month", "displayName": "A month", "duration": "30d",
        "priceInCents": 500, "priceCurrency": "usd",
    });
    seller.key_type_of("pro", &month);
    seller.set_up_prices();
    let session = seller.sell("month", "buyer@example.com", Pay::Card);
    let license = seller.await_license_of(&session);
    let key = seller.reveal(&license);
    let api_key = seller.api_key("pro", "FULL", "sandbox");
    let month = Duration::from_hours(24 * 30);
    stage.advance(month - Duration::from_secs(1));
    assert_eq!(seller.validate(&api_key, &key)["valid"], true);
    assert!(seller.items("/v1/licenses?status=EXPIRED").is_empty());
    stage.advance(Duration::from_secs(1));
    let verdict = seller.validate(&api_key, &key);
    assert_eq!(
        (&verdict["valid"], &verdict["reason"]),
        (&json!(false), &json!("expired"))
    );
    assert_eq!(
        (&verdict["status"], &verdict["expiresAt"]),
        (&json!("EXPIRED"), &license["expiresAt"])
    );
    let expired = seller.items("/v1/licenses?status=EXPIRED");
    assert_eq!(
        (&expired[0]["id"], &expired[0]["reason"]),
        (&license["id"], &json!("expired"))
    );
}

#[test]
fn a_revoked_license_is_invalid_at_once() {
    let stage = Stage::new();
    let (seller, license, key, api_key) = sold(&stage);
    assert_eq!(seller.validate(&api_key, &key)["valid"], true);
    let id = license["id"].as_str().expect("an id");
    seller
        .manage(Request::post(format!("/v1/licenses/{id}/revoke")))
        .expect(200);
    stage.advance(Duration::from_secs(1));
    let verdict = seller.validate(&api_key, &key);
    assert_eq!(
        (&verdict["valid"], &verdict["reason"]),
        (&json!(false), &json!("revoked"))
    );
    assert_eq!(
        (&verdict["status"], &verdict["licenseId"]),
        (&json!("REVOKED"), &license["id"])
    );
}
