//! What the page prints, to the byte.

use std::sync::atomic::AtomicI64;

use mintage_domain::model::sellers::tenant::Plan;
use serde_json::json;

use super::{Issuer, text};
use crate::harness::Stage;
use crate::harness::seller::Seller;

/// The body of the page's request, as it is printed.
const REQUEST: &str = r#"{
  "planCode": "lifetime-pro",
  "customer": {
    "email": "alice@example.com",
    "name": "Alice Smith",
    "externalId": "stripe_cust_abc"
  },
  "duration": "lifetime",
  "maxActivations": 3,
  "notes": "Black Friday order",
  "metadata": {
    "stripeCheckoutId": "cs_test_abc",
    "campaign": "launch-2026"
  }
}"#;

#[test]
fn the_request_as_printed_is_answered_in_the_printed_order_and_nothing_more() {
    let stage = Stage::silent(&[]);
    let seller = Seller::of(&stage, "acme", stage.tenant("acme", Plan::Pro));
    let product = json!({
        "productId": "app", "displayName": "App", "keyPrefix": "KS", "keyFormat": "checked",
    });
    seller.post("/v1/products", &product).expect(201);
    seller.key_type("app", "lifetime-pro", None);
    let api_key = seller.api_key("app", "ISSUE_ONLY", "live");
    let issuer = Issuer {
        stage: &stage,
        seller,
        api_key,
        calls: AtomicI64::new(0),
    };
    let answer = stage.api.send(&issuer.signed(REQUEST));
    assert_eq!(answer.header("content-type"), Some("application/json"));
    let body = answer.expect(200);
    let (id, key) = (text(&body["id"]), text(&body["key"]));
    let customer = text(&body["customer"]["id"]);
    let printed = format!(
        r#"{{"id":"{id}","key":"{key}","status":"ACTIVE","expiresAt":null,"customer":{{"id":"{customer}","email":"alice@example.com"}}}}"#
    );
    assert_eq!(answer.text(), printed);
    assert!(customer.starts_with("cus_"), "{customer}");

    // KS-7F3K9-9XYLM-4N2A1-Q7C9F-WT2K
    let groups: Vec<&str> = key.split('-').collect();
    let lengths: Vec<usize> = groups.iter().map(|group| group.len()).collect();
    assert_eq!((groups[0], &lengths[..]), ("KS", &[2, 5, 5, 5, 5, 4][..]));
    let symbols = |group: &str| {
        let mut bytes = group.bytes();
        bytes.all(|b| b.is_ascii_digit() || b.is_ascii_uppercase())
    };
    assert!(groups.iter().all(|group| symbols(group)), "{key}");
}
