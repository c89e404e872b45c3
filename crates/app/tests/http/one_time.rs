//! One-time sales: several items, seats, promotion codes, taxes, metadata, and the terms of licenses.

use std::time::Duration;

use serde_json::{Value, json};

use crate::harness::page::element;
use crate::harness::seller::{session_of, signed_to};
use crate::harness::stripe::Pay;
use crate::harness::wire::split;
use crate::harness::{Request, Seller, Stage, eventually};

const BUYER: &str = "buyer@example.com";

/// A seller of `pro/lifetime` at 29 USD, `pro/team` by the seat at 99 USD, and `brush/solo` at 5 USD.
fn seller(stage: &Stage) -> Seller {
    let seller = Seller::selling(stage, "acme");
    seller.key_type_of(
        "pro",
        &json!({
            "keyTypeId": "team", "displayName": "Team", "priceInCents": 9_900,
            "priceCurrency": "usd", "quantityAs": "seats",
        }),
    );
    seller.product("brush", "classic");
    seller.key_type("brush", "solo", Some(500));
    seller.set_up_prices();
    seller
}

fn item(product: &str, key_type: &str, quantity: i64) -> Value {
    json!({ "product_id": product, "key_type_id": key_type, "quantity": quantity })
}

fn items(items: &[Value]) -> Value {
    json!({
        "items": items, "cancel_url": "https://shop.test/cart",
        "success_url": "https://shop.test/thanks",
    })
}

/// The licenses of an order, once there are so many.
fn await_licenses(seller: &Seller, session: &str, count: usize) -> (Value, Vec<Value>) {
    let order = seller.await_order(session, "fulfilled");
    let mut licenses = seller.licenses();
    licenses.retain(|license| license["orderId"] == order["id"]);
    assert_eq!(licenses.len(), count, "{licenses:?}");
    (order, licenses)
}

fn open(seller: &Seller, wish: &Value) -> String {
    let opened = seller.checkout(wish).expect(200);
    opened["url"].as_str().expect("a URL").to_owned()
}

#[test]
fn a_checkout_of_several_items_mints_a_license_for_each_unit_and_a_refund_revokes_all() {
    let stage = Stage::new();
    let seller = seller(&stage);
    let mut wish = items(&[
        item("pro", "lifetime", 2),
        item("pro", "team", 5),
        item("brush", "solo", 1),
    ]);
    wish["metadata"] = json!({ "campaign": "launch", "n": [1, null] });
    let url = open(&seller, &wish);
    let session = session_of(&url);
    stage.stripe.pay(&url, BUYER, Pay::Card);
    let (order, licenses) = await_licenses(&seller, &session, 4);

    assert_eq!(order["priceInCents"], 2 * 2_900 + 5 * 9_900 + 500);
    assert_eq!(order["totalInCents"], order["priceInCents"]);
    assert_eq!(order["productId"], "pro");
    assert_eq!(order["metadata"], wish["metadata"]);
    assert_eq!(
        order["lines"],
        json!([
            { "productId": "pro", "keyTypeId": "lifetime", "quantity": 2, "quantityAs": "licenses",
              "priceInCents": 2_900 },
            { "productId": "pro", "keyTypeId": "team", "quantity": 5, "quantityAs": "seats",
              "priceInCents": 9_900 },
            { "productId": "brush", "keyTypeId": "solo", "quantity": 1, "quantityAs": "licenses",
              "priceInCents": 500 },
        ])
    );
    let limits = |key_type: &str| -> Vec<i64> {
        let of_it = licenses.iter().filter(|it| it["keyTypeId"] == key_type);
        of_it
            .filter_map(|it| it["activationLimit"].as_i64())
            .collect()
    };
    assert_eq!(limits("lifetime"), [3, 3]);
    assert_eq!(limits("team"), [15]);
    assert_eq!(limits("solo"), [3]);
    for license in &licenses {
        assert_eq!(license["metadata"], wish["metadata"]);
        assert_eq!(license["status"], "ACTIVE");
    }
    let completed = stage
        .stripe
        .event_of(&session, "checkout.session.completed");
    assert_eq!(seller.hear(&completed).status, 200);
    await_licenses(&seller, &session, 4);

    stage.stripe.refund(&session, None);
    eventually("all licenses to be revoked", || {
        let licenses = seller.licenses();
        let revoked = licenses.iter().filter(|it| it["status"] == "REVOKED");
        (revoked.count() == 4).then_some(())
    });
}

