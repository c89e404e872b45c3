//! `/v1/webhook-endpoints`: several endpoints of a tenant, each with its events, secret, test and log.

use std::collections::BTreeSet;
use std::thread;
use std::time::Duration;

use mintage_domain::model::sellers::management_token::TokenScope;
use serde_json::{Value, json};

use crate::harness::wire::Message;
use crate::harness::{Answer, Manner, Receiver, Request, Seller, Stage, eventually, sign};

const ENDPOINTS: &str = "/v1/webhook-endpoints";

fn create(seller: &Seller, receiver: &Receiver, body: &Value) -> Value {
    let mut body = body.clone();
    body["url"] = receiver.url().into();
    seller.post(ENDPOINTS, &body).expect(201)
}

fn path(endpoint: &Value, rest: &str) -> String {
    format!(
        "{ENDPOINTS}/{}{rest}",
        endpoint["id"].as_str().expect("an id")
    )
}

fn patch(seller: &Seller, endpoint: &Value, body: &Value) -> Answer {
    seller.manage(Request::new("PATCH", path(endpoint, "")).json(body))
}

fn delete(seller: &Seller, endpoint: &Value) -> Answer {
    seller.manage(Request::new("DELETE", path(endpoint, "")))
}

fn received(by: &Receiver, count: usize) -> Vec<Message> {
    eventually("deliveries", || {
        Some(by.received()).filter(|all| all.len() >= count)
    })
}

/// Waits until a delivery to an endpoint has a status.
fn logged(seller: &Seller, endpoint: &Value, status: &str) -> Value {
    eventually(status, || {
        let log = seller.items(&path(endpoint, "/deliveries"));
        log.into_iter().find(|it| it["status"] == status)
    })
}

#[test]
fn an_endpoint_is_created_with_a_secret_that_is_shown_once() {
    let stage = Stage::new();
    let seller = Seller::new(&stage, "acme");
    let receiver = Receiver::start();
    let whole = json!({
        "description": " CRM ", "mode": "live", "events": ["license.revoked", "license.created"]
    });
    let mut created = create(&seller, &receiver, &whole);
    let secret = created["signingSecret"].take();
    assert!(secret.as_str().is_some_and(|it| it.starts_with("whsec_")));
    created
        .as_object_mut()
        .expect("an object")
        .remove("signingSecret");
    assert!(
        created["id"]
            .as_str()
            .is_some_and(|id| id.starts_with("we_"))
    );
    let expected = json!({
        "id": created["id"], "url": receiver.url(), "description": "CRM", "mode": "live",
        "events": ["license.created", "license.revoked"], "enabled": true, "status": "active",
        "failingSince": null, "pausedAt": null, "goneSince": null, "oldSecretExpiresAt": null,
        "createdAt": created["createdAt"],
    });
    assert!(created["createdAt"].is_string());
    assert_eq!(created, expected);
    assert_eq!(seller.get(&path(&created, "")), expected);

    stage.advance(Duration::from_secs(1));
    let plain = create(&seller, &receiver, &json!({}));
    assert_eq!(
        (&plain["mode"], &plain["events"], &plain["description"]),
        (&Value::Null, &json!(["*"]), &Value::Null)
    );
    for all in [
        json!([]),
        json!(["*"]),
        json!(["*", "license.created"]),
        Value::Null,
    ] {
        let created = create(&seller, &receiver, &json!({ "events": all }));
        assert_eq!(created["events"], json!(["*"]), "{all}");
    }
    seller.tell(&receiver);
    let listed: Vec<_> = seller
        .items(ENDPOINTS)
        .iter()
        .map(|it| it["id"].clone())
        .collect();
    assert_eq!(listed.len(), 7);
    assert_eq!(listed[6], "we_acme", "the endpoint of /v1/webhook");
    assert_eq!(listed[5], created["id"], "the newest first");
    assert_eq!(stage.audit("acme", &receiver.url()).len(), 7);
}

