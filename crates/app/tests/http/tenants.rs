//! Tenants that are suspended and erased, and customers that are erased.

use std::time::Duration;

use serde_json::{Value, json};

use crate::harness::seller::{ApiKey, session_of, signed, signed_to};
use crate::harness::stripe::Pay;
use crate::harness::{Answer, Request, Seller, Stage, eventually, sign};

/// Longer than a server keeps a tenant in its cache.
const CACHED: Duration = Duration::from_secs(6);

fn run(stage: &Stage, words: &str) -> String {
    let printed = stage.command_text(&words.split(' ').collect::<Vec<_>>());
    let printed = printed.expect(words);
    stage.advance(CACHED);
    printed
}

fn suspended() -> (u16, String) {
    (403, "tenant/suspended".to_owned())
}

#[test]
fn a_suspended_tenant_is_refused_and_loses_nothing_and_its_licenses_stay_valid() {
    let stage = Stage::new();
    let seller = Seller::selling(&stage, "acme");
    let (_, license) = seller.sell_one();
    let key = seller.reveal(&license);
    let api_key = seller.api_key("pro", "FULL", "sandbox");
    let page = seller.open("lifetime");
    let issue = |nth: i64| {
        let body = json!({"planCode": "lifetime", "customer": {"email": "c@d.test"}, "duration": "lifetime"});
        let at = (seller.now() * 1_000 + nth).to_string();
        stage
            .api
            .send(&signed_to("/v1/issue", &api_key, &at, body.to_string()))
    };
    let issued = issue(0);
    assert_eq!(issued.status, 200, "{}", issued.text());

    assert_eq!(
        run(&stage, "tenant suspend --tenant acme"),
        "acme is suspended\n"
    );
    let at = (seller.now() * 1_000).to_string();
    let list = stage.api.send(&signed_list(&api_key, &at));
    for answer in [
        seller.manage(Request::get("/v1/products")),
        seller.post("/v1/products", &json!({})),
        seller.checkout(&Seller::wish("lifetime")),
        issue(1),
        list,
    ] {
        assert_eq!(answer.error(), suspended());
    }
    let other = Seller::new(&stage, "other");
    other.get("/v1/products");
    // The buyer's app goes on, and a buyer who was on Stripe's page gets the license.
    assert_eq!(seller.validate(&api_key, &key)["valid"], true);
    stage.stripe.pay(&page, "late@example.com", Pay::Card);

    assert_eq!(
        run(&stage, "tenant resume --tenant acme"),
        "acme is active\n"
    );
    let session = session_of(&page);
    seller.await_license_of(&session);
    assert_eq!(issue(2).status, 200);
    seller.checkout(&Seller::wish("lifetime")).expect(200);
}

/// A signed list of licenses.
fn signed_list(key: &ApiKey, at: &str) -> Request {
    let signature = sign::over_time_dot_body(&key.secret, at, b"");
    Request::get("/v1/licenses")
        .bearer(&key.id)
        .header("X-KeyStack-Timestamp", at)
        .header("X-KeyStack-Signature", signature)
}

#[test]
fn an_erased_tenant_is_locked_out_and_its_orders_stay() {
    let stage = Stage::new();
    let seller = Seller::selling(&stage, "acme");
    seller.sell_one();
    seller.checkout(&Seller::wish("lifetime")).expect(200);
    let api_key = seller.api_key("pro", "FULL", "sandbox");
    let account = seller.account();
    let audit = ["audit", "list", "--tenant", "acme", "--json"];
    let addresses = || {
        let trail = stage.command(&audit).expect("a list");
        format!("{trail:?}").matches("127.0.0.1").count()
    };
    assert!(addresses() > 0);
    let printed = run(&stage, "tenant erase --tenant acme");
    assert_eq!(addresses(), 0);
    assert_eq!(printed, "acme is erased, with 1 customers\n");
    let list = stage
        .command(&["tenant", "list", "--json"])
        .expect("a list");
    assert_eq!(
        (&list[0]["status"], list[0]["email"].as_str()),
        (&json!("erased"), Some("acme@erased.invalid"))
    );
    let customers = stage.command(&["customer", "list", "--tenant", "acme", "--json"]);
    let customers = customers.expect("a list");
    assert!(
        !customers[0].to_string().contains("buyer@example.com"),
        "{customers:?}"
    );
    let call = stage
        .api
        .send(&signed(&api_key, &seller.now().to_string(), "{}"));
    for answer in [
        seller.manage(Request::get("/v1/products")),
        seller.checkout(&Seller::wish("lifetime")),
        call,
    ] {
        assert_eq!(answer.error(), (401, "api/key-invalid".into()));
    }
    let said = stage.command_text(&["tenant", "resume", "--tenant", "acme"]);
    assert!(said.expect_err("for good").contains("was erased"));
    eventually("the grant to end at Stripe", || {
        (stage.stripe.connected(&account) == (false, false)).then_some(())
    });
}

fn erase(seller: &Seller, id: &Value) -> Answer {
    let id = id.as_str().expect("an id");
    seller.manage(Request::new("DELETE", format!("/v1/customers/{id}")))
}

#[test]
fn an_erased_customer_is_nobody_and_what_was_paid_stays() {
    let stage = Stage::new();
    let seller = Seller::selling(&stage, "acme");
    let (session, license) = seller.sell_one();
    let customer = &license["customerId"];
    let before = seller.order_of(&session);
    let foreign = Seller::new(&stage, "other");
    for nobody in [json!("cus_0000"), json!("x"), json!("%20")] {
        assert_eq!(
            erase(&seller, &nobody).error(),
            (404, "common/not-found".into())
        );
    }
    assert_eq!(
        erase(&foreign, customer).error(),
        (404, "common/not-found".into())
    );
    for _ in 0..2 {
        assert_eq!(erase(&seller, customer).status, 204);
    }
    let path = format!("/v1/customers/{}", customer.as_str().expect("an id"));
    let shown = seller.get(&path);
    assert!(
        shown["email"]
            .as_str()
            .is_some_and(|it| it.ends_with("@erased.invalid"))
    );
    assert_eq!(
        (&shown["name"], &shown["externalId"]),
        (&Value::Null, &Value::Null)
    );
    assert!(
        seller
            .items("/v1/customers?email=buyer@example.com")
            .is_empty()
    );
    for list in ["/v1/licenses", "/v1/orders", "/v1/customers"] {
        let page = seller.get(list).to_string();
        assert!(!page.contains("buyer@example.com"), "{page}");
    }
    let after = seller.order_of(&session);
    for field in ["total", "fee", "status", "paymentIntentId", "customerId"] {
        assert_eq!(after[field], before[field], "{field}");
    }
    let key = seller.reveal(&license);
    let api_key = seller.api_key("pro", "VALIDATE_ONLY", "sandbox");
    assert_eq!(seller.validate(&api_key, &key)["valid"], true);
    let written = stage.audit("acme", customer.as_str().expect("an id"));
    assert_eq!(written.len(), 1);

    // Who buys again is a new customer, whom the command erases.
    let (_, license) = seller.sell_one();
    assert_ne!(license["customerId"], *customer);
    let again = license["customerId"].as_str().expect("an id");
    let words = [
        "customer", "erase", "--tenant", "acme", "--json", "--id", again,
    ];
    let erased = stage.command(&words).expect("the customer").remove(0);
    assert!(
        erased["email"]
            .as_str()
            .is_some_and(|it| it.ends_with("@erased.invalid"))
    );
}
