//! Sales on an account that is connected with a restricted key: sessions that the seller made mint.

use std::time::Duration;

use serde_json::{Value, json};

use crate::harness::stripe::Pay;
use crate::harness::{Receiver, Request, Seller, Stage, eventually};
use crate::restricted_key::{all, endpoints, key, opened, put};

const RECONCILE: [&str; 2] = ["reconcile", "--json"];

/// A seller with a product, who has an account and is not connected.
fn seller() -> (Stage, Seller, String) {
    let (stage, seller, account) = opened("acme");
    seller.product("pro", "classic");
    seller.key_type("pro", "lifetime", Some(2_900));
    (stage, seller, account)
}

fn connected() -> (Stage, Seller, String) {
    let (stage, seller, account) = seller();
    put(&seller, &key(&stage, &account, &all()).text).expect(200);
    (stage, seller, account)
}

/// Creates an object as the seller.
fn create(stage: &Stage, account: &str, path: &str, fields: &[(&str, &str)]) -> Value {
    let fields = fields.iter();
    let form: Vec<(String, String)> = fields
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    let request = Request::post(path).form(&form);
    stage.stripe.as_seller(account, request).expect(200)
}

/// A session that the seller makes, with this key type in its metadata, and that is paid; returns its id.
fn sale(stage: &Stage, account: &str, key_type: Option<&str>) -> String {
    let text = |object: &Value, field: &str| object[field].as_str().expect("a text").to_owned();
    let product = create(stage, account, "/v1/products", &[("name", "Acme")]);
    let product = text(&product, "id");
    let price = [
        ("product", product.as_str()),
        ("currency", "usd"),
        ("unit_amount", "2900"),
    ];
    let price = text(&create(stage, account, "/v1/prices", &price), "id");
    let mut session = vec![
        ("mode", "payment"),
        ("success_url", "http://shop.test/"),
        ("line_items[0][price]", price.as_str()),
        ("line_items[0][quantity]", "1"),
    ];
    session.extend(key_type.map(|it| ("metadata[key_type_id]", it)));
    let session = create(stage, account, "/v1/checkout/sessions", &session);
    let url = text(&session, "url");
    stage.stripe.pay(&url, "buyer@example.com", Pay::Card);
    text(&session, "id")
}

#[test]
fn a_sale_of_the_sellers_own_mints_once_and_is_delivered() {
    let (stage, seller, account) = connected();
    let receiver = Receiver::start();
    seller.tell(&receiver);
    let session = sale(&stage, &account, Some("lifetime"));
    seller.await_license_of(&session);
    let event = eventually("the event", || receiver.received().into_iter().next()).json();
    assert_eq!(event["event"], "license.created");
    assert_eq!(event["session_id"], session.as_str());

    let completed = stage
        .stripe
        .event_of(&session, "checkout.session.completed");
    let statuses = stage.stripe.resend(&completed, 3);
    assert!(statuses.iter().all(|status| *status == 200), "{statuses:?}");
    assert_eq!(stage.command(&RECONCILE), Ok(Vec::new()));
    assert_eq!(seller.licenses().len(), 1);

    stage.stripe.control(
        &format!("charges/{}/refund", charge(&stage, &account, &completed)),
        &json!({}),
    );
    seller.await_status("REVOKED");
}

/// The charge of a paid session.
fn charge(stage: &Stage, account: &str, completed: &Value) -> String {
    let intent = completed["data"]["object"]["payment_intent"].as_str();
    let path = format!("/v1/payment_intents/{}", intent.expect("an id"));
    let shown = stage.stripe.as_seller(account, Request::get(path));
    let shown = shown.expect(200);
    shown["latest_charge"].as_str().expect("an id").to_owned()
}

#[test]
fn what_the_webhook_lost_is_minted_by_the_reconciler_and_what_was_sold_before_the_key_is_not() {
    let (stage, seller, account) = seller();
    sale(&stage, &account, Some("lifetime"));
    stage.advance(Duration::from_mins(1));
    put(&seller, &key(&stage, &account, &all()).text).expect(200);
    let id = endpoints(&stage, &account)[0]["id"].clone();
    let path = format!("/v1/webhook_endpoints/{}", id.as_str().expect("an id"));
    create(&stage, &account, &path, &[("disabled", "true")]);
    let session = sale(&stage, &account, Some("lifetime"));
    assert_eq!(seller.licenses().len(), 0, "nothing was heard");

    let found = stage.command(&RECONCILE).expect("all went well");
    let change = json!({
        "tenant": "acme", "account": account, "change": "checkout.session.completed", "count": 1,
    });
    assert_eq!(found, [change]);
    assert_eq!(seller.order_of(&session)["status"], "fulfilled");
    assert_eq!(stage.command(&RECONCILE), Ok(Vec::new()));
    assert_eq!(seller.licenses().len(), 1);
}

#[test]
fn a_session_that_is_told_at_both_endpoints_of_an_account_mints_once() {
    let stage = Stage::new();
    let seller = Seller::selling(&stage, "acme");
    let account = seller.account();
    put(&seller, &key(&stage, &account, &all()).text).expect(200);
    let told_twice = |session: &str| {
        let event = stage.stripe.event_of(session, "checkout.session.completed");
        let id = event["id"].as_str().expect("an id").to_owned();
        eventually("both endpoints to be told", || {
            let statuses = stage.stripe.statuses(&id);
            (statuses.len() >= 2 && statuses.iter().all(|status| *status == 200)).then_some(())
        });
    };
    let ours = seller.sell("lifetime", "ada@example.com", Pay::Card);
    told_twice(&ours);
    assert_eq!(seller.licenses().len(), 1);
    // What the seller sells without us mints at the endpoint of the key only.
    let own = sale(&stage, &account, Some("lifetime"));
    told_twice(&own);
    assert_eq!(seller.licenses().len(), 2);
    assert_eq!(stage.command(&RECONCILE), Ok(Vec::new()));
    assert_eq!(seller.licenses().len(), 2);
}

#[test]
fn a_sale_that_maps_to_nothing_is_an_order_without_a_license_until_its_seller_mints_it() {
    let (stage, seller, account) = connected();
    let session = sale(&stage, &account, None);
    let order = seller.await_order(&session, "unmapped");
    assert!(seller.licenses().is_empty());
    let id = order["id"].as_str().expect("an id");
    let mint = format!("/v1/orders/{id}/mint");
    let refused = seller.post(&mint, &json!({})).error();
    assert_eq!(refused, (409, "order/unmapped".to_owned()));
    let minted = seller.post(&mint, &json!({"keyTypeId": "lifetime"}));
    assert_eq!(minted.expect(200)["status"], "fulfilled");
    assert_eq!(seller.licenses().len(), 1);
}
