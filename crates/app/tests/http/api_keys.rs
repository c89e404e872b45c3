//! API keys: listed, revoked, and rotated while callers go on.

use std::time::Duration;

use serde_json::{Value, json};

use crate::harness::seller::{ApiKey, signed};
use crate::harness::{Answer, Request, Seller, Stage};

/// A seller of the products `pro` and `lite`, where a validate is answered `UNKNOWN` or refused.
fn seller(stage: &Stage) -> Seller {
    let seller = Seller::new(stage, "acme");
    seller.product("pro", "classic");
    seller.product("lite", "classic");
    seller
}

/// A validate of no license; each `nth` has a signature of its own.
fn call(stage: &Stage, seller: &Seller, key: &ApiKey, nth: i64) -> Answer {
    let body = json!({"key": "ACME-0000-0000-0000-0000"}).to_string();
    let at = (seller.now() * 1_000 + nth).to_string();
    stage.api.send(&signed(key, &at, &body))
}

fn revoke(seller: &Seller, id: &str) -> Answer {
    seller.manage(Request::post(format!("/v1/api-keys/{id}/revoke")))
}

fn rotate(seller: &Seller, id: &str, body: &Value) -> Answer {
    seller.post(&format!("/v1/api-keys/{id}/rotate"), body)
}

fn rotated(seller: &Seller, id: &str, body: &Value) -> ApiKey {
    let answer = rotate(seller, id, body);
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    ApiKey::made(&answer.expect(201))
}

/// A key as the list shows it.
fn listed(seller: &Seller, id: &str) -> Value {
    let mut keys = seller.items("/v1/api-keys?limit=100").into_iter();
    keys.find(|key| key["id"] == id).expect("the key is listed")
}

fn unknown_key() -> (u16, String) {
    (401, "api/key-invalid".to_owned())
}

#[test]
fn keys_are_listed_by_product_and_without_their_secrets() {
    let stage = Stage::silent(&[]);
    let seller = seller(&stage);
    let pro = seller.api_key("pro", "FULL", "live");
    stage.advance(Duration::from_secs(1));
    let lite = seller.api_key("lite", "READ_ONLY", "sandbox");
    for (query, expected) in [
        ("", vec![&lite, &pro]),
        ("?product=pro", vec![&pro]),
        ("?product=lite", vec![&lite]),
        ("?product=none", vec![]),
        ("?limit=1", vec![&lite]),
    ] {
        let page = seller.get(&format!("/v1/api-keys{query}"));
        let items = page["items"].as_array().expect("items");
        let ids: Vec<&Value> = items.iter().map(|key| &key["id"]).collect();
        let expected: Vec<&str> = expected.iter().map(|key| key.id.as_str()).collect();
        assert_eq!(ids, expected, "{query}");
        let text = page.to_string();
        for key in [&pro, &lite] {
            assert!(!text.contains(&key.secret), "{text}");
        }
        assert!(!text.to_lowercase().contains("secret"), "{text}");
    }
    let mut shown = listed(&seller, &lite.id);
    let created = shown["createdAt"].take();
    assert!(created.as_str().is_some_and(|at| at.ends_with('Z')));
    let expected = json!({
        "id": lite.id,
        "productId": "lite",
        "scope": "READ_ONLY",
        "signatureVersion": 1,
        "mode": "sandbox",
        "createdAt": null,
        "revokedAt": null,
        "expiresAt": null,
        "lastUsedAt": null,
    });
    assert_eq!(shown, expected);
    let answer = seller.manage(Request::get("/v1/api-keys?product=No%20"));
    assert_eq!(answer.error(), (400, "validation/invalid-input".into()));
    assert_eq!(answer.bad_fields(), ["product"]);
}