#[test]
fn a_bad_endpoint_is_refused_by_the_name_of_its_field() {
    let stage = Stage::silent(&[("MINTAGE_ALLOW_NETS", "")]);
    let seller = Seller::new(&stage, "acme");
    let url = "https://shop.test/hooks";
    for (body, field) in [
        (json!({}), "url"),
        (json!({ "url": null }), "url"),
        (json!({ "url": "http://shop.test/" }), "url"),
        (json!({ "url": "https://127.0.0.1/" }), "url"),
        (json!({ "url": "https://me:secret@shop.test/" }), "url"),
        (json!({ "url": 7 }), "url"),
        (json!({ "url": url, "mode": "test" }), "mode"),
        (json!({ "url": url, "events": "license.created" }), "events"),
        (
            json!({ "url": url, "events": ["license.createed"] }),
            "events",
        ),
        (json!({ "url": url, "events": ["webhook.test"] }), "events"),
        (json!({ "url": url, "events": [7] }), "events"),
        (json!({ "url": url, "description": "" }), "description"),
        (json!({ "url": url, "description": "a\nb" }), "description"),
        (
            json!({ "url": url, "description": "x".repeat(256) }),
            "description",
        ),
        (json!({ "url": url, "enabeld": true }), "enabeld"),
        (json!({ "url": url, "secret": "whsec_" }), "secret"),
    ] {
        let answer = seller.post(ENDPOINTS, &body);
        assert_eq!(
            answer.error(),
            (400, "validation/invalid-input".into()),
            "{body}"
        );
        assert_eq!(answer.bad_fields(), [field], "{body}");
    }
    let answer = seller.post(
        ENDPOINTS,
        &json!({ "url": url, "events": ["license.createed"] }),
    );
    let said = answer.json()["error"]["details"][0]["message"].to_string();
    assert!(said.contains("did you mean license.created?"), "{said}");
    assert_eq!(seller.items(ENDPOINTS), [Value::Null; 0]);

    let endpoint = seller.post(ENDPOINTS, &json!({ "url": url })).expect(201);
    for (body, field) in [
        (json!({ "url": "http://shop.test/" }), "url"),
        (json!({ "mode": "live" }), "mode"),
        (json!({ "events": ["x"] }), "events"),
        (json!({ "enabled": "yes" }), "enabled"),
        (json!({ "description": "x".repeat(256) }), "description"),
    ] {
        let answer = patch(&seller, &endpoint, &body);
        assert_eq!(
            answer.error(),
            (400, "validation/invalid-input".into()),
            "{body}"
        );
        assert_eq!(answer.bad_fields(), [field], "{body}");
    }
    for seconds in [json!(-1), json!(604_801), json!("day"), json!(1.5)] {
        let answer = seller.post(
            &path(&endpoint, "/rotate-secret"),
            &json!({ "overlapSeconds": seconds }),
        );
        assert_eq!(answer.bad_fields(), ["overlapSeconds"], "{seconds}");
    }
}

#[test]
fn a_foreign_or_unknown_endpoint_is_not_found_and_a_token_needs_the_scope() {
    let stage = Stage::new();
    let (seller, other) = (Seller::new(&stage, "acme"), Seller::new(&stage, "zeta"));
    let receiver = Receiver::start();
    let endpoint = create(&seller, &receiver, &json!({}));
    let reading = stage.token("acme", &[TokenScope::IntegrationsRead]);
    let reading = Seller::of(&stage, "acme", reading);
    let writing = stage.token("acme", &[TokenScope::IntegrationsWrite]);
    let writing = Seller::of(&stage, "acme", writing);
    let body = json!({});
    let at = |rest: &str| path(&endpoint, rest);
    for (method, path, reads) in [
        ("GET", at(""), true),
        ("GET", at("/deliveries"), true),
        ("PATCH", at(""), false),
        ("DELETE", at(""), false),
        ("POST", at("/rotate-secret"), false),
        ("POST", at("/resume"), false),
        ("POST", at("/test"), false),
    ] {
        let has_body = method == "PATCH" || path.ends_with("/rotate-secret");
        let call = |path: String| {
            let request = Request::new(method, path);
            if has_body {
                request.json(&body)
            } else {
                request
            }
        };
        let foreign = other.manage(call(path.clone()));
        assert_eq!(
            foreign.error(),
            (404, "common/not-found".into()),
            "{method} {path}"
        );
        let unknown = path.replace(endpoint["id"].as_str().expect("an id"), "we_none");
        let unknown = seller.manage(call(unknown));
        assert_eq!(
            unknown.error(),
            (404, "common/not-found".into()),
            "{method} {path}"
        );
        let refused = if reads { &writing } else { &reading };
        let refused = refused.manage(call(path.clone()));
        assert_eq!(refused.error().0, 403, "{method} {path}");
        assert_eq!(
            stage.api.send(&call(path.clone())).error().0,
            401,
            "{method} {path}"
        );
    }
    assert_eq!(seller.items(ENDPOINTS).len(), 1);
    assert_eq!(other.items(ENDPOINTS).len(), 0);
}