#[test]
fn a_quantity_of_one_key_type_and_metadata_beside_it() {
    let stage = Stage::new();
    let seller = seller(&stage);
    for (key_type, quantity, licenses, limit) in [("lifetime", 3, 3, 3), ("team", 100, 1, 300)] {
        let mut wish = Seller::wish(key_type);
        wish["quantity"] = quantity.into();
        wish["metadata"] = json!({});
        let url = open(&seller, &wish);
        stage.stripe.pay(&url, BUYER, Pay::Card);
        let (order, minted) = await_licenses(&seller, &session_of(&url), licenses);
        assert_eq!(order["lines"][0]["quantity"], quantity);
        assert!(
            minted.iter().all(|it| it["activationLimit"] == limit),
            "{minted:?}"
        );
    }
}

#[test]
fn items_that_cannot_be_read_are_400_and_the_field_is_named() {
    let stage = Stage::new();
    let seller = seller(&stage);
    let before = seller.snapshot();
    let one = || item("pro", "lifetime", 1);
    let many: Vec<Value> = (0..21).map(|n| item("pro", &format!("k{n}"), 1)).collect();
    let mut both = items(&[one()]);
    both["quantity"] = json!(2);
    let mut pair = items(&[one()]);
    pair["product_id"] = "pro".into();
    let mut unknown = one();
    unknown["price"] = json!(1);
    let with = |field: &str, value: Value| {
        let mut wish = Seller::wish("lifetime");
        wish[field] = value;
        wish
    };
    for (wish, field) in [
        (both, "items"),
        (pair, "items"),
        (items(&[]), "items"),
        (items(&many), "items"),
        (items(&[one(), item("pro", "team", 1), one()]), "items.2"),
        (items(&[item("pro", "lifetime", 0)]), "items.0.quantity"),
        (items(&[item("pro", "lifetime", 101)]), "items.0.quantity"),
        (
            items(&[json!({"product_id": "pro"})]),
            "items.0.key_type_id",
        ),
        (items(&[unknown]), "items.0.price"),
        (items(&[json!("pro")]), "items.0"),
        (with("items", json!("pro")), "items"),
        (with("quantity", json!(0)), "quantity"),
        (with("quantity", json!(101)), "quantity"),
        (with("quantity", json!(1.5)), "quantity"),
        (with("quantity", json!("2")), "quantity"),
        (with("metadata", json!("x")), "metadata"),
        (with("metadata", json!({ "x".repeat(41): 1 })), "metadata"),
    ] {
        let refused = seller.checkout(&wish);
        let expected = (400, "validation/invalid-input".to_owned());
        assert_eq!(refused.error(), expected, "{wish}");
        let fields = refused.bad_fields();
        assert!(fields.contains(&field.to_owned()), "{wish}: {fields:?}");
        stage.advance(Duration::from_secs(10));
    }
    assert_eq!(seller.snapshot(), before);
}

