//! Sales on an account that is connected with a restricted key: sessions that the seller made mint.

use std::time::Duration;

use serde_json::{Value, json};

use crate::harness::stripe::Pay;
use crate::harness::{Receiver, Request, Seller, Stage, eventually};
use crate::restricted_key::{all, change, endpoints, get, key, opened, put};

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

fn text(object: &Value, field: &str) -> String {
    object[field].as_str().expect("a text").to_owned()
}

/// A price of the seller's own; returns its id.
fn price(stage: &Stage, account: &str) -> String {
    let product = create(stage, account, "/v1/products", &[("name", "Acme")]);
    let product = text(&product, "id");
    let price = [
        ("product", product.as_str()),
        ("currency", "usd"),
        ("unit_amount", "2900"),
    ];
    text(&create(stage, account, "/v1/prices", &price), "id")
}

/// A session that the seller makes, with this key type in its metadata, and that is paid; returns its id.
fn sale(stage: &Stage, account: &str, key_type: Option<&str>) -> String {
    let price = price(stage, account);
    let mut session = vec![
        ("mode", "payment"),
        ("success_url", "http://shop.test/"),
        ("line_items[0][price]", price.as_str()),
        ("line_items[0][quantity]", "1"),
    ];
    session.extend(key_type.map(|it| ("metadata[key_type_id]", it)));
    let session = create(stage, account, "/v1/checkout/sessions", &session);
    stage
        .stripe
        .pay(&text(&session, "url"), "buyer@example.com", Pay::Card);
    text(&session, "id")
}

/// What says what a payment link sells.
#[derive(Debug, Clone, Copy)]
enum SaidBy {
    Metadata,
    LinkMapping,
    PriceMapping,
}

const SAID_BY: [SaidBy; 3] = [SaidBy::Metadata, SaidBy::LinkMapping, SaidBy::PriceMapping];

/// A payment link that the seller makes; returns its address.
fn payment_link(stage: &Stage, seller: &Seller, account: &str, said_by: SaidBy) -> String {
    let price = price(stage, account);
    let mut link = vec![
        ("line_items[0][price]", price.as_str()),
        ("line_items[0][quantity]", "1"),
    ];
    if let SaidBy::Metadata = said_by {
        link.push(("metadata[key_type_id]", "lifetime"));
    }
    let link = create(stage, account, "/v1/payment_links", &link);
    let mapped = match said_by {
        SaidBy::Metadata => None,
        SaidBy::LinkMapping => Some(("paymentLink", text(&link, "id"))),
        SaidBy::PriceMapping => Some(("price", price)),
    };
    if let Some((name, id)) = mapped {
        map(seller, name, &id);
    }
    text(&link, "url")
}

fn map(seller: &Seller, name: &str, id: &str) {
    let item = json!({name: id, "productId": "pro", "keyTypeId": "lifetime"});
    let mappings = json!({"mode": "sandbox", "items": [item]});
    let request = Request::new("PUT", "/v1/integrations/stripe/mappings").json(&mappings);
    seller.manage(request).expect(200);
}

/// A buyer pays on a payment link; returns the session that Stripe made.
fn buy(stage: &Stage, account: &str, link: &str) -> String {
    let page = stage.stripe.visit(link);
    stage.stripe.pay(&page, "buyer@example.com", Pay::Card);
    let newest = Request::get("/v1/checkout/sessions?limit=1");
    let listed = stage.stripe.as_seller(account, newest).expect(200);
    text(&listed["data"][0], "id")
}

/// Switches the webhook endpoint of the key on or off.
fn switch_endpoint(stage: &Stage, account: &str, disabled: &str) {
    let path = format!(
        "/v1/webhook_endpoints/{}",
        text(&endpoints(stage, account)[0], "id")
    );
    create(stage, account, &path, &[("disabled", disabled)]);
}

/// The sale of a session mints and is delivered, and what is told again or found again mints nothing. Returns the
/// event of the session.
fn assert_minted_once(stage: &Stage, seller: &Seller, receiver: &Receiver, session: &str) -> Value {
    seller.await_license_of(session);
    let event = eventually("the event", || receiver.received().into_iter().next()).json();
    assert_eq!(event["event"], "license.created");
    assert_eq!(event["session_id"], session);

    let completed = stage.stripe.event_of(session, "checkout.session.completed");
    let statuses = stage.stripe.resend(&completed, 3);
    assert!(statuses.iter().all(|status| *status == 200), "{statuses:?}");
    assert_eq!(stage.command(&RECONCILE), Ok(Vec::new()));
    assert_eq!(seller.licenses().len(), 1);
    completed
}

