//! `/v1/promotion-codes`: codes that are created at Stripe.

use mintage_domain::model::sellers::management_token::TokenScope;
use serde_json::{Value, json};

use crate::harness::{Request, Seller, Stage};

fn spring() -> Value {
    json!({ "mode": "sandbox", "code": "SPRING", "percentOff": 12.5 })
}

fn with(name: &str, value: &Value) -> Value {
    let mut body = spring();
    body[name] = value.clone();
    body
}

/// What a seller's account has of a kind at Stripe.
fn at_stripe(stage: &Stage, seller: &Seller, path: &str) -> Vec<Value> {
    let status = seller.get("/v1/integrations/stripe/status");
    let account = status["account"]["id"].as_str().expect("an id").to_owned();
    let shown = stage
        .stripe
        .as_seller(&account, Request::get(path))
        .expect(200);
    shown["data"].as_array().cloned().expect("a list")
}

fn patch(seller: &Seller, id: &str, body: &Value) -> crate::harness::Answer {
    let path = format!("/v1/promotion-codes/{id}");
    seller.manage(Request::new("PATCH", path).json(body))
}

#[test]
fn a_code_is_created_at_stripe_listed_and_deactivated() {
    let stage = Stage::new();
    let seller = Seller::selling(&stage, "acme");
    let other = Seller::selling(&stage, "other");
    let full = json!({
        "mode": "sandbox", "productId": "pro", "code": "PARTNER-5", "amountOff": 500, "currency": "usd",
        "duration": "repeating", "durationInMonths": 3, "maxRedemptions": 10,
        "expiresAt": "2099-01-01T00:00:00Z", "firstTimeOnly": true, "campaign": "partner", "active": true,
    });
    let made = seller.post("/v1/promotion-codes", &full).expect(201);
    for (name, value) in full.as_object().expect("fields") {
        assert_eq!(made[name], *value, "{name}");
    }
    let plain = seller.post("/v1/promotion-codes", &spring()).expect(201);
    assert_eq!(
        (&plain["percentOff"], &plain["duration"]),
        (&json!(12.5), &json!("once"))
    );
    assert_eq!(
        (&plain["productId"], &plain["active"]),
        (&Value::Null, &json!(true))
    );

    let codes = at_stripe(&stage, &seller, "/v1/promotion_codes");
    assert_eq!(codes.len(), 2);
    assert_eq!(codes[1]["id"], made["stripeId"]);
    assert_eq!(codes[1]["restrictions"]["first_time_transaction"], true);
    assert_eq!(
        (&codes[1]["max_redemptions"], &codes[1]["code"]),
        (&json!(10), &json!("PARTNER-5"))
    );
    let coupons = at_stripe(&stage, &seller, "/v1/coupons");
    assert_eq!(
        (&coupons[1]["amount_off"], &coupons[1]["duration_in_months"]),
        (&json!(500), &json!(3))
    );
    assert_eq!(coupons[0]["percent_off"], 12.5);

    let id = made["id"].as_str().expect("an id");
    assert_eq!(seller.get(&format!("/v1/promotion-codes/{id}")), made);
    for (query, count) in [
        ("", 2),
        ("mode=sandbox", 2),
        ("mode=live", 0),
        ("productId=pro", 1),
        ("campaign=partner", 1),
        ("active=false", 0),
        ("active=true&limit=1", 1),
    ] {
        let items = seller.items(&format!("/v1/promotion-codes?{query}"));
        assert_eq!(items.len(), count, "{query}");
    }
    let ended = patch(&seller, id, &json!({ "active": false, "campaign": null })).expect(200);
    assert_eq!(
        (&ended["active"], &ended["campaign"]),
        (&json!(false), &Value::Null)
    );
    assert_eq!(
        at_stripe(&stage, &seller, "/v1/promotion_codes?active=true").len(),
        1
    );
    assert_eq!(seller.items("/v1/promotion-codes?active=false").len(), 1);
    let again = patch(&seller, id, &json!({ "active": true })).expect(200);
    assert_eq!(again["active"], true);

    assert_eq!(other.items("/v1/promotion-codes").len(), 0);
    for (who, id) in [(&other, id), (&seller, "pc_none"), (&seller, "x")] {
        let answer = who.manage(Request::get(format!("/v1/promotion-codes/{id}")));
        assert_eq!(answer.error(), (404, "common/not-found".into()));
        let answer = patch(who, id, &json!({ "active": false }));
        assert_eq!(answer.error(), (404, "common/not-found".into()));
    }
}

