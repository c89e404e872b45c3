//! `/v1/customers`: buyers, found by what a seller knows of them.

use std::cell::Cell;
use std::time::Duration;

use serde_json::{Value, json};

use crate::harness::seller::signed_to;
use crate::harness::{Request, Seller, Stage};

/// A seller who issues licenses to customers, in either mode.
struct Issuing<'a> {
    stage: &'a Stage,
    seller: Seller,
    calls: Cell<i64>,
}

impl<'a> Issuing<'a> {
    fn new(stage: &'a Stage) -> Self {
        let seller = Seller::new(stage, "acme");
        seller.product("pro", "classic");
        seller.key_type("pro", "lifetime", None);
        Self {
            stage,
            seller,
            calls: Cell::new(0),
        }
    }

    /// Issues a license; returns the customer as the call tells them.
    fn to(&self, mode: &str, customer: &Value) -> Value {
        self.stage.advance(Duration::from_secs(1));
        let api_key = self.seller.api_key("pro", "ISSUE_ONLY", mode);
        let body = json!({"planCode": "lifetime", "customer": customer}).to_string();
        self.calls.set(self.calls.get() + 1);
        let at = (self.seller.now() * 1_000 + self.calls.get()).to_string();
        let call = signed_to("/v1/issue", &api_key, &at, &body);
        self.stage.api.send(&call).expect(200)["customer"].clone()
    }
}

#[test]
fn customers_are_found_by_address_its_beginning_own_id_and_mode() {
    let stage = Stage::silent(&[]);
    let issuing = Issuing::new(&stage);
    let seller = &issuing.seller;
    let ann = json!({"email": "Ann@Example.com", "externalId": "crm 1&2", "name": "Ann"});
    let made: Vec<Value> = [
        ("live", ann),
        ("sandbox", json!({"email": "ann@example.com"})),
        ("live", json!({"email": "an_a@example.com"})),
        (
            "live",
            json!({"email": "bob@example.com", "externalId": "crm 1"}),
        ),
    ]
    .iter()
    .map(|(mode, customer)| issuing.to(mode, customer)["id"].clone())
    .collect();
    for (query, expected) in [
        ("", vec![3, 2, 1, 0]),
        ("?limit=2", vec![3, 2]),
        ("?email=ANN@example.com", vec![1, 0]),
        ("?email=ann@example.com&mode=live", vec![0]),
        ("?email=nobody@example.com", vec![]),
        ("?externalId=crm%201%262", vec![0]),
        ("?externalId=crm%201", vec![3]),
        ("?externalId=crm", vec![]),
        ("?mode=sandbox", vec![1]),
        // By address, then mode.
        ("?q=an", vec![2, 0, 1]),
        ("?q=AN_", vec![2]),
        ("?q=an%25", vec![]),
        ("?q=%25", vec![]),
        ("?q=nn", vec![]),
        ("?q=ann&mode=live", vec![0]),
        ("?q=ann&externalId=crm%201", vec![]),
    ] {
        let listed = seller.get(&format!("/v1/customers{query}"));
        let listed = listed["items"].as_array().expect("items");
        let ids: Vec<&Value> = listed.iter().map(|customer| &customer["id"]).collect();
        let expected: Vec<&Value> = expected.into_iter().map(|i: usize| &made[i]).collect();
        assert_eq!(ids, expected, "{query}");
    }
    let id = made[0].as_str().expect("an id");
    let alone = seller.get(&format!("/v1/customers/{id}"));
    let listed = seller.items("/v1/customers?q=ann&mode=live");
    assert_eq!((listed.len(), &listed[0]), (1, &alone));
    assert_eq!(
        alone,
        json!({
            "id": id, "mailable": true,
            "email": "ann@example.com",
            "name": "Ann",
            "externalId": "crm 1&2",
            "metadata": {},
            "mode": "live",
            "createdAt": alone["createdAt"],
        })
    );
}