#[test]
fn a_sale_on_a_payment_link_of_the_sellers_own_mints_once_and_is_delivered() {
    for said_by in SAID_BY {
        let (stage, seller, account) = connected();
        let receiver = Receiver::start();
        seller.tell(&receiver);
        let link = payment_link(&stage, &seller, &account, said_by);
        let session = buy(&stage, &account, &link);
        eprintln!("said by {said_by:?}");
        assert_minted_once(&stage, &seller, &receiver, &session);
    }
}

#[test]
fn a_sale_on_a_payment_link_whose_webhook_was_lost_is_minted_by_the_reconciler_once() {
    for said_by in SAID_BY {
        let (stage, seller, account) = connected();
        let receiver = Receiver::start();
        seller.tell(&receiver);
        let link = payment_link(&stage, &seller, &account, said_by);
        switch_endpoint(&stage, &account, "true");
        let session = buy(&stage, &account, &link);
        assert_eq!(seller.licenses().len(), 0, "nothing was heard");

        assert_eq!(stage.command(&RECONCILE).map(|found| found.len()), Ok(1));
        seller.await_license_of(&session);
        // The reconciler is another process, whose clock did not stand still.
        stage.advance(Duration::from_mins(1));
        let event = eventually("the event", || receiver.received().into_iter().next()).json();
        assert_eq!(event["session_id"], session.as_str(), "{said_by:?}");

        switch_endpoint(&stage, &account, "false");
        assert_eq!(stage.command(&RECONCILE), Ok(Vec::new()));
        assert_eq!(seller.licenses().len(), 1, "{said_by:?}");
    }
}

#[test]
fn a_key_that_cannot_read_what_was_sold_loses_no_sale() {
    let (mut stage, seller, account) = seller();
    let narrow = key(&stage, &account, &all());
    put(&seller, &narrow.text).expect(200);
    let link = payment_link(&stage, &seller, &account, SaidBy::PriceMapping);
    let without_sessions: Vec<_> = all().into_iter().skip(1).collect();
    change(&stage, &narrow, &json!({"permissions": without_sessions}));
    let session = buy(&stage, &account, &link);
    let parked = eventually("the event to wait", || {
        seller
            .items("/v1/integrations/stripe/parked")
            .into_iter()
            .next()
    });
    assert!(
        text(&parked, "reason").contains("restricted key"),
        "{parked}"
    );
    assert_eq!(seller.licenses().len(), 0);
    eventually("the key to need attention", || {
        (get(&seller).expect(200)["state"] == "needs_attention").then_some(())
    });

    put(&seller, &key(&stage, &account, &all()).text).expect(200);
    let retry = format!(
        "/v1/integrations/stripe/parked/{}/retry",
        text(&parked, "id")
    );
    seller.post(&retry, &json!({})).expect(202);
    // The first sweep is at the start.
    stage.restart(&[]);
    seller.await_license_of(&session);
    assert_eq!(seller.licenses().len(), 1);
}

#[test]
fn an_order_is_minted_by_a_price_that_was_mapped_after_the_sale() {
    let (stage, seller, account) = connected();
    let session = sale(&stage, &account, None);
    let order = seller.await_order(&session, "unmapped");
    let lines = format!("/v1/checkout/sessions/{session}/line_items");
    let lines = stage.stripe.as_seller(&account, Request::get(lines));
    let price = text(&lines.expect(200)["data"][0]["price"], "id");
    map(&seller, "price", &price);
    let mint = format!("/v1/orders/{}/mint", text(&order, "id"));
    assert_eq!(
        seller.post(&mint, &json!({})).expect(200)["status"],
        "fulfilled"
    );
    assert_eq!(seller.licenses().len(), 1);
}

#[test]
fn a_sale_of_the_sellers_own_mints_once_and_is_delivered() {
    let (stage, seller, account) = connected();
    let receiver = Receiver::start();
    seller.tell(&receiver);
    let session = sale(&stage, &account, Some("lifetime"));
    let completed = assert_minted_once(&stage, &seller, &receiver, &session);

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
    switch_endpoint(&stage, &account, "true");
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
