//! Products, key types and API keys: what is taken, what is refused, and what is shown.

use mintage_domain::model::sellers::tenant::Plan;
use serde_json::{Value, json};

use crate::harness::seller::session_of;
use crate::harness::stripe::Pay;
use crate::harness::{Request, Seller, Stage};

/// A sound body with some fields set otherwise; `null` is as good as missing.
fn with(sound: &Value, other: &Value) -> Value {
    let mut body = sound.clone();
    for (name, value) in other.as_object().expect("fields") {
        body[name] = value.clone();
    }
    body
}

fn refuses(seller: &Seller, path: &str, sound: &Value, table: &[(Value, &[&str])]) {
    let before = (
        seller.snapshot(),
        seller.items("/v1/products/pro/key-types"),
    );
    for (other, fields) in table {
        let answer = seller.post(path, &with(sound, other));
        assert_eq!(
            answer.error(),
            (400, "validation/invalid-input".into()),
            "{other}"
        );
        assert_eq!(answer.bad_fields(), *fields, "{other}");
    }
    let after = (
        seller.snapshot(),
        seller.items("/v1/products/pro/key-types"),
    );
    assert_eq!(after, before);
}

#[test]
fn a_products_bad_fields_are_named_each() {
    let stage = Stage::silent(&[]);
    let seller = Seller::new(&stage, "acme");
    seller.product("pro", "classic");
    let sound = json!({"productId": "app", "displayName": "App", "keyPrefix": "APPS"});
    refuses(
        &seller,
        "/v1/products",
        &sound,
        &[
            (json!({"productId": "No Slug"}), &["productId"]),
            (json!({"productId": "-a"}), &["productId"]),
            (json!({"productId": "a".repeat(33)}), &["productId"]),
            (json!({"productId": null}), &["productId"]),
            (json!({"displayName": " "}), &["displayName"]),
            (json!({"displayName": "x".repeat(121)}), &["displayName"]),
            (json!({"displayName": "a\u{7}b"}), &["displayName"]),
            (json!({"keyPrefix": "apps"}), &["keyPrefix"]),
            (json!({"keyPrefix": "A"}), &["keyPrefix"]),
            (json!({"keyPrefix": "A-PS"}), &["keyPrefix"]),
            (json!({"keyPrefix": "APPSANDMO"}), &["keyPrefix"]),
            (json!({"keyFormat": "CLASSIC"}), &["keyFormat"]),
            (json!({"keyFormat": 1}), &["keyFormat"]),
            (
                json!({"productId": 1, "displayName": null, "keyPrefix": ""}),
                &["productId", "displayName", "keyPrefix"],
            ),
        ],
    );
}

#[test]
fn a_product_is_shown_as_it_was_made_and_its_id_is_taken() {
    let stage = Stage::silent(&[]);
    let seller = Seller::new(&stage, "acme");
    let body = json!({"productId": "app", "displayName": " App ", "keyPrefix": "AP", "keyFormat": "checked"});
    let made = seller.post("/v1/products", &body).expect(201);
    assert_eq!(
        (&made["displayName"], &made["keyFormat"]),
        (&json!("App"), &json!("checked"))
    );
    assert_eq!(seller.items("/v1/products"), std::slice::from_ref(&made));
    let again = seller.post("/v1/products", &body);
    assert_eq!(again.error(), (409, "common/exists".into()));
    let other = Seller::new(&stage, "other");
    other.post("/v1/products", &body).expect(201);
    assert_eq!(seller.items("/v1/products"), [made]);
}

#[test]
fn a_key_types_bad_fields_are_named_each() {
    let stage = Stage::silent(&[]);
    let seller = Seller::new(&stage, "acme");
    seller.product("pro", "classic");
    let sound = json!({
        "keyTypeId": "lifetime", "displayName": "Lifetime",
        "priceInCents": 2_900, "priceCurrency": "usd",
    });
    refuses(
        &seller,
        "/v1/products/pro/key-types",
        &sound,
        &[
            (json!({"keyTypeId": "LIFE"}), &["keyTypeId"]),
            (json!({"displayName": ""}), &["displayName"]),
            (json!({"priceCurrency": null}), &["priceCurrency"]),
            (json!({"priceInCents": null}), &["priceInCents"]),
            (
                json!({"priceCurrency": "usdx"}),
                &["priceCurrency", "priceCurrency"],
            ),
            (
                json!({"priceInCents": -1}),
                &["priceInCents", "priceInCents"],
            ),
            (
                json!({"priceInCents": 29.5}),
                &["priceInCents", "priceInCents"],
            ),
            (
                json!({"priceInCents": "2900"}),
                &["priceInCents", "priceInCents"],
            ),
            (json!({"priceInCents": 49}), &["priceInCents"]),
            (json!({"priceInCents": 100_000_000}), &["priceInCents"]),
            (
                json!({"priceInCents": 5_125, "priceCurrency": "kwd"}),
                &["priceInCents"],
            ),
            (
                json!({"priceInCents": 550, "priceCurrency": "isk"}),
                &["priceInCents"],
            ),
            (
                json!({"priceInCents": 29, "priceCurrency": "gbp"}),
                &["priceInCents"],
            ),
            (json!({"activationLimit": 0}), &["activationLimit"]),
            (json!({"activationLimit": "3"}), &["activationLimit"]),
            (json!({"duration": "2030-01-01T00:00:00Z"}), &["duration"]),
            (json!({"duration": "0d"}), &["duration"]),
            (json!({"duration": "30 days"}), &["duration"]),
            (json!({"duration": 30}), &["duration"]),
            (json!({"entitlements": "export"}), &["entitlements"]),
            (json!({"entitlements": ["Export"]}), &["entitlements"]),
            (json!({"entitlements": [1]}), &["entitlements"]),
        ],
    );
}