#[test]
fn what_stripe_refuses_or_fails_at_leaves_nothing_behind() {
    let stage = Stage::new();
    let seller = Seller::selling(&stage, "acme");
    let first = seller.post("/v1/promotion-codes", &spring()).expect(201);
    let taken = seller.post("/v1/promotion-codes", &with("code", &json!("spring")));
    assert_eq!(taken.error(), (409, "common/exists".into()));
    for (path, kind, error) in [
        (
            "/v1/promotion_codes",
            json!({ "status": { "status": 500 } }),
            (502, "stripe/failed"),
        ),
        (
            "/v1/promotion_codes",
            json!("close"),
            (502, "stripe/failed"),
        ),
        (
            "/v1/coupons",
            json!({ "status": { "status": 500 } }),
            (502, "stripe/failed"),
        ),
        (
            "/v1/promotion_codes",
            json!({ "status": { "status": 429, "retry_after": 3 } }),
            (503, "stripe/unavailable"),
        ),
    ] {
        stage.stripe.fault(path, &kind, 1);
        let answer = seller.post("/v1/promotion-codes", &with("code", &json!("OTHER")));
        assert_eq!(
            answer.error(),
            (error.0, error.1.to_owned()),
            "{path} {kind}"
        );
    }
    // The answer is lost, and with it the id of the code: the coupon is deleted, which ends the code.
    stage
        .stripe
        .fault("/v1/promotion_codes", &json!("lose_answer"), 1);
    let lost = seller.post("/v1/promotion-codes", &with("code", &json!("OTHER")));
    assert_eq!(lost.error(), (502, "stripe/failed".into()));
    assert_eq!(at_stripe(&stage, &seller, "/v1/coupons").len(), 1);
    assert_eq!(
        at_stripe(&stage, &seller, "/v1/promotion_codes?active=true").len(),
        1
    );
    assert_eq!(seller.items("/v1/promotion-codes"), [first]);
    seller
        .post("/v1/promotion-codes", &with("code", &json!("OTHER")))
        .expect(201);
}

#[test]
fn a_code_needs_a_connection_in_its_mode() {
    let stage = Stage::new();
    let seller = Seller::new(&stage, "acme");
    let not_connected = (409, "stripe/not-connected".to_owned());
    let answer = seller.post("/v1/promotion-codes", &spring());
    assert_eq!(answer.error(), not_connected);
    seller.product("pro", "classic");
    let mut seller = seller;
    seller.connect("sandbox");
    let answer = seller.post("/v1/promotion-codes", &with("mode", &json!("live")));
    assert_eq!(answer.error(), not_connected);
    let answer = seller.post("/v1/promotion-codes", &with("productId", &json!("none")));
    assert_eq!(answer.error(), (404, "common/not-found".into()));
    seller.post("/v1/promotion-codes", &spring()).expect(201);
}

#[test]
fn bad_codes_are_refused_field_by_field() {
    let stage = Stage::new();
    let seller = Seller::selling(&stage, "acme");
    let amount = |amount: Value, currency: Value| json!({ "mode": "sandbox", "code": "A", "amountOff": amount, "currency": currency });
    let mut months = with("duration", &json!("forever"));
    months["durationInMonths"] = json!(3);
    let mut both = with("amountOff", &json!(500));
    both["currency"] = json!("usd");
    for (body, field) in [
        (with("mode", &json!("test")), "mode"),
        (with("code", &json!("two words")), "code"),
        (with("code", &json!("")), "code"),
        (with("code", &json!(7)), "code"),
        (with("percentOff", &json!(0)), "percentOff"),
        (with("percentOff", &json!(100.01)), "percentOff"),
        (with("percentOff", &json!(12.345)), "percentOff"),
        (with("percentOff", &json!(-5)), "percentOff"),
        (with("percentOff", &json!("25")), "percentOff"),
        (json!({ "mode": "sandbox", "code": "A" }), "percentOff"),
        (both, "amountOff"),
        (amount(json!(0), json!("usd")), "amountOff"),
        (amount(json!(1.5), json!("usd")), "amountOff"),
        (amount(json!(500), json!("xxx")), "currency"),
        (
            json!({ "mode": "sandbox", "code": "A", "amountOff": 500 }),
            "currency",
        ),
        (with("currency", &json!("usd")), "currency"),
        (with("duration", &json!("always")), "duration"),
        (with("duration", &json!("repeating")), "durationInMonths"),
        (months, "durationInMonths"),
        (with("maxRedemptions", &json!(0)), "maxRedemptions"),
        (with("expiresAt", &json!("2020-01-01")), "expiresAt"),
        (with("expiresAt", &json!("soon")), "expiresAt"),
        (with("firstTimeOnly", &json!("yes")), "firstTimeOnly"),
        (with("campaign", &json!("")), "campaign"),
        (with("campaign", &json!("x".repeat(101))), "campaign"),
        (with("active", &json!(1)), "active"),
        (with("coupon", &json!("x")), "coupon"),
        (with("productId", &json!("No Slug")), "productId"),
    ] {
        let answer = seller.post("/v1/promotion-codes", &body);
        assert_eq!(answer.bad_fields(), [field], "{body}");
    }
    let made = seller.post("/v1/promotion-codes", &spring()).expect(201);
    let id = made["id"].as_str().expect("an id");
    for (body, field) in [
        (json!({ "code": "OTHER" }), "code"),
        (json!({ "active": "no" }), "active"),
        (json!({ "campaign": 1 }), "campaign"),
    ] {
        assert_eq!(patch(&seller, id, &body).bad_fields(), [field], "{body}");
    }
    for (query, field) in [
        ("active=yes", "active"),
        ("mode=x", "mode"),
        ("code=A", "code"),
    ] {
        let answer = seller.manage(Request::get(format!("/v1/promotion-codes?{query}")));
        assert_eq!(answer.bad_fields(), [field], "{query}");
    }
    let reading = stage.token("acme", &[TokenScope::ProductsRead]);
    let request = Request::post("/v1/promotion-codes").json(&spring());
    let answer = stage.api.send(&request.bearer(&reading));
    assert_eq!(answer.error(), (403, "authz/role-insufficient".into()));
    let writing = stage.token("acme", &[TokenScope::LicensesRead]);
    let answer = stage
        .api
        .send(&Request::get("/v1/promotion-codes").bearer(&writing));
    assert_eq!(answer.error(), (403, "authz/role-insufficient".into()));
}