#[test]
fn a_revoked_key_is_refused_by_the_very_next_call() {
    let stage = Stage::silent(&[]);
    let seller = seller(&stage);
    let [key, other] = [0, 1].map(|_| seller.api_key("pro", "FULL", "live"));
    // The clock stands still: what the server keeps of the key stays fresh all along.
    call(&stage, &seller, &key, 0).expect(200);
    let revoked = revoke(&seller, &key.id).expect(200);
    assert!(revoked["revokedAt"].is_string() && revoked["expiresAt"].is_null());
    assert_eq!(call(&stage, &seller, &key, 1).error(), unknown_key());
    call(&stage, &seller, &other, 2).expect(200);
    assert_eq!(listed(&seller, &key.id), revoked);

    let already = (409, "api-key/already-revoked".to_owned());
    assert_eq!(revoke(&seller, &key.id).error(), already);
    assert_eq!(rotate(&seller, &key.id, &json!({})).error(), already);
    assert_eq!(seller.items("/v1/api-keys").len(), 2);
    let written = stage.audit("acme", &key.id);
    let actions: Vec<&str> = written.iter().map(|(action, _)| action.as_str()).collect();
    assert_eq!(actions, ["api-key.created", "api-key.revoked"]);
    assert!(written.iter().all(|(_, who)| who.starts_with("token:")));
}

#[test]
fn a_rotated_key_works_beside_the_new_one_until_its_overlap_is_over() {
    let stage = Stage::silent(&[]);
    let seller = seller(&stage);
    for (body, seconds) in [
        (json!({}), 86_400),
        (json!({ "overlapSeconds": null }), 86_400),
        (json!({"overlapSeconds": 90}), 90),
        (json!({"overlapSeconds": 2_592_000}), 2_592_000),
    ] {
        let old = seller.api_key("pro", "VALIDATE_ONLY", "sandbox");
        call(&stage, &seller, &old, 0).expect(200);
        let new = rotated(&seller, &old.id, &body);
        let (was, is) = (listed(&seller, &old.id), listed(&seller, &new.id));
        assert!(was["expiresAt"].is_string() && was["revokedAt"].is_null());
        for field in ["productId", "scope", "mode"] {
            assert_eq!(is[field], was[field], "{field}");
        }
        let again = rotate(&seller, &old.id, &json!({}));
        assert_eq!(again.error(), (409, "api-key/already-rotated".into()));
        call(&stage, &seller, &old, 1).expect(200);
        call(&stage, &seller, &new, 2).expect(200);

        stage.advance(Duration::from_secs(seconds - 1));
        // From now on the server keeps it: it must see the end all the same.
        call(&stage, &seller, &old, 3).expect(200);
        stage.advance(Duration::from_secs(1));
        assert_eq!(call(&stage, &seller, &old, 4).error(), unknown_key());
        call(&stage, &seller, &new, 5).expect(200);
        let ended = listed(&seller, &old.id);
        assert_eq!(
            (&ended["revokedAt"], &ended["expiresAt"]),
            (&was["expiresAt"], &Value::Null)
        );
    }
}

#[test]
fn a_key_rotated_without_overlap_or_revoked_within_it_is_refused_at_once() {
    let stage = Stage::silent(&[]);
    let seller = seller(&stage);
    let [at_once, within] = [0, 1].map(|_| seller.api_key("pro", "FULL", "live"));
    for key in [&at_once, &within] {
        call(&stage, &seller, key, 0).expect(200);
    }
    rotated(&seller, &at_once.id, &json!({"overlapSeconds": 0}));
    assert_eq!(call(&stage, &seller, &at_once, 1).error(), unknown_key());

    let new = rotated(&seller, &within.id, &json!({}));
    call(&stage, &seller, &within, 1).expect(200);
    revoke(&seller, &within.id).expect(200);
    assert_eq!(call(&stage, &seller, &within, 2).error(), unknown_key());
    call(&stage, &seller, &new, 3).expect(200);
}

