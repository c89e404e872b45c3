//! Management tokens: listed, named, with an end, revoked, and never able to give away more than they
//! have.

use std::time::Duration;

use mintage_domain::model::sellers::management_token::TokenScope;
use mintage_domain::ports::Clock;
use serde_json::{Value, json};

use crate::harness::{Answer, Request, Seller, Stage, eventually};

fn create(seller: &Seller, body: &Value) -> Answer {
    seller.post("/v1/tokens", body)
}

/// The seller with a token that was created with this body; and what the answer said of the token.
fn holder(stage: &Stage, seller: &Seller, body: &Value) -> (Seller, Value) {
    let answer = create(seller, body);
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let mut created = answer.expect(201);
    let fields = created.as_object_mut().expect("an object");
    let secret = fields.remove("managementToken").expect("the token");
    let secret = secret.as_str().expect("a text").to_owned();
    assert!(secret.starts_with("mt_"));
    (Seller::of(stage, &seller.id, secret), created)
}

fn revoke(seller: &Seller, token: &Value) -> Answer {
    let id = token["id"].as_str().expect("an id");
    seller.manage(Request::post(format!("/v1/tokens/{id}/revoke")))
}

fn refused(seller: &Seller) {
    let answer = seller.manage(Request::get("/v1/products"));
    assert_eq!(answer.error(), (401, "api/key-invalid".into()));
}

#[test]
fn a_token_is_listed_with_its_name_end_and_last_use_until_it_is_revoked() {
    let stage = Stage::silent(&[]);
    let seller = Seller::new(&stage, "acme");
    let end = stage.clock.now().plus(Duration::from_hours(1)).to_rfc3339();
    let wish = json!({"name": "CI", "scopes": ["products:read"], "expiresAt": end});
    stage.advance(Duration::from_secs(1));
    let (ci, created) = holder(&stage, &seller, &wish);
    let mut expected = json!({
        "id": created["id"],
        "name": "CI",
        "scopes": ["products:read"],
        "createdAt": stage.clock.now().to_rfc3339(),
        "expiresAt": end,
        "revokedAt": null,
        "lastUsedAt": null,
    });
    assert_eq!(created, expected);
    assert_eq!(seller.items("/v1/tokens")[0], expected);
    stage.advance(Duration::from_secs(9));
    ci.get("/v1/products");
    expected["lastUsedAt"] = json!(stage.clock.now().to_rfc3339());
    eventually("the last use", || {
        (seller.items("/v1/tokens")[0] == expected).then_some(())
    });
    let page = seller.get("/v1/tokens?limit=1");
    assert_eq!(page["items"].as_array().map(Vec::len), Some(1));
    assert!(page["nextCursor"].is_string());
    assert_eq!(
        seller.items("/v1/tokens").len(),
        2,
        "the first is the operator's"
    );

    let revoked = revoke(&seller, &created).expect(200);
    assert_eq!(revoked["revokedAt"], expected["lastUsedAt"]);
    refused(&ci);
    let again = revoke(&seller, &created);
    assert_eq!(again.error(), (409, "token/already-revoked".into()));
    let written = stage.audit("acme", created["id"].as_str().expect("an id"));
    let actions: Vec<&str> = written.iter().map(|(action, _)| action.as_str()).collect();
    assert_eq!(actions, ["token.created", "token.revoked"]);
    assert!(written.iter().all(|(_, who)| who.starts_with("token:")));
}

#[test]
fn a_token_is_refused_from_its_end_on() {
    let stage = Stage::silent(&[]);
    let seller = Seller::new(&stage, "acme");
    let end = stage.clock.now().plus(Duration::from_mins(1)).to_rfc3339();
    let wish = json!({"scopes": ["products:read"], "expiresAt": end});
    let (brief, created) = holder(&stage, &seller, &wish);
    assert_eq!(created["name"], Value::Null);
    stage.advance(Duration::from_secs(59));
    brief.get("/v1/products");
    stage.advance(Duration::from_secs(1));
    refused(&brief);
    revoke(&seller, &created).expect(200);
}

