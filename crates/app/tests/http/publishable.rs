//! Publishable keys: made without a secret, for apps that cannot keep one.

use std::time::Duration;

use serde_json::{Value, json};

use crate::harness::seller::{ApiKey, signed, signed_by_lines, signed_to};
use crate::harness::{Answer, Request, Seller, Stage};

/// A seller with a license of `pro`, and an app that carries a publishable key.
struct Sold<'a> {
    stage: &'a Stage,
    seller: Seller,
    license: Value,
    key: String,
    publishable: String,
}

impl<'a> Sold<'a> {
    fn new(stage: &'a Stage) -> Self {
        let seller = Seller::selling(stage, "acme");
        let (_, license) = seller.sell_one();
        Self {
            stage,
            key: seller.reveal(&license),
            publishable: seller.publishable_key("pro", "sandbox"),
            seller,
            license,
        }
    }

    fn body(&self) -> Value {
        json!({"key": self.key, "fingerprint": "laptop"})
    }

    fn with(&self, id: &str, path: &str) -> Answer {
        let call = Request::post(path).bearer(id).json(&self.body());
        self.stage.api.send(&call)
    }

    fn send(&self, path: &str) -> Answer {
        self.with(&self.publishable, path)
    }

    fn devices(&self) -> usize {
        let id = self.license["id"].as_str().expect("an id");
        let path = format!("/v1/licenses/{id}/activations");
        self.seller.items(&path).len()
    }
}

fn unknown_key() -> (u16, String) {
    (401, "api/key-invalid".to_owned())
}

#[test]
fn a_publishable_key_is_made_without_a_secret_and_listed_among_the_others() {
    let stage = Stage::silent(&[]);
    let seller = Seller::new(&stage, "acme");
    seller.product("pro", "classic");
    for (mode, start) in [("live", "pub_live_"), ("sandbox", "pub_test_")] {
        let wish = json!({"productId": "pro", "scope": "PUBLISHABLE", "mode": mode});
        let made = seller.post("/v1/api-keys", &wish);
        assert_eq!(made.header("cache-control"), Some("no-store"));
        let made = made.expect(201);
        let id = made["id"].as_str().expect("an id");
        assert!(id.starts_with(start), "{id}");
        assert_eq!(made, json!({"id": id, "secret": null}));
        let mut listed = seller.items("/v1/api-keys?product=pro&limit=1").remove(0);
        assert!(listed["createdAt"].take().is_string());
        let expected = json!({
            "id": id,
            "productId": "pro",
            "scope": "PUBLISHABLE",
            "signatureVersion": null,
            "mode": mode,
            "createdAt": null,
            "revokedAt": null,
            "expiresAt": null,
            "lastUsedAt": null,
        });
        assert_eq!(listed, expected);
        stage.advance(Duration::from_secs(1));
    }
    for (field, value) in [
        ("signatureVersion", json!(1)),
        ("signatureVersion", json!(2)),
        ("scope", json!("publishable")),
        ("mode", json!("test")),
        ("productId", json!(null)),
    ] {
        let mut wish = json!({"productId": "pro", "scope": "PUBLISHABLE", "mode": "live"});
        wish[field] = value;
        let answer = seller.post("/v1/api-keys", &wish);
        assert_eq!(answer.error(), (400, "validation/invalid-input".into()));
        assert_eq!(answer.bad_fields(), [field]);
    }
    assert_eq!(seller.items("/v1/api-keys").len(), 2);
}

#[test]
fn an_app_validates_and_activates_with_it_alone_as_often_as_it_likes() {
    let stage = Stage::new();
    let sold = Sold::new(&stage);
    for used in [0, 1] {
        let validated = sold.send("/v1/validate");
        assert_eq!(
            validated.header("cache-control"),
            Some("private, max-age=15")
        );
        let expected = json!({
            "valid": true,
            "status": "ACTIVE",
            "licenseId": sold.license["id"],
            "issuedAt": sold.license["createdAt"],
            "expiresAt": null,
            "updatesUntil": null,
            "subscription": null,
            "plan": {"code": "lifetime", "name": "Acme Pro", "features": {"export": true}},
            "customer": {"id": sold.license["customerId"], "email": null},
            "activations": {"used": used, "max": 3},
        });
        assert_eq!(validated.expect(200), expected);
        let activated = sold.send("/v1/activate").expect(200);
        assert_eq!(activated["valid"], true);
        assert_eq!(activated["activations"], json!({"used": 1, "max": 3}));
    }
    assert_eq!(sold.devices(), 1);
}

