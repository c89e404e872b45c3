//! `POST /v1/issue`: each field and each error of its page, and what happens to a call that is sent
//! twice.

use crate::harness::seller::{ApiKey, signed_to};
use crate::harness::{Answer, Receiver, Request, Seller, Stage, eventually};
use mintage_domain::tenant::Plan;
use serde_json::{Value, json};
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

/// A seller of `pro` with the page's plan, who signs calls.
struct Issuer<'a> {
    stage: &'a Stage,
    seller: Seller,
    api_key: ApiKey,
    calls: AtomicI64,
}

impl<'a> Issuer<'a> {
    fn new(stage: &'a Stage) -> Self {
        Self::on(stage, Plan::Pro)
    }

    fn on(stage: &'a Stage, plan: Plan) -> Self {
        let seller = Seller::of(stage, "acme", stage.tenant("acme", plan));
        seller.product("pro", "checked");
        seller.key_type("pro", "lifetime-pro", None);
        let api_key = seller.api_key("pro", "ISSUE_ONLY", "live");
        Self {
            stage,
            seller,
            api_key,
            calls: AtomicI64::new(0),
        }
    }

    /// A call, signed at a millisecond of its own.
    fn signed(&self, body: &str) -> Request {
        self.signed_by(&self.api_key, body)
    }

    fn signed_by(&self, api_key: &ApiKey, body: &str) -> Request {
        let nth = self.calls.fetch_add(1, Ordering::Relaxed);
        let timestamp = (self.seller.now() * 1_000 + nth).to_string();
        signed_to("/v1/issue", api_key, &timestamp, body)
    }

    fn issue(&self, body: &Value) -> Answer {
        self.stage.api.send(&self.signed(&body.to_string()))
    }

    /// The license behind an answer, as its seller sees it.
    fn license(&self, answer: &Value) -> Value {
        let id = answer["id"].as_str().expect("an id");
        self.seller.get(&format!("/v1/licenses/{id}"))
    }
}

/// The request that the page shows.
fn page() -> Value {
    json!({
        "planCode": "lifetime-pro",
        "customer": {
            "email": "alice@example.com",
            "name": "Alice Smith",
            "externalId": "stripe_cust_abc",
        },
        "duration": "lifetime",
        "maxActivations": 3,
        "notes": "Black Friday order",
        "metadata": {
            "stripeCheckoutId": "cs_test_abc",
            "campaign": "launch-2026",
        },
    })
}

/// The page's request with one field in another form.
fn with(path: &str, value: Value) -> Value {
    let mut body = page();
    *body.pointer_mut(path).unwrap_or(&mut Value::Null) = value.clone();
    let (parent, name) = path.rsplit_once('/').expect("a pointer");
    body.pointer_mut(parent).expect("an object")[name] = value;
    body
}