#[test]
fn items_that_do_not_go_together_are_refused_with_the_reason() {
    let stage = Stage::new();
    let seller = seller(&stage);
    let key_type = |id: &str, more: &Value| {
        let mut body = json!({
            "keyTypeId": id, "displayName": "Pro", "priceInCents": 2_900, "priceCurrency": "usd",
        });
        for (name, value) in more.as_object().expect("an object") {
            body[name] = value.clone();
        }
        seller.key_type_of("pro", &body);
    };
    key_type("euro", &json!({ "priceCurrency": "eur" }));
    key_type("taxed", &json!({ "automaticTax": true }));
    key_type("managed", &json!({ "managedPayments": true }));
    key_type("dear", &json!({ "priceInCents": 99_999_999 }));
    key_type("late", &json!({}));
    key_type(
        "crowd",
        &json!({ "quantityAs": "seats", "activationLimit": 100_000 }),
    );
    seller.set_up_prices();
    key_type("new", &json!({}));
    let pro = || item("pro", "lifetime", 1);
    let long = json!({ "x": "x".repeat(15_000) });
    let mut large = Seller::wish("lifetime");
    large["metadata"] = long;
    for (wish, status, code) in [
        (
            items(&[pro(), item("pro", "gone", 1)]),
            404,
            "common/not-found",
        ),
        (
            items(&[pro(), item("gone", "solo", 1)]),
            404,
            "common/not-found",
        ),
        (
            items(&[pro(), item("pro", "new", 1)]),
            422,
            "checkout/no-price",
        ),
        (
            items(&[pro(), item("pro", "euro", 1)]),
            422,
            "checkout/not-together",
        ),
        (
            items(&[pro(), item("pro", "taxed", 1)]),
            422,
            "checkout/not-together",
        ),
        (
            items(&[pro(), item("pro", "managed", 1)]),
            422,
            "checkout/not-together",
        ),
        (
            items(&[item("pro", "lifetime", 100), item("brush", "solo", 1)]),
            422,
            "checkout/too-large",
        ),
        (items(&[item("pro", "dear", 2)]), 422, "checkout/too-large"),
        (items(&[item("pro", "crowd", 2)]), 422, "checkout/too-large"),
        (large, 422, "checkout/too-large"),
        (
            items(&[item("pro", "managed", 1)]),
            422,
            "checkout/managed-payments-fee",
        ),
    ] {
        let refused = seller.checkout(&wish);
        assert_eq!(refused.error(), (status, code.to_owned()), "{wish}");
        stage.advance(Duration::from_secs(10));
    }
}

#[test]
fn a_promotion_code_lowers_what_is_paid_and_the_fee_is_never_above_it() {
    let stage = Stage::new();
    let seller = seller(&stage);
    let path = "/v1/products/pro/key-types/lifetime";
    let switch = json!({ "allowPromotionCodes": true });
    seller
        .manage(Request::new("PATCH", path).json(&switch))
        .expect(200);
    let account = seller.account();
    for (code, percent) in [("HALF", 50), ("FREE", 100)] {
        let body = json!({ "account": account, "code": code, "percent_off": percent });
        stage.stripe.control("promotion_codes", &body);
    }
    for (code, total, fee) in [("HALF", 1_450, json!(15)), ("FREE", 0, Value::Null)] {
        let url = seller.open("lifetime");
        let refused = stage.stripe.pay_with_code(&url, BUYER, "NONE");
        assert_eq!(refused.status, 200);
        let page = refused.text();
        assert!(page.contains("This code is invalid."), "{page}");
        assert_eq!(stage.stripe.pay_with_code(&url, BUYER, code).status, 303);
        let (order, licenses) = await_licenses(&seller, &session_of(&url), 1);
        assert_eq!(order["priceInCents"], 2_900);
        assert_eq!(order["totalInCents"], total);
        assert_eq!(order["feeInCents"], fee, "{code}");
        // Whoever creates a code at Stripe knows its id there.
        let sold_by = order["promotionCode"]["code"].as_str();
        assert!(
            sold_by.is_some_and(|id| id.starts_with("promo_")),
            "{order}"
        );
        assert_eq!(licenses[0]["status"], "ACTIVE");
    }
    let url = seller.open("team");
    let form = stage.stripe.0.call(&Request::get(&split(&url).1));
    assert!(!form.text().contains("promotion_code"), "{}", form.text());
}

#[test]
fn the_switches_of_a_key_type_reach_stripe_and_taxes_may_come_on_top() {
    let stage = Stage::new();
    let seller = seller(&stage);
    let switches = json!({
        "keyTypeId": "taxed", "displayName": "Pro", "priceInCents": 2_900, "priceCurrency": "usd",
        "automaticTax": true, "taxIdCollection": true, "invoiceCreation": true,
    });
    seller.key_type_of("pro", &switches);
    seller.set_up_prices();
    let url = seller.open("taxed");
    let sent = stage.stripe.posts("/v1/checkout/sessions");
    let form = sent.last().expect("a session").to_string();
    for name in ["automatic_tax", "tax_id_collection", "invoice_creation"] {
        assert!(form.contains(name), "{name} in {form}");
    }
    assert!(
        !form.contains("managed_payments") && !form.contains("allow_promotion"),
        "{form}"
    );
    stage.stripe.pay(&url, BUYER, Pay::Card);
    let (order, _) = await_licenses(&seller, &session_of(&url), 1);
    assert_eq!(order["priceInCents"], 2_900);
    assert_eq!(order["totalInCents"], 3_190);
}