#[test]
fn what_it_sends_of_a_signature_is_ignored() {
    let stage = Stage::new();
    let sold = Sold::new(&stage);
    let pretended = ApiKey {
        id: sold.publishable.clone(),
        secret: "aks_made_up".to_owned(),
    };
    let (now, body) = (sold.seller.now().to_string(), sold.body().to_string());
    for _ in 0..2 {
        for path in ["/v1/validate", "/v1/activate"] {
            for call in [
                signed_to(path, &pretended, &now, &body),
                signed_to(path, &pretended, "1", &body),
                signed_by_lines(path, &pretended, (&now, "a"), &body),
            ] {
                assert_eq!(stage.api.send(&call).expect(200)["valid"], true);
            }
        }
    }
}

#[test]
fn whoever_has_it_is_not_told_the_customers_address_whatever_the_license_is_worth() {
    let stage = Stage::new();
    let sold = Sold::new(&stage);
    let signing = sold.seller.api_key("pro", "VALIDATE_ONLY", "sandbox");
    let body = sold.body().to_string();
    let id = sold.license["id"].as_str().expect("an id");
    for status in ["ACTIVE", "REVOKED"] {
        let answer = sold.send("/v1/validate");
        let address = "buyer@example.com";
        assert!(!answer.text().contains(address), "{}", answer.text());
        let told = answer.expect(200);
        assert_eq!(told["status"], status);
        let customer = json!({"id": sold.license["customerId"], "email": null});
        assert_eq!(told["customer"], customer);
        assert!(!sold.send("/v1/activate").text().contains(address));
        let now = sold.seller.now().to_string();
        let signed = stage.api.send(&signed(&signing, &now, &body)).expect(200);
        assert_eq!(signed["customer"]["email"], address, "to the seller's own");
        let revoke = Request::post(format!("/v1/licenses/{id}/revoke"));
        sold.seller.manage(revoke);
        stage.advance(Duration::from_secs(1));
    }
}

#[test]
fn it_does_nothing_else() {
    let stage = Stage::new();
    let sold = Sold::new(&stage);
    sold.send("/v1/activate").expect(200);
    let issuing = json!({"planCode": "lifetime", "customer": {"email": "a@example.com"}});
    for (path, body) in [("/v1/issue", issuing), ("/v1/issue", sold.body())] {
        let bare = Request::post(path).bearer(&sold.publishable).json(&body);
        let pretended = ApiKey {
            id: sold.publishable.clone(),
            secret: sold.publishable.clone(),
        };
        let now = sold.seller.now().to_string();
        for call in [
            bare,
            signed_to(path, &pretended, &now, body.to_string()),
            signed_by_lines(
                path,
                &pretended,
                (&now, "nonce-0123456789"),
                &body.to_string(),
            ),
        ] {
            let answer = stage.api.send(&call);
            assert_eq!(
                answer.error(),
                (403, "authz/role-insufficient".into()),
                "{path}"
            );
        }
    }
    let lists_nothing = (403, "authz/role-insufficient".to_owned());
    for (path, refused) in [
        ("/v1/licenses", lists_nothing),
        ("/v1/api-keys", unknown_key()),
        ("/v1/products", unknown_key()),
    ] {
        let call = Request::get(path).bearer(&sold.publishable);
        assert_eq!(stage.api.send(&call).error(), refused, "{path}");
    }
    let checkout = Request::post("/api/acme/checkout").json(&Seller::wish("lifetime"));
    let answer = stage.api.send(&checkout.bearer(&sold.publishable));
    assert_eq!(answer.error(), unknown_key());
    assert_eq!((sold.devices(), sold.seller.licenses().len()), (1, 1));
}

#[test]
fn it_finds_licenses_of_its_own_product_mode_and_tenant_alone() {
    let stage = Stage::new();
    let sold = Sold::new(&stage);
    sold.seller.product("other", "classic");
    let other = Seller::new(&stage, "other");
    other.product("pro", "classic");
    for (why, id) in [
        ("mode", sold.seller.publishable_key("pro", "live")),
        ("product", sold.seller.publishable_key("other", "sandbox")),
        ("tenant", other.publishable_key("pro", "sandbox")),
    ] {
        let validated = sold.with(&id, "/v1/validate").expect(200);
        let expected = json!({
            "valid": false, "status": "INVALID", "reason": "not_found",
            "licenseId": null, "expiresAt": null, "plan": null, "customer": null,
            "updatesUntil": null, "subscription": null,
        });
        assert_eq!(validated, expected, "another {why}");
        let activated = sold.with(&id, "/v1/activate").expect(200);
        assert_eq!(activated, json!({"valid": false, "reason": "not_found"}));
    }
    assert_eq!(sold.devices(), 0);
}

