//! Each error of the page, and each field that is not valid.

use std::time::Duration;

use mintage_domain::model::sellers::tenant::Plan;
use serde_json::{Value, json};

use super::{Issuer, bare, page, text, with};
use crate::harness::seller::{ApiKey, signed_to};
use crate::harness::{Answer, Request, Stage};

#[test]
fn a_field_that_is_not_valid_is_told_by_its_path() {
    let stage = Stage::silent(&[]);
    let issuer = Issuer::new(&stage);
    let many: serde_json::Map<String, Value> =
        (0..51).map(|n| (format!("k{n}"), Value::Null)).collect();
    let large = json!({"k": "x".repeat(16 * 1024)});
    for (path, value) in [
        ("planCode", Value::Null),
        ("planCode", json!("")),
        ("planCode", json!(7)),
        ("customer", Value::Null),
        ("customer", json!("alice@example.com")),
        ("customer.email", Value::Null),
        ("customer.email", json!("alice")),
        ("customer.email", json!(["alice@example.com"])),
        ("customer.name", json!(1)),
        ("customer.name", json!("x".repeat(2_001))),
        ("customer.name", json!("nul\u{0}")),
        ("customer.externalId", json!({})),
        ("customer.externalId", json!("x".repeat(256))),
        ("customer.metadata", json!([])),
        ("customer.metadata", large.clone()),
        ("duration", json!(30)),
        ("duration", json!("forever")),
        ("duration", json!("0d")),
        ("duration", json!("36501d")),
        ("duration", json!("2020-01-01T00:00:00Z")),
        ("maxActivations", json!("3")),
        ("maxActivations", json!(0)),
        ("maxActivations", json!(-1)),
        ("maxActivations", json!(1.5)),
        ("maxActivations", json!(100_001)),
        ("notes", json!(false)),
        ("notes", json!("x".repeat(5_001))),
        ("metadata", json!("campaign")),
        ("metadata", large),
        ("metadata", Value::Object(many)),
        ("metadata", json!({"k".repeat(41): 1})),
    ] {
        // The rate is another test's matter.
        stage.advance(Duration::from_secs(1));
        let pointer = format!("/{}", path.replace('.', "/"));
        let answer = issuer.issue(&with(&pointer, value.clone()));
        let invalid = (400, "validation/invalid-input".to_owned());
        assert_eq!(answer.error(), invalid, "{path}: {value}");
        assert_eq!(answer.bad_fields(), [path], "{value}");
    }
    let answer = issuer.issue(&json!({"customer": {"email": "x", "name": 1}, "notes": 2}));
    let mut bad = answer.bad_fields();
    bad.sort();
    assert_eq!(
        bad,
        ["customer.email", "customer.name", "notes", "planCode"]
    );
    for body in ["", "[]", "{", "null"] {
        let answer = stage.api.send(&issuer.signed(body));
        assert_eq!(
            answer.error(),
            (400, "validation/invalid-input".into()),
            "{body}"
        );
    }
    assert!(issuer.seller.licenses().is_empty());
}

#[test]
fn each_error_of_the_page_has_its_status_and_code() {
    let stage = Stage::silent(&[]);
    let issuer = Issuer::new(&stage);
    let good = page().to_string();
    let sent = |request: &Request| stage.api.send(request).error();
    let coded = |status: u16, code: &str| (status, code.to_owned());

    let invalid = issuer.signed(&with("/maxActivations", json!(0)).to_string());
    assert_eq!(sent(&invalid), coded(400, "validation/invalid-input"));

    let stranger = ApiKey {
        id: "ak_live_000000000000000000000000".to_owned(),
        ..issuer.api_key.clone()
    };
    let unknown = issuer.signed_by(&stranger, &good);
    assert_eq!(sent(&unknown), coded(401, "api/key-invalid"));

    let wrong_secret = ApiKey {
        secret: "aks_forged".to_owned(),
        ..issuer.api_key.clone()
    };
    let forged = issuer.signed_by(&wrong_secret, &good);
    assert_eq!(sent(&forged), coded(401, "api/signature-invalid"));

    let old = (issuer.seller.now() - 301).to_string();
    let old = signed_to("/v1/issue", &issuer.api_key, &old, &good);
    assert_eq!(sent(&old), coded(401, "api/timestamp-replay"));
    let once = issuer.signed(&good);
    stage.api.send(&once).expect(200);
    assert_eq!(sent(&once), coded(401, "api/timestamp-replay"));

    let reader = issuer.seller.api_key("pro", "READ_ONLY", "live");
    let lacking = issuer.signed_by(&reader, &good);
    assert_eq!(sent(&lacking), coded(403, "authz/role-insufficient"));

    for code in ["no-such-plan", "No Such Plan"] {
        let elsewhere = issuer.signed(&with("/planCode", json!(code)).to_string());
        assert_eq!(sent(&elsewhere), coded(404, "common/not-found"), "{code}");
    }
}

#[test]
fn the_rate_and_the_quota_have_theirs_too_and_a_revoke_makes_room() {
    let stage = Stage::silent(&[]);
    let issuer = Issuer::on(&stage, Plan::Free);
    let answers: Vec<Answer> = (0..61)
        .map(|_| stage.api.send(&issuer.signed("{}")))
        .collect();
    let (last, others) = answers.split_last().expect("sixty-one");
    assert!(others.iter().all(|answer| answer.status == 400));
    assert_eq!(last.error(), (429, "common/rate-limited".into()));

    for nth in 0..100 {
        if nth % 25 == 0 {
            stage.advance(Duration::from_secs(3));
        }
        let body = bare(&format!("buyer-{nth}@example.com"));
        issuer.issue(&body).expect(200);
    }
    let full = (403, "quota/licenses-exceeded".to_owned());
    let beyond = issuer.signed(&page().to_string());
    assert_eq!(stage.api.send(&beyond).error(), full);
    let license = &issuer.seller.licenses()[0];
    let revoke = format!("/v1/licenses/{}/revoke", text(&license["id"]));
    issuer.seller.manage(Request::post(revoke)).expect(200);
    stage.api.send(&beyond).expect(200);
    assert_eq!(issuer.issue(&page()).error(), full);
}

#[test]
fn only_the_scopes_full_and_issue_only_issue() {
    let stage = Stage::silent(&[]);
    let issuer = Issuer::new(&stage);
    for (scope, status) in [
        ("FULL", 200),
        ("ISSUE_ONLY", 200),
        ("VALIDATE_ONLY", 403),
        ("READ_ONLY", 403),
    ] {
        let api_key = issuer.seller.api_key("pro", scope, "sandbox");
        let request = issuer.signed_by(&api_key, &page().to_string());
        assert_eq!(stage.api.send(&request).status, status, "{scope}");
    }
    let modes: Vec<Value> = issuer
        .seller
        .licenses()
        .into_iter()
        .map(|it| it["mode"].clone())
        .collect();
    assert_eq!(modes, ["sandbox", "sandbox"], "the mode of the API key");
}

#[test]
fn a_plan_of_another_product_is_not_there() {
    let stage = Stage::silent(&[]);
    let issuer = Issuer::new(&stage);
    issuer.seller.product("other", "classic");
    issuer.seller.key_type("other", "team", None);
    let answer = issuer.issue(&with("/planCode", json!("team")));
    assert_eq!(answer.error(), (404, "common/not-found".into()));
}