#[test]
fn managed_payments_are_sold_where_no_fee_is_taken() {
    let stage = Stage::with(&[("MINTAGE_FEE_BPS", "0")]);
    let seller = seller(&stage);
    let managed = json!({
        "keyTypeId": "managed", "displayName": "Pro", "priceInCents": 2_900,
        "priceCurrency": "usd", "managedPayments": true,
    });
    seller.key_type_of("pro", &managed);
    seller.set_up_prices();
    let url = seller.open("managed");
    let sent = stage.stripe.posts("/v1/checkout/sessions");
    let form = sent.last().expect("a session").to_string();
    assert!(form.contains("managed_payments"), "{form}");
    stage.stripe.pay(&url, BUYER, Pay::Card);
    let (order, _) = await_licenses(&seller, &session_of(&url), 1);
    assert_eq!(order["feeInCents"], Value::Null);
}

#[test]
fn a_key_type_shows_how_it_is_sold_and_bad_values_are_named() {
    let stage = Stage::new();
    let seller = seller(&stage);
    let lifetime = "/v1/products/pro/key-types/lifetime";
    let shown = seller.get(lifetime);
    let defaults = json!({
        "allowPromotionCodes": false, "automaticTax": false, "taxIdCollection": false,
        "invoiceCreation": false, "managedPayments": false, "quantityAs": "licenses",
        "updatesFor": null, "termFrom": "issue",
    });
    for (name, value) in defaults.as_object().expect("an object") {
        assert_eq!(&shown[name], value, "{name}");
    }
    let patch = |body: &Value| seller.manage(Request::new("PATCH", lifetime).json(body));
    let set = json!({
        "allowPromotionCodes": true, "automaticTax": true, "taxIdCollection": true,
        "invoiceCreation": true, "quantityAs": "seats", "updatesFor": "365d",
        "termFrom": "first_activation", "duration": "30d",
    });
    let changed = patch(&set).expect(200);
    for (name, value) in set.as_object().expect("an object") {
        assert_eq!(&changed[name], value, "{name}");
    }
    for (name, bad) in [
        ("allowPromotionCodes", json!("yes")),
        ("automaticTax", json!(1)),
        ("taxIdCollection", json!([])),
        ("invoiceCreation", json!("true")),
        ("managedPayments", json!(0)),
        ("managedPayments", json!(true)),
        ("quantityAs", json!("devices")),
        ("updatesFor", json!("lifetime")),
        ("updatesFor", json!("0d")),
        ("updatesFor", json!("36501d")),
        ("updatesFor", json!(365)),
        ("termFrom", json!("activation")),
    ] {
        let refused = patch(&json!({ name: bad }));
        assert_eq!(refused.error(), (400, "validation/invalid-input".into()));
        assert_eq!(refused.bad_fields(), [name], "{bad}");
    }
    let cleared = patch(&json!({ "updatesFor": null, "automaticTax": false })).expect(200);
    assert_eq!(cleared["updatesFor"], Value::Null);
    assert_eq!(cleared["automaticTax"], false);
    assert_eq!(cleared["invoiceCreation"], true);
    let both = json!({
        "keyTypeId": "both", "displayName": "Pro", "managedPayments": true, "automaticTax": true,
    });
    let refused = seller.post("/v1/products/pro/key-types", &both);
    assert_eq!(refused.bad_fields(), ["managedPayments"]);
}

