//! `POST /v1/validate`: who may ask, and what is answered.

use std::time::Duration;

use serde_json::{Value, json};

use crate::harness::seller::{ApiKey, signed};
use crate::harness::stripe::Pay;
use crate::harness::{Request, Seller, Stage};

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
            "updatesUntil": null,
            "subscription": null,
            "plan": {"code": "lifetime", "name": "Acme Pro", "features": {"export": true}},
            "customer": {"id": license["customerId"], "email": "buyer@example.com"},
            "activations": {"used": 0, "max": 3},
        })
    );
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
        .header("X-KeyStack-Timestamp", t)
        .header("X-KeyStack-Signature", "00")
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
        "updatesUntil": null, "subscription": null,
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
    stage.advance(Duration::from_secs(30 * 86_400 - 1));
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