fn bare(email: &str) -> Value {
    json!({"planCode": "lifetime-pro", "customer": {"email": email}})
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

#[test]
fn the_request_of_the_page_is_answered_as_the_page_says() {
    let stage = Stage::silent(&[]);
    let issuer = Issuer::new(&stage);
    let receiver = Receiver::start();
    issuer.seller.tell(&receiver);
    let answer = issuer.issue(&page());
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(answer.header("idempotent-replay"), None);
    let body = answer.expect(200);
    let (id, key, customer) = (
        text(&body["id"]),
        text(&body["key"]),
        &body["customer"]["id"],
    );
    assert!(
        id.starts_with("lic_") && text(customer).starts_with("cus_"),
        "{body}"
    );
    assert!(key.starts_with("ACME-"), "{key}");
    assert_eq!(
        body,
        json!({
            "id": id,
            "key": key,
            "status": "ACTIVE",
            "expiresAt": null,
            "customer": {"id": customer, "email": "alice@example.com"},
        })
    );
    let license = issuer.license(&body);
    for (field, value) in [
        ("keyTypeId", json!("lifetime-pro")),
        ("mode", json!("live")),
        ("orderId", json!(null)),
        ("activationLimit", json!(3)),
        ("notes", json!("Black Friday order")),
        ("metadata", page()["metadata"].clone()),
    ] {
        assert_eq!(license[field], value, "{field}");
    }
    let known = issuer
        .seller
        .get(&format!("/v1/customers/{}", text(customer)));
    assert_eq!(known["name"], "Alice Smith");
    assert_eq!(known["externalId"], "stripe_cust_abc");
    let minted = (
        "license.minted".to_owned(),
        format!("api-key:{}", issuer.api_key.id),
    );
    assert_eq!(stage.audit("acme", id), [minted]);
    let told = eventually("the license to be told", || {
        receiver.received().into_iter().next()
    });
    let told = told.json();
    assert_eq!(
        (&told["event"], &told["key"]),
        (&json!("license.created"), &json!(key))
    );
    assert_eq!(told["session_id"], Value::Null);
    let validates = issuer.seller.api_key("pro", "VALIDATE_ONLY", "live");
    assert_eq!(issuer.seller.validate(&validates, key)["valid"], true);
}

#[test]
fn every_field_but_the_plan_and_the_address_may_be_left_out() {
    let stage = Stage::silent(&[]);
    let issuer = Issuer::new(&stage);
    let nulls = json!({
        "planCode": "lifetime-pro",
        "customer": {"email": "bob@example.com", "name": null, "externalId": "", "metadata": null},
        "duration": null, "maxActivations": null, "notes": "", "metadata": null,
    });
    for body in [bare("bob@example.com"), nulls] {
        let license = issuer.license(&issuer.issue(&body).expect(200));
        assert_eq!(license["notes"], Value::Null);
        assert_eq!(license["metadata"], json!({}));
        assert_eq!(license["expiresAt"], Value::Null);
    }
}

#[test]
fn a_duration_is_for_ever_or_days_or_a_date_to_come() {
    let stage = Stage::silent(&[]);
    let issuer = Issuer::new(&stage);
    let far = "2999-01-01T00:00:00Z";
    for (duration, days) in [("lifetime", None), ("30d", Some(30)), ("365d", Some(365))] {
        let answer = issuer
            .issue(&with("/duration", json!(duration)))
            .expect(200);
        let end = days.map(|days| {
            let end = stage_time(&stage).plus(Duration::from_hours(24 * days));
            end.to_rfc3339()
        });
        assert_eq!(answer["expiresAt"], json!(end), "{duration}");
    }
    let answer = issuer.issue(&with("/duration", json!(far))).expect(200);
    assert!(
        text(&answer["expiresAt"]).starts_with("2999-01-01T00:00:00"),
        "{answer}"
    );
}

fn stage_time(stage: &Stage) -> mintage_domain::time::Timestamp {
    mintage_domain::ports::Clock::now(&*stage.clock)
}

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
        ("customer.name", json!("x".repeat(201))),
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
    let issuer = Issuer::on(&stage, Plan::Free);
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

    let forger = ApiKey {
        secret: "aks_forged".to_owned(),
        ..issuer.api_key.clone()
    };
    let forged = issuer.signed_by(&forger, &good);
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

    stage.advance(Duration::from_secs(3));
    let answers: Vec<Answer> = (0..61)
        .map(|_| stage.api.send(&issuer.signed("{}")))
        .collect();
    let (last, others) = answers.split_last().expect("sixty-one");
    assert!(others.iter().all(|answer| answer.status == 400));
    assert_eq!(last.error(), coded(429, "common/rate-limited"));

    // One was minted above; the plan allows a hundred.
    for nth in 1..100 {
        if nth % 25 == 1 {
            stage.advance(Duration::from_secs(3));
        }
        let body = bare(&format!("buyer-{nth}@example.com"));
        issuer.issue(&body).expect(200);
    }
    let beyond = issuer.signed(&good);
    assert_eq!(sent(&beyond), coded(403, "quota/licenses-exceeded"));
    let license = &issuer.seller.licenses()[0];
    let revoke = format!("/v1/licenses/{}/revoke", text(&license["id"]));
    issuer.seller.manage(Request::post(revoke)).expect(200);
    stage.api.send(&beyond).expect(200);
    let again = issuer.signed(&good);
    assert_eq!(sent(&again), coded(403, "quota/licenses-exceeded"));
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

#[test]
fn a_buyer_who_comes_again_is_the_same_customer_in_any_case() {
    let stage = Stage::silent(&[]);
    let issuer = Issuer::new(&stage);
    let answers = ["alice@example.com", "Alice@Example.COM"].map(|email| {
        issuer
            .issue(&with("/customer/email", json!(email)))
            .expect(200)
    });
    assert_eq!(answers[0]["customer"], answers[1]["customer"]);
    assert_ne!(answers[0]["id"], answers[1]["id"]);
    assert_ne!(answers[0]["key"], answers[1]["key"]);
}

#[test]
fn a_call_with_an_idempotency_key_is_answered_the_same_for_a_day() {
    let stage = Stage::silent(&[]);
    let issuer = Issuer::new(&stage);
    let send = |key: &str, body: &Value| {
        let request = issuer.signed(&body.to_string());
        stage.api.send(&request.header("Idempotency-Key", key))
    };
    let first = send("order-42", &page());
    assert_eq!(first.header("idempotent-replay"), None);
    let first = first.expect(200);
    let again = send("order-42", &page());
    assert_eq!(again.header("idempotent-replay"), Some("true"));
    assert_eq!(again.expect(200), first);
    let other = send("order-42", &bare("bob@example.com"));
    assert_eq!(other.error(), (409, "common/idempotency-conflict".into()));
    assert_ne!(send("order-43", &page()).expect(200)["id"], first["id"]);
    assert_eq!(issuer.seller.licenses().len(), 2);
    stage.advance(Duration::from_hours(24));
    assert_ne!(send("order-42", &page()).expect(200)["id"], first["id"]);

    for key in ["", "two words", "ö", &"k".repeat(256)] {
        let answer = send(key, &page());
        assert_eq!(
            answer.error(),
            (400, "validation/invalid-input".into()),
            "{key}"
        );
        assert_eq!(answer.bad_fields(), ["Idempotency-Key"]);
    }
    send(&"k".repeat(255), &page()).expect(200);
    assert_eq!(issuer.seller.licenses().len(), 4);
}

#[test]
fn of_one_call_sent_at_once_many_times_one_mints() {
    let stage = Stage::silent(&[]);
    let issuer = Issuer::new(&stage);
    let body = page().to_string();
    let requests: Vec<Request> = (0..32)
        .map(|_| issuer.signed(&body).header("Idempotency-Key", "once"))
        .collect();
    let answers = at_once(&stage, &requests);
    let bodies: Vec<Value> = answers.iter().map(|answer| answer.expect(200)).collect();
    assert!(bodies.iter().all(|body| *body == bodies[0]), "{bodies:?}");
    let first = answers
        .iter()
        .filter(|answer| answer.header("idempotent-replay").is_none());
    assert_eq!(first.count(), 1);
    assert_eq!(issuer.seller.licenses().len(), 1);
}

#[test]
fn of_one_signature_sent_at_once_many_times_one_mints() {
    let stage = Stage::silent(&[]);
    let issuer = Issuer::new(&stage);
    let request = issuer.signed(&page().to_string());
    let requests: Vec<Request> = (0..32).map(|_| request.clone()).collect();
    let answers = at_once(&stage, &requests);
    let minted = answers.iter().filter(|answer| answer.status == 200).count();
    assert_eq!(minted, 1);
    for refused in answers.iter().filter(|answer| answer.status != 200) {
        assert_eq!(refused.error(), (401, "api/timestamp-replay".into()));
    }
    assert_eq!(issuer.seller.licenses().len(), 1);
}

fn at_once(stage: &Stage, requests: &[Request]) -> Vec<Answer> {
    let api = stage.api;
    std::thread::scope(|scope| {
        let calls: Vec<_> = requests
            .iter()
            .map(|request| scope.spawn(move || api.send(request)))
            .collect();
        let calls = calls.into_iter();
        calls.map(|call| call.join().expect("an answer")).collect()
    })
}

#[test]
fn licenses_are_listed_by_their_metadata() {
    let stage = Stage::silent(&[]);
    let issuer = Issuer::new(&stage);
    let ids: Vec<Value> = [
        json!({"campaign": "launch", "from": "a b&c"}),
        json!({"campaign": "launch"}),
        json!({"campaign": "later", "n": 1}),
    ]
    .into_iter()
    .map(|metadata| issuer.issue(&with("/metadata", metadata)).expect(200)["id"].clone())
    .collect();
    for (query, found) in [
        ("metadata[campaign]=launch", vec![&ids[1], &ids[0]]),
        (
            "metadata%5Bcampaign%5D=launch&status=ACTIVE",
            vec![&ids[1], &ids[0]],
        ),
        (
            "metadata[campaign]=launch&metadata[from]=a+b%26c",
            vec![&ids[0]],
        ),
        ("metadata[campaign]=launch&metadata[campaign]=later", vec![]),
        ("metadata[campaign]=launc", vec![]),
        ("metadata[n]=1", vec![]),
    ] {
        let listed = issuer.seller.items(&format!("/v1/licenses?{query}"));
        let listed: Vec<&Value> = listed.iter().map(|license| &license["id"]).collect();
        assert_eq!(listed, found, "{query}");
    }
    let eleven = "metadata[a]=b&".repeat(11);
    for query in [eleven.as_str(), "metadata[a]=%00"] {
        let answer = issuer
            .seller
            .manage(Request::get(format!("/v1/licenses?{query}")));
        assert_eq!(answer.bad_fields(), ["metadata"], "{query}");
    }
}
