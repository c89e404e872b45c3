//! What sales are counted under: the product, the key type, and the promotion code that the buyer entered.

use serde_json::{Value, json};

use crate::harness::stripe::Pay;
use crate::harness::{Request, Seller, Stage, eventually};

/// The groups of the ledger with their numbers of orders, gross sums, discounts and refunds.
fn sums(seller: &Seller, group: &str) -> Vec<(Value, [i64; 4])> {
    let shown = seller.get(&format!("/v1/sales?mode=sandbox&groupBy={group}"));
    let items = shown["items"].as_array().cloned().expect("items");
    let row = |it: &Value| {
        let numbers = ["orders", "gross", "discount", "refunds"];
        let numbers = numbers.map(|name| it[name].as_i64().expect("a number"));
        (it["group"].clone(), numbers)
    };
    items.iter().map(row).collect()
}

#[test]
fn sales_are_summed_by_what_they_were_sold_as() {
    let stage = Stage::new();
    let seller = Seller::selling(&stage, "acme");
    let other = Seller::selling(&stage, "other");
    let path = "/v1/products/pro/key-types/lifetime";
    let switch = json!({ "allowPromotionCodes": true });
    seller
        .manage(Request::new("PATCH", path).json(&switch))
        .expect(200);
    let code = json!({
        "mode": "sandbox", "productId": "pro", "code": "SPRING-25", "percentOff": 25, "campaign": "=spring",
    });
    seller.post("/v1/promotion-codes", &code).expect(201);
    let url = seller.open("lifetime");
    let session = url.rsplit('/').next().expect("an id").to_owned();
    let paid = stage
        .stripe
        .pay_with_code(&url, "ada@example.com", "spring-25");
    assert_eq!(paid.status, 303, "{}", paid.text());
    let order = seller.await_order(&session, "fulfilled");
    let sold_by = json!({ "code": "SPRING-25", "campaign": "=spring" });
    assert_eq!(order["promotionCode"], sold_by);
    let id = order["id"].as_str().expect("an id");
    let shown = seller.get(&format!("/v1/orders/{id}"));
    assert_eq!(shown["promotionCode"], sold_by);
    let (plain, _) = seller.sell_one();
    let order = seller.await_order(&plain, "fulfilled");
    assert_eq!(order["promotionCode"], Value::Null);
    stage.stripe.refund(&plain, Some(900));

    let all = [2, 5_800, 725, 900];
    eventually("the refund to be read", || {
        (sums(&seller, "currency") == [(json!("usd"), all)]).then_some(())
    });
    for (group, name) in [("product", "pro"), ("keyType", "lifetime")] {
        assert_eq!(sums(&seller, group), [(json!(name), all)], "{group}");
    }
    for (group, name) in [("code", "SPRING-25"), ("campaign", "=spring")] {
        let sold = (json!(name), [1, 2_900, 725, 0]);
        assert_eq!(
            sums(&seller, group),
            [sold, (Value::Null, [1, 2_900, 0, 900])],
            "{group}"
        );
    }
    assert_eq!(
        sums(&seller, "day")
            .iter()
            .map(|(_, it)| it[1])
            .sum::<i64>(),
        5_800
    );

    let lines = seller.manage(Request::get("/v1/sales.csv?mode=sandbox"));
    let lines = lines.text().to_owned();
    for part in [
        ",charge,725,usd,cs_",
        ",discount,-725,usd,cs_",
        ",platform_fee,",
        ",refund,-900,usd,txn_",
    ] {
        assert!(lines.contains(part), "{part} in {lines}");
    }
    for cell in lines.lines().flat_map(|line| line.split(',')) {
        let is_number = cell.parse::<i64>().is_ok();
        assert!(
            is_number || !cell.starts_with(['=', '+', '-', '@']),
            "{cell}"
        );
    }
    assert!(lines.contains("SPRING-25,'=spring"), "{lines}");
    assert_eq!(other.get("/v1/sales?mode=sandbox")["items"], json!([]));
    assert_eq!(
        seller.get("/v1/sales?mode=live"),
        json!({"items": [], "balance": []})
    );
}

/// A seller of a monthly key type for 29 USD, which may be sold by promotion codes.
fn selling_monthly(stage: &Stage) -> Seller {
    let mut seller = Seller::new(stage, "acme");
    seller.product("pro", "classic");
    let monthly = json!({
        "keyTypeId": "monthly", "displayName": "Monthly", "priceInCents": 2_900,
        "priceCurrency": "usd", "interval": "month", "allowPromotionCodes": true,
    });
    seller.key_type_of("pro", &monthly);
    seller.connect("sandbox");
    seller.set_up_prices();
    seller
}

/// Lets a month of the subscription of a session pass.
fn renew(stage: &Stage, seller: &Seller, session: &str) {
    let completed = stage.stripe.event_of(session, "checkout.session.completed");
    let id = completed["data"]["object"]["subscription"].as_str();
    let id = id.expect("a subscription");
    let until = seller.now() + 32 * 86_400;
    let path = format!("subscriptions/{id}");
    stage.stripe.control(&path, &json!({ "advance_to": until }));
}

#[test]
fn renewals_are_counted_under_the_key_type_and_the_code_that_began_the_subscription() {
    let stage = Stage::new();
    let seller = selling_monthly(&stage);
    let code = json!({ "mode": "sandbox", "code": "HALF", "percentOff": 50, "campaign": "spring" });
    seller.post("/v1/promotion-codes", &code).expect(201);
    let url = seller.open("monthly");
    let session = url.rsplit('/').next().expect("an id").to_owned();
    let paid = stage.stripe.pay_with_code(&url, "ada@example.com", "HALF");
    assert_eq!(paid.status, 303, "{}", paid.text());
    let order = seller.await_order(&session, "fulfilled");
    assert_eq!(
        order["promotionCode"],
        json!({ "code": "HALF", "campaign": "spring" })
    );
    renew(&stage, &seller, &session);

    let all = [2, 5_800, 1_450, 0];
    for (group, name) in [
        ("product", "pro"),
        ("keyType", "monthly"),
        ("code", "HALF"),
        ("campaign", "spring"),
    ] {
        eventually(&format!("both payments by {group}"), || {
            (sums(&seller, group) == [(json!(name), all)]).then_some(())
        });
    }
    let lines = seller.manage(Request::get("/v1/sales.csv?mode=sandbox"));
    let charges = lines
        .text()
        .lines()
        .filter(|line| line.split(',').nth(1) == Some("charge"));
    let attributed = charges.filter(|line| line.contains("monthly"));
    // The part that the code took off the first payment is a line of its own.
    assert_eq!(attributed.count(), 3, "{}", lines.text());
}

#[test]
fn renewals_whose_events_are_lost_are_attributed_by_the_reconciliation() {
    let stage = Stage::silent(&[]);
    let seller = selling_monthly(&stage);
    let session = seller.sell("monthly", "ada@example.com", Pay::Card);
    renew(&stage, &seller, &session);
    eventually("the payments to be read", || {
        (sums(&seller, "keyType") == [(Value::Null, [2, 5_800, 0, 0])]).then_some(())
    });
    stage
        .command(&["reconcile", "--json"])
        .expect("all went well");
    assert_eq!(
        sums(&seller, "keyType"),
        [(json!("monthly"), [2, 5_800, 0, 0])]
    );
}
