//! Checkouts that are refused.

use serde_json::json;

use super::case::{Case, call};
use crate::harness::{Answer, Request, Seller};

const CHECKOUTS: &str =
    "mintage_http_requests_total{method=\"POST\",route=\"/api/{tenant}/checkout\",status=\"4xx\"}";

fn checkout(case: &Case) -> Answer {
    case.seller.checkout(&Seller::wish("lifetime"))
}

#[test]
fn checkout_401() {
    let mut case = Case::selling("checkout-401", &[]);
    let good = case.seller.checkout_key.clone();
    case.seller.checkout_key = "0".repeat(64);
    let answer = checkout(&case);
    case.row.caller_sees(&answer, 401, "api/key-invalid");
    case.logs(&answer);
    case.counts(CHECKOUTS);
    let rotate = "/v1/integrations/stripe/rotate-checkout-key";
    let key = case
        .seller
        .manage(call(&case.row, "POST", rotate))
        .expect(200);
    case.seller.checkout_key = good;
    assert_eq!(checkout(&case).status, 401, "the old key ends at once");
    case.seller.checkout_key = key["checkoutKey"].as_str().expect("a key").to_owned();
    checkout(&case).expect(200);
}

#[test]
fn checkout_409() {
    let mut case = Case::selling("checkout-409", &[]);
    let gone = case
        .seller
        .manage(call(&case.row, "DELETE", "/v1/integrations/stripe"));
    assert_eq!(gone.status, 204);
    let answer = checkout(&case);
    case.row.caller_sees(&answer, 409, "stripe/not-connected");
    case.logs(&answer);
    case.counts(CHECKOUTS);
    call(&case.row, "POST", "/v1/integrations/stripe/connect");
    let key = case.seller.checkout_key.clone();
    case.seller.connect("sandbox");
    assert_eq!(case.seller.checkout_key, key);
    case.row.says("checkout key stays");
    case.seller.set_up_prices();
    checkout(&case).expect(200);
}

#[test]
fn checkout_422() {
    let case = Case::selling("checkout-422", &[]);
    let path = "/v1/products/pro/key-types/lifetime";
    let price = json!({"priceInCents": 3_900, "priceCurrency": "usd"});
    case.stage
        .stripe
        .fault("/v1/prices", &json!({"status": {"status": 503}}), 1);
    let changed = case.seller.manage(Request::new("PATCH", path).json(&price));
    let answer = checkout(&case);
    assert_eq!(answer.error().1, "checkout/no-price", "{}", changed.text());
    case.row.caller_sees(&answer, 422, "checkout/no-price");
    case.logs(&answer);
    case.counts(CHECKOUTS);
    let told = case.doctor_warns("prices");
    assert!(told.contains("pro/lifetime"), "{told}");
    let setup = call(&case.row, "POST", "/v1/integrations/stripe/setup-prices");
    case.seller.manage(setup).expect(200);
    checkout(&case).expect(200);
}