#[test]
fn a_token_creates_neither_a_token_nor_a_key_that_may_do_more_than_itself() {
    let stage = Stage::silent(&[]);
    let owner = Seller::new(&stage, "acme");
    owner.product("pro", "classic");
    let full = owner.api_key("pro", "FULL", "live");
    let scopes = [
        TokenScope::TokensWrite,
        TokenScope::ApiKeysWrite,
        TokenScope::LicensesRead,
    ];
    let limited = Seller::of(&stage, "acme", stage.token("acme", &scopes));
    for (scopes, status) in [
        (json!(["licenses:read"]), 201),
        (
            json!(["licenses:read", "tokens:write", "api-keys:write"]),
            201,
        ),
        (json!(["licenses:reveal"]), 403),
        (json!(["licenses:read", "licenses:write"]), 403),
        (json!(TokenScope::ALL.map(TokenScope::as_str)), 403),
    ] {
        let answer = create(&limited, &json!({ "scopes": scopes }));
        assert_eq!(answer.status, status, "{scopes}");
    }
    for (scope, status) in [
        ("READ_ONLY", 201),
        ("PUBLISHABLE", 201),
        ("FULL", 403),
        ("ISSUE_ONLY", 403),
        ("VALIDATE_ONLY", 403),
    ] {
        let wish = json!({"productId": "pro", "scope": scope, "mode": "live"});
        let answer = limited.post("/v1/api-keys", &wish);
        assert_eq!(answer.status, status, "{scope}");
        if status == 403 {
            assert_eq!(answer.error().1, "authz/role-insufficient");
        }
    }
    let rotate = format!("/v1/api-keys/{}/rotate", full.id);
    assert_eq!(limited.post(&rotate, &json!({})).status, 403);
    let revoke = Request::post(format!("/v1/api-keys/{}/revoke", full.id));
    limited.manage(revoke).expect(200);

    let end = stage.clock.now().plus(Duration::from_hours(1)).to_rfc3339();
    let brief = json!({"scopes": ["tokens:write"], "expiresAt": end});
    let (brief, _) = holder(&stage, &owner, &brief);
    for (expires_at, status) in [
        (json!(end), 201),
        (Value::Null, 403),
        (json!("9999-12-31"), 403),
    ] {
        let wish = json!({"scopes": ["tokens:write"], "expiresAt": expires_at});
        assert_eq!(create(&brief, &wish).status, status, "{expires_at}");
    }
}

#[test]
fn a_token_that_cannot_be_is_400_and_is_not_created() {
    let stage = Stage::silent(&[]);
    let seller = Seller::new(&stage, "acme");
    let scopes = json!(["products:read"]);
    for (body, field) in [
        (json!({}), "scopes"),
        (json!({"scopes": []}), "scopes"),
        (json!({"scopes": "products:read"}), "scopes"),
        (json!({"scopes": ["danger"]}), "scopes"),
        (json!({"scopes": [1]}), "scopes"),
        (json!({"scopes": scopes, "name": ""}), "name"),
        (json!({"scopes": scopes, "name": "x".repeat(121)}), "name"),
        (json!({"scopes": scopes, "name": "a\nb"}), "name"),
        (
            json!({"scopes": scopes, "expiresAt": "2020-01-01"}),
            "expiresAt",
        ),
        (
            json!({"scopes": scopes, "expiresAt": "tomorrow"}),
            "expiresAt",
        ),
        (
            json!({"scopes": scopes, "expiresAt": 4_102_444_800_i64}),
            "expiresAt",
        ),
    ] {
        let answer = create(&seller, &body);
        assert_eq!(answer.error(), (400, "validation/invalid-input".into()));
        assert_eq!(answer.bad_fields(), [field], "{body}");
    }
    assert_eq!(seller.items("/v1/tokens").len(), 1);
}

#[test]
fn a_token_of_somebody_else_or_of_nobody_is_404() {
    let stage = Stage::silent(&[]);
    let (seller, other) = (Seller::new(&stage, "acme"), Seller::new(&stage, "other"));
    let theirs = other.items("/v1/tokens").remove(0);
    let nobody = json!({"id": "tok_0000"});
    for token in [&theirs, &nobody, &json!({"id": "x"}), &json!({"id": "%20"})] {
        let answer = revoke(&seller, token);
        assert_eq!(answer.error(), (404, "common/not-found".into()), "{token}");
    }
    other.get("/v1/products");
}

#[test]
fn a_command_does_to_a_token_what_the_api_does() {
    let stage = Stage::silent(&[]);
    let seller = Seller::new(&stage, "acme");
    let run = |words: &str| stage.command(&words.split(' ').collect::<Vec<_>>());
    let create = "token create --tenant acme --json --name CI --scope products:read \
                  --scope audit:read --expires-at 2999-01-01";
    let mut created = run(create).expect("a token").remove(0);
    let fields = created.as_object_mut().expect("an object");
    let secret = fields.remove("managementToken").expect("the token");
    let ci = Seller::of(&stage, "acme", secret.as_str().expect("a text").to_owned());
    ci.get("/v1/audit");
    assert_eq!(created["name"], "CI");
    assert_eq!(created["scopes"], json!(["products:read", "audit:read"]));
    let used = eventually("the last use", || {
        let listed = run("token list --tenant acme --json").expect("a list");
        let of_it = listed.into_iter().find(|it| it["id"] == created["id"]);
        of_it.filter(|it| it["lastUsedAt"].is_string())
    });
    assert_eq!(used, seller.items("/v1/tokens")[0]);
    let revoke = format!("token revoke --tenant acme --json --id {}", created["id"]);
    let revoke = revoke.replace('"', "");
    let revoked = run(&revoke).expect("the token").remove(0);
    assert_eq!(revoked["lastUsedAt"], used["lastUsedAt"]);
    refused(&ci);
    for (words, complaint) in [
        (revoke.as_str(), "revoked already"),
        ("token revoke --tenant acme --id tok_0000", "not found"),
        ("token revoke --tenant acme --id x", "--id"),
        ("token create --tenant nobody", "no such tenant"),
        ("token create --tenant acme --scope danger", "--scope"),
        (
            "token create --tenant acme --expires-at 2020-01-01",
            "in the future",
        ),
        ("token list --tenant nobody", "no such tenant"),
    ] {
        let said = run(words).expect_err(words);
        assert!(said.contains(complaint), "{words}: {said}");
    }
}