#[test]
fn a_license_shows_until_when_it_has_updates_and_its_term_starts_at_the_first_activation() {
    let stage = Stage::new();
    let seller = seller(&stage);
    seller.key_type_of(
        "pro",
        &json!({
            "keyTypeId": "year", "displayName": "Year", "priceInCents": 2_900,
            "priceCurrency": "usd", "duration": "30d", "updatesFor": "365d",
            "termFrom": "first_activation",
        }),
    );
    seller.set_up_prices();
    let session = seller.sell("year", BUYER, Pay::Card);
    let license = seller.await_license_of(&session);
    assert_eq!(license["expiresAt"], Value::Null);
    assert_eq!(license["status"], "ACTIVE");
    let year = |field: &Value| {
        field
            .as_str()
            .map(|it| it[..4].parse::<i64>().expect("a year"))
    };
    let (made, until) = (year(&license["createdAt"]), year(&license["updatesUntil"]));
    assert_eq!(until, made.map(|it| it + 1));

    let key = seller.reveal(&license);
    let api_key = seller.api_key("pro", "VALIDATE_ONLY", "sandbox");
    let path = format!("/v1/licenses/{}", license["id"].as_str().expect("an id"));
    let mut ends = Vec::new();
    for (number, device) in ["a", "b"].into_iter().enumerate() {
        stage.advance(Duration::from_hours(24));
        let timestamp = (seller.now() * 1_000 + i64::try_from(number).expect("small")).to_string();
        let body = json!({ "key": key, "fingerprint": device }).to_string();
        let request = signed_to("/v1/activate", &api_key, &timestamp, &body);
        let answer = stage.api.send(&request).expect(200);
        assert_eq!(answer["valid"], true, "{answer}");
        ends.push(seller.get(&path)["expiresAt"].clone());
    }
    assert!(ends[0].is_string(), "{ends:?}");
    assert_eq!(ends[0], ends[1], "the second activation starts nothing");
}

#[test]
fn the_thank_you_page_shows_each_key() {
    let stage = Stage::new();
    let seller = seller(&stage);
    let mut wish = items(&[item("pro", "lifetime", 2), item("brush", "solo", 1)]);
    wish.as_object_mut()
        .expect("an object")
        .remove("success_url");
    let url = open(&seller, &wish);
    let waiting = stage
        .api
        .send(&Request::get(format!("/thanks/{}", session_of(&url))));
    assert!(
        waiting.text().contains("<dt>Quantity</dt><dd>2</dd>"),
        "{}",
        waiting.text()
    );
    let back = stage.stripe.pay(&url, BUYER, Pay::Card);
    let (_, licenses) = await_licenses(&seller, &session_of(&url), 3);
    let page = stage.api.send(&Request::get(split(&back).1));
    let shown = ["license-key", "license-key-2", "license-key-3"];
    let mut shown: Vec<_> = shown
        .iter()
        .filter_map(|id| element(page.text(), id))
        .collect();
    let mut keys: Vec<_> = licenses.iter().map(|it| seller.reveal(it)).collect();
    shown.sort();
    keys.sort();
    assert_eq!(shown, keys);
}

#[test]
fn the_command_line_sets_how_a_key_type_is_sold() {
    let stage = Stage::new();
    let seller = seller(&stage);
    let of = [
        "--tenant",
        "acme",
        "--product",
        "pro",
        "--id",
        "cli",
        "--json",
    ];
    let call = |words: &[&str]| {
        let words: Vec<&str> = words.iter().chain(&of).copied().collect();
        stage.command(&words).expect("it works").remove(0)
    };
    let made = call(&[
        "key-type",
        "create",
        "--name",
        "Pro",
        "--updates-for",
        "365d",
        "--term-from",
        "first_activation",
        "--allow-promotion-codes",
        "true",
        "--quantity-as",
        "seats",
    ]);
    assert_eq!(made["updatesFor"], "365d");
    assert_eq!(made["termFrom"], "first_activation");
    assert_eq!(made["allowPromotionCodes"], true);
    assert_eq!(made["quantityAs"], "seats");
    let changed = call(&[
        "key-type",
        "update",
        "--no-updates-limit",
        "--allow-promotion-codes",
        "false",
        "--automatic-tax",
        "true",
        "--tax-id-collection",
        "true",
        "--invoice-creation",
        "true",
    ]);
    assert_eq!(changed["updatesFor"], Value::Null);
    assert_eq!(changed["allowPromotionCodes"], false);
    assert_eq!(changed["automaticTax"], true);
    assert_eq!(seller.get("/v1/products/pro/key-types/cli"), changed);
    let words = ["key-type", "update", "--managed-payments", "true"];
    let words: Vec<&str> = words.iter().chain(&of).copied().collect();
    let refused = stage.command(&words).expect_err("it has taxes");
    assert!(refused.contains("automaticTax"), "{refused}");
}