#[test]
fn an_overlap_that_cannot_be_is_400_and_changes_nothing() {
    let stage = Stage::silent(&[]);
    let seller = seller(&stage);
    let key = seller.api_key("pro", "FULL", "live");
    for bad in [
        json!(-1),
        json!(2_592_001),
        json!(1.5),
        json!("60"),
        json!(true),
        json!([]),
        json!(u64::MAX),
    ] {
        let answer = rotate(&seller, &key.id, &json!({ "overlapSeconds": bad }));
        let expected = (400, "validation/invalid-input".to_owned());
        assert_eq!(answer.error(), expected, "{bad}");
        assert_eq!(answer.bad_fields(), ["overlapSeconds"], "{bad}");
    }
    assert_eq!(seller.items("/v1/api-keys").len(), 1);
    assert_eq!(listed(&seller, &key.id)["expiresAt"], Value::Null);
    call(&stage, &seller, &key, 0).expect(200);
}

#[test]
fn a_key_of_somebody_else_or_of_nobody_is_404() {
    let stage = Stage::silent(&[]);
    let seller = seller(&stage);
    let key = seller.api_key("pro", "FULL", "live");
    let other = Seller::new(&stage, "other");
    assert!(other.items("/v1/api-keys").is_empty());
    assert!(other.items("/v1/api-keys?product=pro").is_empty());
    for id in [key.id.as_str(), "ak_live_0000", "lic_1", "%20", "%FF"] {
        for answer in [revoke(&other, id), rotate(&other, id, &json!({}))] {
            assert_eq!(answer.error(), (404, "common/not-found".into()), "{id}");
        }
    }
    call(&stage, &seller, &key, 0).expect(200);
}

#[test]
fn a_command_does_to_a_key_what_the_api_does_and_a_running_server_follows() {
    let stage = Stage::silent(&[]);
    let seller = seller(&stage);
    let run = |words: &str, rest: &[&str]| {
        let mut arguments: Vec<&str> = words.split(' ').collect();
        arguments.extend(rest);
        stage.command(&arguments)
    };
    let one = |outcome: Result<Vec<Value>, String>| {
        let mut lines = outcome.expect("it succeeds");
        assert_eq!(lines.len(), 1, "{lines:?}");
        lines.remove(0)
    };
    let create = "api-key create --tenant acme --json --product pro --mode live --scope FULL";
    let first = ApiKey::made(&one(run(create, &[])));
    call(&stage, &seller, &first, 0).expect(200);

    let rotate = "api-key rotate --tenant acme --json --overlap-seconds 3600 --id";
    let second = ApiKey::made(&one(run(rotate, &[&first.id])));
    for key in [&first, &second] {
        call(&stage, &seller, key, 1).expect(200);
    }
    let revoke = "api-key revoke --tenant acme --json --id";
    let revoked = one(run(revoke, &[&first.id]));
    assert!(revoked["revokedAt"].is_string(), "{revoked}");
    // The command reads the system's clock, which is ahead of the server's that stood still.
    stage.advance(Duration::from_mins(1));
    assert_eq!(call(&stage, &seller, &first, 2).error(), unknown_key());
    call(&stage, &seller, &second, 3).expect(200);

    let list = run("api-key list --tenant acme --json --product pro", &[]);
    assert_eq!(list.expect("it succeeds"), seller.items("/v1/api-keys"));
    let of_none = run("api-key list --tenant acme --json --product lite", &[]);
    assert_eq!(of_none, Ok(vec![]));
    for (words, rest, complaint) in [
        (revoke, &[first.id.as_str()][..], "revoked already"),
        (rotate, &[&first.id], "revoked already"),
        (revoke, &["ak_live_0000"], "not found"),
        (revoke, &["x"], "--id"),
        (
            "api-key rotate --tenant acme --overlap-seconds 2592001 --id",
            &[&second.id],
            "2592000",
        ),
        ("api-key list --tenant nobody", &[], "no such tenant"),
    ] {
        let said = run(words, rest).expect_err(words);
        assert!(said.contains(complaint), "{said}");
    }
}