#[test]
fn eleven_endpoints_at_once_are_ten() {
    let stage = Stage::new();
    let seller = Seller::new(&stage, "acme");
    let body = json!({ "url": "https://shop.test/hooks", "mode": "sandbox" });
    let answers: Vec<Answer> = thread::scope(|scope| {
        let calls: Vec<_> = (0..11)
            .map(|_| scope.spawn(|| seller.post(ENDPOINTS, &body)))
            .collect();
        calls
            .into_iter()
            .map(|it| it.join().expect("an answer"))
            .collect()
    });
    let refused: Vec<_> = answers.iter().filter(|it| it.status != 201).collect();
    assert_eq!(refused.len(), 1);
    assert_eq!(
        refused[0].error(),
        (409, "webhook/too-many-endpoints".into())
    );
    let first = Request::new("PUT", "/v1/webhook").json(&json!({ "url": "https://shop.test/" }));
    let refused = seller.manage(first);
    assert_eq!(refused.error(), (409, "webhook/too-many-endpoints".into()));
    let live = json!({ "url": "https://shop.test/hooks", "mode": "live" });
    seller.post(ENDPOINTS, &live).expect(201);
    let all = seller.items(ENDPOINTS);
    assert_eq!(all.len(), 11);
    let sandbox = all.iter().find(|it| it["mode"] == "sandbox").expect("ten");
    assert_eq!(delete(&seller, sandbox).status, 204);
    seller.post(ENDPOINTS, &body).expect(201);
}

#[test]
fn a_sale_is_sent_to_each_endpoint_that_receives_it_and_the_others_are_left_alone() {
    let stage = Stage::new();
    let seller = Seller::selling(&stage, "acme");
    let [all, sandbox, live, revoked] = [(); 4].map(|()| Receiver::start());
    let first_secret = seller.tell(&all);
    let license = ["license.created", "license.revoked"];
    let of_sandbox = json!({ "mode": "sandbox", "events": license });
    let only_sandbox = create(&seller, &sandbox, &of_sandbox);
    create(&seller, &live, &json!({ "mode": "live" }));
    let only_revoked = json!({ "events": ["license.revoked"] });
    let only_revoked = create(&seller, &revoked, &only_revoked);
    let (_, license) = seller.sell_one();
    let secret = only_sandbox["signingSecret"].as_str().expect("a secret");
    let mut ids = BTreeSet::new();
    for (receiver, secret) in [(&all, first_secret.as_str()), (&sandbox, secret)] {
        let sent = received(receiver, 1).remove(0);
        let signature = sign::stripe(secret, seller.now(), &sent.body);
        assert_eq!(sent.header("x-keylight-signature"), Some(&*signature));
        assert_eq!(sent.json()["event"], "license.created");
        ids.insert(sent.header("webhook-id").expect("an id").to_owned());
    }
    assert_eq!(ids.len(), 1, "the same event");
    let id = license["id"].as_str().expect("an id");
    let revoke = Request::post(format!("/v1/licenses/{id}/revoke"));
    assert_eq!(seller.manage(revoke).status, 200);
    received(&all, 2);
    received(&sandbox, 2);
    assert_eq!(received(&revoked, 1)[0].json()["event"], "license.revoked");
    let log = logged(&seller, &only_revoked, "delivered");
    assert_eq!(
        (
            &log["event"],
            &log["endpointId"],
            &log["lastStatus"],
            &log["url"]
        ),
        (
            &json!("license.revoked"),
            &only_revoked["id"],
            &json!(200),
            &json!(revoked.url())
        )
    );
    assert_eq!(seller.items(&path(&only_sandbox, "/deliveries")).len(), 2);
    assert_eq!(
        seller
            .items("/v1/webhook-endpoints/we_acme/deliveries")
            .len(),
        2
    );
    assert_eq!(seller.items("/v1/webhook/deliveries").len(), 5);
    assert_eq!((all.received().len(), live.received().len()), (2, 0));
}

#[test]
fn a_sale_waits_while_its_mode_has_no_endpoint_and_is_sent_once_there_is_one() {
    let stage = Stage::new();
    let seller = Seller::selling(&stage, "acme");
    let [live, sandbox, later] = [(); 3].map(|()| Receiver::start());
    create(&seller, &live, &json!({ "mode": "live" }));
    seller.sell_one();
    let waiting = eventually("the delivery", || {
        let mut all = seller.items("/v1/webhook/deliveries").into_iter();
        all.find(|it| it["event"] == "license.created")
    });
    assert_eq!(waiting["status"], "pending");
    let created = json!({ "mode": "sandbox", "events": ["license.created"] });
    create(&seller, &sandbox, &created);
    let sent = received(&sandbox, 1).remove(0);
    assert_eq!(sent.json()["id"], waiting["id"]);
    create(&seller, &later, &created);
    seller.sell_one();
    assert_eq!(received(&later, 1)[0].json()["event"], "license.created");
    received(&sandbox, 2);
    assert_eq!((live.received().len(), later.received().len()), (0, 1));
}

