//! The lines of a session. Those of a payment link come from the same code, and `payment_links` tests them.

use mintage_stripe_sim::Config;
use serde_json::{Value, json};

use crate::test_sim::{Reply, TestSim};

const SESSIONS: &str = "/v1/checkout/sessions";

/// The form of a session with a line for each quantity, each at a price of its own.
async fn form(sim: &TestSim, account: &str, quantities: &[u32]) -> String {
    let mut lines = vec!["mode=payment&success_url=http://shop.test/".to_owned()];
    for (index, quantity) in quantities.iter().enumerate() {
        let (price, line) = (sim.price(account).await, format!("line_items[{index}]"));
        lines.push(format!("{line}[price]={price}&{line}[quantity]={quantity}"));
    }
    lines.join("&")
}

async fn lines(sim: &TestSim, account: &str, session: &str, query: &str) -> Reply {
    let path = format!("{SESSIONS}/{session}/line_items?{query}");
    let reply = sim.get(account, &path).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    reply
}

fn column(list: &Reply, name: &str) -> Vec<Value> {
    let lines = list.body["data"].as_array().cloned().unwrap_or_default();
    lines.iter().map(|line| line[name].clone()).collect()
}

fn sum(list: &Reply, name: &str) -> i64 {
    column(list, name).iter().filter_map(Value::as_i64).sum()
}

#[actix_web::test]
async fn a_line_has_its_product_its_whole_price_and_its_amounts() {
    let sim = TestSim::start(Config::default());
    let account = sim.account(&[false]).await;
    let price = sim.price(&account).await;
    let form = format!(
        "mode=payment&success_url=http://shop.test/&line_items[0][price]={price}\
         &line_items[0][quantity]=3"
    );
    let session = sim.post(&account, SESSIONS, &form).await.id();
    let list = lines(&sim, &account, &session, "").await;
    let id = list.text("/data/0/id");
    assert!(id.starts_with("li_"), "{id}");
    let price = sim.get(&account, &format!("/v1/prices/{price}")).await;
    let line = json!({
        "id": id, "object": "item", "adjustable_quantity": null, "amount_discount": 0,
        "amount_subtotal": 8700, "amount_tax": 0, "amount_total": 8700, "currency": "usd",
        "description": "Acme", "metadata": null, "price": price.body, "quantity": 3,
    });
    let expected = json!({
        "object": "list", "url": format!("{SESSIONS}/{session}/line_items"), "has_more": false,
        "data": [line],
    });
    assert_eq!(list.body, expected);
    let again = lines(&sim, &account, &session, "").await;
    assert_eq!(again.body, list.body, "the ids are stable");
}

#[actix_web::test]
async fn the_lines_of_a_session_are_paged_in_both_directions() {
    let sim = TestSim::start(Config::default());
    let account = sim.account(&[false]).await;
    let form = form(&sim, &account, &[1, 2, 3, 4]).await;
    let session = sim.post(&account, SESSIONS, &form).await.id();
    let all = column(&lines(&sim, &account, &session, "").await, "id");
    let id = |index: usize| all[index].as_str().expect("an id");
    for (query, quantities, has_more) in [
        (String::new(), json!([1, 2, 3, 4]), false),
        ("limit=3".to_owned(), json!([1, 2, 3]), true),
        (
            format!("limit=2&starting_after={}", id(0)),
            json!([2, 3]),
            true,
        ),
        (
            format!("limit=2&starting_after={}", id(1)),
            json!([3, 4]),
            false,
        ),
        (format!("starting_after={}", id(3)), json!([]), false),
        (
            format!("limit=2&ending_before={}", id(3)),
            json!([2, 3]),
            true,
        ),
        (
            format!("limit=2&ending_before={}", id(2)),
            json!([1, 2]),
            false,
        ),
        (format!("ending_before={}", id(0)), json!([]), false),
    ] {
        let page = lines(&sim, &account, &session, &query).await;
        assert_eq!(json!(column(&page, "quantity")), quantities, "{query}");
        assert_eq!(page.body["has_more"], has_more, "{query}");
    }
}

#[actix_web::test]
async fn the_discount_and_the_tax_of_a_session_are_spread_over_its_lines() {
    let sim = TestSim::start(Config::default());
    let account = sim.account(&[false]).await;
    let code = json!({ "account": account, "code": "LESS", "amount_off": 1000 });
    sim.control("promotion_codes", &code).await;
    let form = format!(
        "{}&allow_promotion_codes=true&automatic_tax[enabled]=true",
        form(&sim, &account, &[1, 1, 5]).await
    );
    let session = sim.post(&account, SESSIONS, &form).await.id();
    assert_eq!(sim.pay(&session, "LESS").await.status, 303);
    let list = lines(&sim, &account, &session, "").await;
    let shown = sim.get(&account, &format!("{SESSIONS}/{session}")).await;
    for (line, whole) in [
        ("amount_subtotal", "/amount_subtotal"),
        ("amount_total", "/amount_total"),
        ("amount_discount", "/total_details/amount_discount"),
        ("amount_tax", "/total_details/amount_tax"),
    ] {
        let whole = shown.body.pointer(whole).and_then(Value::as_i64);
        assert_eq!(Some(sum(&list, line)), whole, "{line}");
        assert!(column(&list, line).iter().all(|it| it.as_i64() > Some(0)));
    }
    assert_eq!(sum(&list, "amount_discount"), 1000);
}

#[actix_web::test]
async fn a_line_with_a_price_of_its_own_shows_that_price_which_nothing_else_can_use() {
    let sim = TestSim::start(Config::default());
    let account = sim.account(&[false]).await;
    let form = "mode=payment&success_url=http://shop.test/&line_items[0][quantity]=2\
        &line_items[0][price_data][currency]=eur&line_items[0][price_data][unit_amount]=700\
        &line_items[0][price_data][product_data][name]=Seat";
    let session = sim.post(&account, SESSIONS, form).await.id();
    let list = lines(&sim, &account, &session, "").await;
    assert_eq!(list.text("/data/0/description"), "Seat");
    assert_eq!(sum(&list, "amount_total"), 1400);
    let price = &list.body["data"][0]["price"];
    assert_eq!(
        (&price["unit_amount"], &price["active"], &price["currency"]),
        (&json!(700), &json!(false), &json!("eur"))
    );
    let id = price["id"].as_str().expect("an id");
    let form = format!("line_items[0][price]={id}&line_items[0][quantity]=1");
    let refused = sim.post(&account, "/v1/payment_links", &form).await;
    let message = "The price specified is inactive. This field only accepts active prices.";
    assert_eq!(refused.text("/error/message"), message);
}