#[test]
fn it_is_replaced_and_revoked_as_other_keys_are() {
    let stage = Stage::new();
    let sold = Sold::new(&stage);
    let (old, seller) = (&sold.publishable, &sold.seller);
    let rotate = format!("/v1/api-keys/{old}/rotate");
    for version in [1, 2] {
        let answer = seller.post(&rotate, &json!({ "signatureVersion": version }));
        assert_eq!(answer.error(), (400, "validation/invalid-input".into()));
        assert_eq!(answer.bad_fields(), ["signatureVersion"]);
    }
    let made = seller
        .post(&rotate, &json!({"overlapSeconds": 60}))
        .expect(201);
    let new = made["id"].as_str().expect("an id");
    assert_eq!(made, json!({"id": new, "secret": null}));
    assert!(new.starts_with("pub_test_") && new != old, "{new}");
    for id in [old, new] {
        sold.with(id, "/v1/validate").expect(200);
    }
    stage.advance(Duration::from_mins(1));
    assert_eq!(sold.with(old, "/v1/validate").error(), unknown_key());
    sold.with(new, "/v1/validate").expect(200);
    let revoke = Request::post(format!("/v1/api-keys/{new}/revoke"));
    seller.manage(revoke).expect(200);
    for path in ["/v1/validate", "/v1/activate", "/v1/heartbeat"] {
        assert_eq!(sold.with(new, path).error(), unknown_key(), "{path}");
    }
}

#[test]
fn an_unknown_key_or_a_call_that_says_nothing_is_an_error() {
    let stage = Stage::new();
    let sold = Sold::new(&stage);
    for id in [
        "pub_test_000000000000000000000000",
        "pub_",
        "pub_test_é",
        "publishable",
    ] {
        assert_eq!(sold.with(id, "/v1/validate").error(), unknown_key(), "{id}");
    }
    let send = |path: &str, kind: &str, body: &str| {
        let call = Request::post(path).bearer(&sold.publishable);
        stage.api.send(&call.body(kind, body)).error()
    };
    for path in ["/v1/validate", "/v1/activate"] {
        for body in ["", "{", "[]", "{}", "{\"key\":\"\"}", "{\"key\":7}"] {
            let expected = (400, "validation/invalid-input".to_owned());
            assert_eq!(
                send(path, "application/json", body),
                expected,
                "{path} {body}"
            );
        }
        let expected = (415, "validation/unsupported-media-type".to_owned());
        assert_eq!(send(path, "text/plain", "{}"), expected);
    }
}

#[test]
fn a_command_makes_keys_of_every_kind_and_lists_them_as_the_api_does() {
    let stage = Stage::silent(&[]);
    let seller = Seller::new(&stage, "acme");
    seller.product("pro", "classic");
    let run = |line: &str| stage.command(&line.split(' ').collect::<Vec<_>>());
    let one = |line: &str| {
        let mut lines = run(line).expect("it succeeds");
        assert_eq!(lines.len(), 1, "{lines:?}");
        lines.remove(0)
    };
    let create = "api-key create --tenant acme --json --product pro --mode live --scope";
    let rotate = "api-key rotate --tenant acme --json --id";
    let publishable = one(&format!("{create} PUBLISHABLE"));
    let id = publishable["id"].as_str().expect("an id");
    assert!(id.starts_with("pub_live_"), "{id}");
    assert_eq!(publishable, json!({"id": id, "secret": null}));
    let next = one(&format!("{rotate} {id}"));
    assert!(next["secret"].is_null(), "{next}");

    let first = ApiKey::made(&one(&format!("{create} FULL")));
    let second = ApiKey::made(&one(&format!(
        "{rotate} {} --signature-version 2",
        first.id
    )));
    let third = ApiKey::made(&one(&format!("{create} FULL --signature-version 2")));
    let body = json!({"key": "ACME-0000-0000-0000-0000"}).to_string();
    for (nth, key) in [&second, &third].into_iter().enumerate() {
        let (now, nonce) = (seller.now().to_string(), format!("nonce-of-command-{nth}"));
        let call = signed_by_lines("/v1/validate", key, (&now, &nonce), &body);
        stage.api.send(&call).expect(200);
    }
    let listed = run("api-key list --tenant acme --json").expect("it succeeds");
    assert_eq!(listed, seller.items("/v1/api-keys"));
    let version = |id: &str| {
        let of_it = |key: &&Value| key["id"] == id;
        let found = listed.iter().find(of_it).expect("it is listed");
        found["signatureVersion"].clone()
    };
    let versions = [id, &first.id, &second.id, &third.id].map(version);
    assert_eq!(versions, [json!(null), json!(1), json!(2), json!(2)]);
    let revoked = one(&format!("api-key revoke --tenant acme --json --id {id}"));
    assert!(revoked["revokedAt"].is_string(), "{revoked}");
    for (line, complaint) in [
        (
            format!("{create} PUBLISHABLE --signature-version 2"),
            "has no signature version",
        ),
        (
            format!("{create} FULL --signature-version 3"),
            "--signature-version",
        ),
        (
            format!(
                "{rotate} {} --signature-version 1",
                next["id"].as_str().expect("an id")
            ),
            "has no signature version",
        ),
    ] {
        let said = run(&line).expect_err(&line);
        assert!(said.contains(complaint), "{said}");
    }
}