#[test]
fn both_secrets_sign_after_a_rotation() {
    let stage = Stage::new();
    let seller = Seller::selling(&stage, "acme");
    let receiver = Receiver::start();
    let created = json!({ "events": ["license.created"] });
    let endpoint = create(&seller, &receiver, &created);
    let rotate = |body: &Value| {
        seller
            .post(&path(&endpoint, "/rotate-secret"), body)
            .expect(200)
    };
    let rotated = rotate(&json!({}));
    let (new, old) = (&rotated["signingSecret"], &endpoint["signingSecret"]);
    let [new, old] = [new, old].map(|it| it.as_str().expect("a secret").to_owned());
    assert_ne!(new, old);
    assert!(rotated["oldSecretExpiresAt"].is_string());
    seller.sell_one();
    let sent = received(&receiver, 1).remove(0);
    let t = seller.now().to_string();
    let keylight = |secret: &str| sign::over_time_dot_body(secret, &t, &sent.body);
    let both = format!("t={t},v1={},v1={}", keylight(&new), keylight(&old));
    assert_eq!(sent.header("x-keylight-signature"), Some(&*both));
    let id = sent.header("webhook-id").expect("an id");
    let standard = |secret: &str| sign::standard_webhooks(secret, id, &t, &sent.body);
    let both = format!("{} {}", standard(&new), standard(&old));
    assert_eq!(sent.header("webhook-signature"), Some(&*both));

    let rotated = rotate(&json!({ "overlapSeconds": 0 }));
    assert_eq!(rotated["oldSecretExpiresAt"], Value::Null);
    seller.sell_one();
    let sent = received(&receiver, 2).remove(1);
    let secret = rotated["signingSecret"].as_str().expect("a secret");
    let alone = sign::stripe(secret, seller.now(), &sent.body);
    assert_eq!(sent.header("x-keylight-signature"), Some(&*alone));
    let shown = seller.get(&path(&endpoint, "")).to_string();
    assert!(!shown.contains("whsec_"), "{shown}");
}

#[test]
fn a_test_event_is_delivered_and_logged() {
    let stage = Stage::new();
    let seller = Seller::new(&stage, "acme");
    let (receiver, other) = (Receiver::start(), Receiver::start());
    let endpoint = create(
        &seller,
        &receiver,
        &json!({ "events": ["license.revoked"] }),
    );
    create(&seller, &other, &json!({}));
    let test = || seller.manage(Request::post(path(&endpoint, "/test")));
    let delivery = test().expect(202);
    assert_eq!(
        (
            &delivery["event"],
            &delivery["licenseId"],
            &delivery["endpointId"]
        ),
        (&json!("webhook.test"), &Value::Null, &endpoint["id"])
    );
    let sent = received(&receiver, 1).remove(0).json();
    assert_eq!(
        (&sent["event"], &sent["id"], &sent["tenant_id"]),
        (&json!("webhook.test"), &delivery["id"], &json!("acme"))
    );
    let done = logged(&seller, &endpoint, "delivered");
    assert_eq!(
        (&done["id"], &done["attemptCount"]),
        (&delivery["id"], &json!(1))
    );
    assert!(other.received().is_empty());

    receiver.answer(Manner::Status(500));
    test().expect(202);
    let failed = logged(&seller, &endpoint, "retrying");
    assert_eq!(failed["lastStatus"], 500);
    assert_eq!(seller.get(&path(&endpoint, ""))["status"], "failing");
    let answers: Vec<_> = (0..9).map(|_| test()).collect();
    let refused = answers.last().expect("nine answers");
    assert_eq!(refused.error(), (429, "common/rate-limited".into()));
    assert!(refused.header("retry-after").is_some());
}

