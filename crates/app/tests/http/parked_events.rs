//! A paid order that cannot mint yet: its event is parked, listed, and mints later.

use serde_json::Value;

use crate::harness::stripe::Pay;
use crate::harness::{Receiver, Request, Seller, Stage, eventually};

const PARKED: &str = "/v1/integrations/stripe/parked";

#[test]
fn a_sale_that_cannot_mint_is_parked_and_minted_once_it_can_be() {
    let mut stage = Stage::new();
    let mut seller = Seller::new(&stage, "acme");
    seller.product("pro", "checked");
    seller.key_type("pro", "lifetime", Some(2_900));
    seller.connect("sandbox");
    seller.set_up_prices();
    let url = seller.open("lifetime");
    let session = crate::harness::seller::session_of(&url);

    // The secret behind the product's keys is damaged.
    let secret = stage.damage_product_secret();
    stage.restart(&[]);
    stage.stripe.pay(&url, "buyer@example.com", Pay::Card);
    let parked = eventually("the event to be parked", || seller.items(PARKED).pop());
    let event = stage
        .stripe
        .event_of(&session, "checkout.session.completed");
    let id = event["id"].as_str().expect("an id");
    // It is parked before Stripe has its answer.
    let statuses = eventually("Stripe to be answered", || {
        Some(stage.stripe.statuses(id)).filter(|all| !all.is_empty())
    });
    assert_eq!(statuses, [200], "Stripe need not send it again");
    assert_eq!(
        (&parked["id"], &parked["account"]),
        (&event["id"], &event["account"])
    );
    assert!(
        parked["reason"]
            .as_str()
            .is_some_and(|why| why.contains("secret")),
        "{parked}"
    );
    assert!(seller.licenses().is_empty());
    assert_ne!(seller.order_of(&session)["status"], "fulfilled");
    assert_eq!(seller.hear(&event).expect(200)["outcome"], "duplicate");

    stage.repair_product_secret(secret);
    stage.restart(&[]);
    assert_eq!(
        seller.items(PARKED),
        std::slice::from_ref(&parked),
        "it rests for a while"
    );
    assert_eq!(
        (&parked["status"], &parked["attemptCount"]),
        (&Value::from("parked"), &Value::from(1))
    );
    let retry = |id: &str| seller.manage(Request::post(format!("{PARKED}/{id}/retry")));
    for unknown in ["evt_unknown", "lic_1", "%00"] {
        let answer = retry(unknown);
        assert_eq!(
            answer.error(),
            (404, "common/not-found".into()),
            "{unknown}"
        );
    }
    let due = retry(id).expect(202);
    assert_eq!(
        (&due["id"], &due["attemptCount"]),
        (&parked["id"], &Value::from(0))
    );
    assert!(
        due["retryAt"].as_str() < parked["retryAt"].as_str(),
        "{due}"
    );
    // The first sweep is at the start.
    stage.restart(&[]);
    let license = seller.await_status("ACTIVE");
    assert!(seller.items(PARKED).is_empty());
    assert_eq!(
        retry(id).error(),
        (404, "common/not-found".into()),
        "it is minted"
    );
    assert_eq!(seller.order_of(&session)["status"], "fulfilled");
    let api_key = seller.api_key("pro", "FULL", "sandbox");
    assert_eq!(
        seller.validate(&api_key, &seller.reveal(&license))["valid"],
        true
    );
}

#[test]
fn a_restart_loses_nothing_and_goes_on_delivering() {
    let mut stage = Stage::new();
    let seller = Seller::selling(&stage, "acme");
    let (session, _) = seller.sell_one();
    let receiver = Receiver::start();
    let before = seller.snapshot();
    stage.restart(&[]);
    assert_eq!(seller.snapshot(), before);
    seller.checkout(&Seller::wish("lifetime")).expect(200);
    let event = stage
        .stripe
        .event_of(&session, "checkout.session.completed");
    assert_eq!(seller.hear(&event).expect(200)["outcome"], "duplicate");
    seller.tell(&receiver);
    let told = eventually("the delivery", || receiver.received().into_iter().next());
    assert_eq!(told.json()["event"], "license.created");
    assert_ne!(told.json()["key"], Value::Null);
}