#[test]
fn the_licenses_of_a_customer_are_listed() {
    let stage = Stage::silent(&[]);
    let issuing = Issuing::new(&stage);
    let (ann, bob) = (
        json!({"email": "ann@example.com"}),
        json!({"email": "bob@example.com"}),
    );
    let customer = issuing.to("live", &ann);
    issuing.to("live", &ann);
    issuing.to("sandbox", &ann);
    issuing.to("live", &bob);
    let id = customer["id"].as_str().expect("an id");
    let listed = issuing.seller.items(&format!("/v1/licenses?customer={id}"));
    assert_eq!(listed.len(), 2);
    for license in listed {
        assert_eq!(license["customerId"], customer["id"]);
        assert_eq!(
            (&license["mode"], &license["holds"]),
            (&json!("live"), &json!([]))
        );
    }
    let none = issuing.seller.items("/v1/licenses?customer=cus_none");
    assert!(none.is_empty());
    let answer = issuing
        .seller
        .manage(Request::get("/v1/licenses?customer=lic_1"));
    assert_eq!(answer.error(), (400, "validation/invalid-input".into()));
    assert_eq!(answer.bad_fields(), ["customer"]);
}

#[test]
fn a_question_that_cannot_be_is_400_and_names_each_bad_parameter() {
    let stage = Stage::silent(&[]);
    let seller = Seller::new(&stage, "acme");
    let long = "x".repeat(256);
    for (query, fields) in [
        ("email=x", &["email"][..]),
        ("email=", &["email"]),
        ("mode=test", &["mode"]),
        ("mode=", &["mode"]),
        ("q=", &["q"]),
        ("q=a%20b", &["q"]),
        ("q=a%00", &["q"]),
        ("externalId=", &["externalId"]),
        ("externalId=a%00", &["externalId"]),
        (&format!("externalId={long}"), &["externalId"]),
        (&format!("q={long}"), &["q"]),
        ("email=x&mode=y&q=%20", &["mode", "email", "q"]),
    ] {
        let answer = seller.manage(Request::get(format!("/v1/customers?{query}")));
        assert_eq!(
            answer.error(),
            (400, "validation/invalid-input".into()),
            "{query}"
        );
        assert_eq!(answer.bad_fields(), fields, "{query}");
    }
}

#[test]
fn a_command_lists_customers_as_the_api_does() {
    let stage = Stage::silent(&[]);
    let issuing = Issuing::new(&stage);
    issuing.to(
        "live",
        &json!({"email": "ann@example.com", "externalId": "crm-1"}),
    );
    let bob = issuing.to("sandbox", &json!({"email": "bob@example.com"}));
    for (words, query) in [
        ("", ""),
        ("--mode live", "?mode=live"),
        ("--q bo", "?q=bo"),
        ("--external-id crm-1", "?externalId=crm-1"),
        ("--email bob@example.com", "?email=bob@example.com"),
    ] {
        let all = format!("customer list --tenant acme --json {words}");
        let arguments: Vec<&str> = all.split_whitespace().collect();
        let expected = issuing.seller.items(&format!("/v1/customers{query}"));
        assert_eq!(stage.command(&arguments), Ok(expected), "{words}");
    }
    let id = bob["id"].as_str().expect("an id");
    let get = ["customer", "get", "--tenant", "acme", "--json", "--id", id];
    let expected = issuing.seller.get(&format!("/v1/customers/{id}"));
    assert_eq!(stage.command(&get), Ok(vec![expected]));
    for (words, complaint) in [
        ("customer get --tenant acme --id cus_none", "not found"),
        ("customer list --tenant nobody", "no such tenant"),
        ("customer list --tenant acme --mode test", "--mode"),
    ] {
        let arguments: Vec<&str> = words.split(' ').collect();
        let said = stage.command(&arguments).expect_err(words);
        assert!(said.contains(complaint), "{words}: {said}");
    }
}