#[test]
fn an_endpoint_is_changed_disabled_and_deleted() {
    let stage = Stage::new();
    let seller = Seller::selling(&stage, "acme");
    let (receiver, other) = (Receiver::start(), Receiver::start());
    let endpoint = create(&seller, &receiver, &json!({ "description": "CRM" }));
    create(&seller, &other, &json!({}));
    let unchanged = patch(&seller, &endpoint, &json!({})).expect(200);
    assert_eq!(unchanged["description"], "CRM");
    let change = json!({ "description": null, "events": ["license.created"], "enabled": false });
    let changed = patch(&seller, &endpoint, &change).expect(200);
    assert_eq!(
        (
            &changed["description"],
            &changed["events"],
            &changed["enabled"]
        ),
        (&Value::Null, &json!(["license.created"]), &json!(false))
    );
    let refused = seller.manage(Request::post(path(&endpoint, "/test")));
    assert_eq!(refused.error(), (409, "webhook/endpoint-disabled".into()));
    seller.sell_one();
    received(&other, 1);
    assert!(receiver.received().is_empty());
    let all = patch(
        &seller,
        &endpoint,
        &json!({ "events": null, "enabled": true }),
    )
    .expect(200);
    assert_eq!(all["events"], json!(["*"]));

    receiver.answer(Manner::Status(500));
    seller.sell_one();
    let failing = logged(&seller, &endpoint, "retrying");
    assert_eq!(delete(&seller, &endpoint).status, 204);
    assert_eq!(delete(&seller, &endpoint).error().0, 404);
    assert_eq!(
        seller.manage(Request::get(path(&endpoint, ""))).error().0,
        404
    );
    stage.advance(Duration::from_mins(1));
    let failed = logged(&seller, &endpoint, "failed");
    assert_eq!(failed["id"], failing["id"]);
    let id = failed["id"].as_str().expect("an id");
    let again = Request::post(format!("/v1/webhook/deliveries/{id}/redeliver"));
    assert_eq!(
        seller.manage(again).error(),
        (409, "webhook/endpoint-gone".into())
    );
    assert_eq!(seller.items(ENDPOINTS).len(), 1);
}

#[test]
fn the_command_line_manages_the_endpoints_of_a_tenant() {
    let stage = Stage::new();
    let seller = Seller::new(&stage, "acme");
    let receiver = Receiver::start();
    let url = receiver.url();
    let run = |arguments: &[&str]| {
        let command = ["webhook-endpoint"];
        let tenant = ["--tenant", "acme", "--json"];
        stage.command(&[&command, arguments, &tenant].concat())
    };
    let one = |arguments: &[&str]| {
        let printed = run(arguments);
        printed
            .unwrap_or_else(|error| panic!("{arguments:?}: {error}"))
            .remove(0)
    };
    let created = one(&[
        "create",
        "--url",
        &url,
        "--mode",
        "live",
        "--event",
        "license.created",
    ]);
    let secret = created["signingSecret"]
        .as_str()
        .expect("a secret")
        .to_owned();
    assert!(secret.starts_with("whsec_"));
    let id = created["id"].as_str().expect("an id");
    assert_eq!(one(&["get", "--id", id]), seller.get(&path(&created, "")));
    assert_eq!(run(&["list"]).expect("a list"), seller.items(ENDPOINTS));
    let update = ["update", "--id", id, "--description", "CRM", "--all-events"];
    let updated = one(&update);
    assert_eq!(
        (&updated["description"], &updated["events"]),
        (&json!("CRM"), &json!(["*"]))
    );
    let rotated = one(&["rotate-secret", "--id", id, "--overlap-seconds", "60"]);
    assert_ne!(rotated["signingSecret"], secret.as_str());
    assert!(rotated["oldSecretExpiresAt"].is_string());
    assert_eq!(one(&["test", "--id", id])["event"], "webhook.test");
    assert_eq!(one(&["deliveries", "--id", id])["event"], "webhook.test");
    assert_eq!(one(&["resume", "--id", id])["status"], "active");
    for (bad, complaint) in [
        (vec!["create", "--url", "ftp://shop.test/"], "--url"),
        (
            vec!["create", "--url", &url, "--event", "license.createed"],
            "license.created",
        ),
        (
            vec!["rotate-secret", "--id", id, "--overlap-seconds", "604801"],
            "604800",
        ),
        (vec!["get", "--id", "we_none"], "no such webhook endpoint"),
        (
            vec!["deliveries", "--id", "we_none"],
            "no such webhook endpoint",
        ),
        (vec!["delete", "--id", "we_none"], "not found"),
    ] {
        let refused = run(&bad).expect_err("refused");
        assert!(refused.contains(complaint), "{bad:?}: {refused}");
    }
    let delete = ["webhook-endpoint", "delete", "--tenant", "acme", "--id", id];
    assert!(
        stage
            .command_text(&delete)
            .expect("it is there")
            .contains(id)
    );
    assert_eq!(run(&["list"]), Ok(vec![]));
}