#[test]
fn a_key_type_is_shown_as_it_was_made_with_its_defaults_and_its_id_is_taken() {
    let stage = Stage::silent(&[]);
    let seller = Seller::new(&stage, "acme");
    seller.product("pro", "classic");
    let path = "/v1/products/pro/key-types";
    let least = json!({"keyTypeId": "least", "displayName": "Least"});
    let made = seller.post(path, &least).expect(201);
    let defaults = json!({
        "productId": "pro", "keyTypeId": "least", "displayName": "Least", "activationLimit": 3,
        "duration": "lifetime", "interval": null, "intervalCount": null, "trialDays": null,
        "graceDays": null, "reminderDays": null, "priceInCents": null, "priceCurrency": null, "entitlements": [],
        "createdAt": made["createdAt"], "archivedAt": null, "allowPromotionCodes": false,
        "automaticTax": false, "taxIdCollection": false, "invoiceCreation": false,
        "managedPayments": false, "quantityAs": "licenses", "updatesFor": null, "termFrom": "issue",
    });
    assert_eq!(made, defaults);
    for (id, cents, currency) in [
        ("a", 50, "USD"),
        ("b", 500, "jpy"),
        ("c", 5_120, "kwd"),
        ("d", 0, "eur"),
    ] {
        let body = json!({
            "keyTypeId": id, "displayName": "Priced", "duration": "365d", "activationLimit": 1,
            "priceInCents": cents, "priceCurrency": currency, "entitlements": ["b", "a", "b"],
        });
        let made = seller.post(path, &body).expect(201);
        assert_eq!(made["priceInCents"], cents);
        assert_eq!(made["priceCurrency"], currency.to_lowercase());
        assert_eq!(made["duration"], "365d");
        assert_eq!(made["entitlements"], json!(["a", "b"]));
    }
    assert_eq!(seller.items(path).len(), 5);
    let again = seller.post(path, &least);
    assert_eq!(again.error(), (409, "common/exists".into()));
    let nowhere = seller.post("/v1/products/none/key-types", &least);
    assert_eq!(nowhere.error(), (404, "common/not-found".into()));
}

#[test]
fn an_api_key_is_shown_once_and_says_its_mode() {
    let stage = Stage::silent(&[]);
    let seller = Seller::new(&stage, "acme");
    seller.product("pro", "classic");
    let sound = json!({"productId": "pro", "scope": "FULL", "mode": "sandbox"});
    refuses(
        &seller,
        "/v1/api-keys",
        &sound,
        &[
            (json!({"scope": "full"}), &["scope"]),
            (json!({"mode": "test"}), &["mode"]),
            (json!({"productId": null}), &["productId"]),
            (
                json!({"productId": "", "scope": 1, "mode": []}),
                &["productId", "scope", "mode"],
            ),
        ],
    );
    let none = seller.post("/v1/api-keys", &with(&sound, &json!({"productId": "none"})));
    assert_eq!(none.error(), (404, "common/not-found".into()));
    for (mode, prefix) in [("sandbox", "ak_test_"), ("live", "ak_live_")] {
        let answer = seller.post("/v1/api-keys", &with(&sound, &json!({"mode": mode})));
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        let made = answer.expect(201);
        let text = |name: &str| made[name].as_str().expect("a text").to_owned();
        assert!(text("id").starts_with(prefix), "{made}");
        assert!(text("secret").starts_with("aks_"));
    }
}

#[test]
fn plans_bound_the_number_of_products() {
    let stage = Stage::silent(&[]);
    for (plan, room) in [
        (Plan::Free, Some(1)),
        (Plan::Starter, Some(3)),
        (Plan::Pro, None),
    ] {
        let token = stage.tenant(plan.as_str(), plan);
        let make = |nth: usize| {
            let id = format!("p{nth}");
            let body = json!({"productId": id, "displayName": "P", "keyPrefix": "PPPP"});
            let request = Request::post("/v1/products").json(&body);
            stage.api.send(&request.bearer(&token))
        };
        let tried = room.map_or(12, |room| room + 1);
        let answers: Vec<_> = (0..tried).map(make).collect();
        for (nth, answer) in answers.iter().enumerate() {
            let expected = match room {
                Some(room) if nth >= room => (403, "quota/products-exceeded".to_owned()),
                _ => (201, String::new()),
            };
            assert_eq!(answer.error(), expected, "{plan:?}, product {nth}");
        }
        let again = make(0);
        assert_eq!(again.error(), (409, "common/exists".into()), "{plan:?}");
    }
}

