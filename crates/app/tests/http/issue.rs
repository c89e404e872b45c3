//! `POST /v1/issue`: each field of its page, and what comes of it.

mod documented_example;
mod errors;
mod idempotency;

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use mintage_domain::model::sellers::tenant::Plan;
use serde_json::{Value, json};

use crate::harness::seller::{ApiKey, signed_to};
use crate::harness::{Answer, Receiver, Request, Seller, Stage, eventually};

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

fn stage_time(stage: &Stage) -> mintage_domain::base::time::Timestamp {
    mintage_domain::ports::Clock::now(&*stage.clock)
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
fn licenses_are_listed_by_their_metadata() {
    let stage = Stage::silent(&[]);
    let issuer = Issuer::new(&stage);
    let ids: Vec<Value> = [
        json!({"campaign": "launch", "from": "a b&c"}),
        json!({"campaign": "launch"}),
        json!({"campaign": "later", "n": 1}),
    ]
    .into_iter()
    .map(|metadata| {
        // Newest first is told by the clock.
        stage.advance(Duration::from_secs(1));
        issuer.issue(&with("/metadata", metadata)).expect(200)["id"].clone()
    })
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