#[test]
fn a_product_and_its_key_types_are_read_and_changed() {
    let stage = Stage::silent(&[]);
    let seller = Seller::new(&stage, "acme");
    let other = Seller::new(&stage, "other");
    seller.product("pro", "classic");
    seller.key_type("pro", "lifetime", Some(2_900));
    let update = |path: &str, body: &Value| seller.manage(Request::new("PATCH", path).json(body));
    for (path, change) in [
        (
            "/v1/products/pro",
            json!({"displayName": "Pro 2", "keyPrefix": "PX", "keyFormat": "checked"}),
        ),
        (
            "/v1/products/pro/key-types/lifetime",
            json!({
                "displayName": "Team", "activationLimit": 7, "duration": "30d",
                "priceInCents": 4_900, "priceCurrency": "eur", "entitlements": ["team"],
            }),
        ),
    ] {
        let before = seller.get(path);
        assert_eq!(update(path, &json!({})).expect(200), before);
        let expected = with(&before, &change);
        assert_eq!(update(path, &change).expect(200), expected);
        assert_eq!(seller.get(path), expected);
        let theirs = other.manage(Request::new("PATCH", path).json(&change));
        assert_eq!(theirs.error(), (404, "common/not-found".into()));
        let read = other.manage(Request::get(path));
        assert_eq!(read.error(), (404, "common/not-found".into()));
    }
    let path = "/v1/products/pro/key-types/lifetime";
    for (change, fields) in [
        (json!({"priceCurrency": null}), &["priceCurrency"][..]),
        (
            json!({"priceInCents": null, "priceCurrency": "usd"}),
            &["priceInCents"],
        ),
        (json!({"priceInCents": 1}), &["priceInCents"]),
        (
            json!({"activationLimit": 0, "displayName": ""}),
            &["displayName", "activationLimit"],
        ),
        (json!({"duration": "2030-01-01T00:00:00Z"}), &["duration"]),
    ] {
        let answer = update(path, &change);
        assert_eq!(answer.bad_fields(), fields, "{change}");
    }
    let free = update(path, &json!({"priceInCents": null})).expect(200);
    assert_eq!(
        (&free["priceInCents"], &free["priceCurrency"]),
        (&Value::Null, &Value::Null)
    );
    assert_eq!(update("/v1/products/no", &json!({})).status, 404);
    assert_eq!(
        update("/v1/products/pro/key-types/no", &json!({})).status,
        404
    );
}

#[test]
fn what_is_archived_is_not_sold_and_a_paid_order_still_gets_its_license() {
    for path in ["/v1/products/pro", "/v1/products/pro/key-types/lifetime"] {
        let stage = Stage::new();
        let seller = Seller::selling(&stage, "acme");
        let set = |action: &str| {
            let answer = seller.manage(Request::post(format!("{path}/{action}")));
            answer.expect(200)["archivedAt"].is_string()
        };
        let page = seller.open("lifetime");
        assert!(set("archive") && set("archive"));
        let refused = seller.checkout(&Seller::wish("lifetime"));
        assert_eq!(refused.error(), (409, "catalog/archived".into()));
        stage.stripe.pay(&page, "buyer@example.com", Pay::Card);
        seller.await_license_of(&session_of(&page));
        assert!(!set("restore") && !set("restore"));
        seller.sell_one();
    }
}

#[test]
fn a_changed_price_is_what_the_next_buyer_pays() {
    let stage = Stage::new();
    let seller = Seller::selling(&stage, "acme");
    let before = seller.sell("lifetime", "early@example.com", Pay::Card);
    let path = "/v1/products/pro/key-types/lifetime";
    let change = json!({"priceInCents": 3_900});
    seller
        .manage(Request::new("PATCH", path).json(&change))
        .expect(200);
    let after = seller.sell("lifetime", "late@example.com", Pay::Card);
    for (session, cents) in [(before, 2_900), (after, 3_900)] {
        let order = seller.await_order(&session, "fulfilled");
        assert_eq!(order["totalInCents"], cents, "{order}");
    }
    let prices = stage
        .stripe
        .as_seller(&seller.account(), Request::get("/v1/prices"))
        .expect(200);
    let active = |price: &Value| (price["unit_amount"].clone(), price["active"].clone());
    let listed: Vec<_> = prices["data"]
        .as_array()
        .expect("a list")
        .iter()
        .map(active)
        .collect();
    assert_eq!(
        listed,
        [(json!(3_900), json!(true)), (json!(2_900), json!(false))]
    );
}

#[test]
fn wiped_test_data_is_set_up_anew() {
    let stage = Stage::new();
    let seller = Seller::selling(&stage, "acme");
    for _ in 0..2 {
        let path = format!("accounts/{}/wipe", seller.account());
        stage.stripe.control(&path, &json!({}));
        let refused = seller.checkout(&Seller::wish("lifetime"));
        assert_eq!(refused.error(), (422, "checkout/no-price".into()));
        let made = seller.set_up_prices();
        assert_eq!(made["created"].as_array().map(Vec::len), Some(1), "{made}");
        seller.open("lifetime");
    }
}
