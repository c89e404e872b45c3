//! The end of every story, wherever the server died in it.

use std::collections::{BTreeMap, BTreeSet};

use mintage_stripe_sim as sim;
use serde_json::{Value, json};

use crate::harness::wire::Message;
use crate::harness::{Request, eventually};
use crate::key::only_the_live_key_has_an_endpoint;
use crate::story::Story;

/// Holds that each paid session has one license, which the seller heard of, and that nothing else
/// was left behind, here or at Stripe.
pub(crate) fn hold(story: &mut Story, sessions: &[String]) {
    stripe_has_said_all(story, sessions);
    let sold = each_session_is_fulfilled_once(story, sessions);
    each_order_has_one_license(story, &sold);
    each_license_is_delivered(story);
    each_license_is_mailed(story);
    only_the_live_account_is_connected(story);
    each_price_is_at_stripe_once(story);
    only_the_live_key_has_an_endpoint(story);
}

/// Stripe sends news until it is taken; what has not come yet could still mint. The endpoint of a key that was
/// disconnected meanwhile takes none any more.
fn stripe_has_said_all(story: &Story, sessions: &[String]) {
    for session in sessions {
        let event = story
            .stage
            .stripe
            .event_of(session, "checkout.session.completed");
        let id = event["id"].as_str().expect("an id");
        eventually("Stripe's news to be taken", || {
            (story.stage.stripe.statuses(id).contains(&200)).then_some(())
        });
    }
}

/// Returns the ids of the orders.
fn each_session_is_fulfilled_once(story: &mut Story, sessions: &[String]) -> BTreeSet<String> {
    let orders = story.items("/v1/orders?limit=100");
    let (sold, unsold): (Vec<Value>, Vec<Value>) = orders
        .into_iter()
        .partition(|order| order["status"] == "fulfilled");
    assert_eq!(
        texts(&sold, "sessionId"),
        sessions.iter().cloned().collect()
    );
    assert_eq!(sold.len(), sessions.len());
    for order in unsold {
        // "open": a page that the seller's backend never got, and asked for another.
        let over = ["abandoned", "open"].map(Value::from);
        assert!(over.contains(&order["status"]), "{order}");
    }
    assert_eq!(
        story.items("/v1/integrations/stripe/parked"),
        Vec::<Value>::new()
    );
    texts(&sold, "id")
}

fn each_order_has_one_license(story: &mut Story, orders: &BTreeSet<String>) {
    let licenses = story.items("/v1/licenses?limit=100");
    assert_eq!(licenses.len(), orders.len(), "{licenses:?}");
    assert_eq!(texts(&licenses, "orderId"), *orders);
    assert_eq!(
        texts(&licenses, "status"),
        BTreeSet::from(["ACTIVE".to_owned()])
    );
    let modes = ["live", "sandbox"].map(str::to_owned);
    assert_eq!(texts(&licenses, "mode"), BTreeSet::from(modes));
}

/// One delivery a license, which came once or more, and the same each time.
fn each_license_is_delivered(story: &mut Story) {
    let licenses = texts(&story.items("/v1/licenses?limit=100"), "id");
    let deliveries = story.items("/v1/webhook/deliveries?limit=100");
    assert_eq!(deliveries.len(), licenses.len(), "{deliveries:?}");
    assert_eq!(texts(&deliveries, "licenseId"), licenses);
    for (field, value) in [("event", "license.created"), ("status", "delivered")] {
        assert_eq!(
            texts(&deliveries, field),
            BTreeSet::from([value.to_owned()])
        );
    }
    let mut came: BTreeMap<String, BTreeSet<Vec<u8>>> = BTreeMap::new();
    for message in story.receiver.received() {
        came.entry(id_of(&message))
            .or_default()
            .insert(message.body);
    }
    let ids: BTreeSet<String> = came.keys().cloned().collect();
    assert_eq!(ids, texts(&deliveries, "id"));
    assert!(came.values().all(|bodies| bodies.len() == 1), "{came:?}");
}

/// One mail a license, which came once or more, and the same each time.
fn each_license_is_mailed(story: &mut Story) {
    let licenses = texts(&story.items("/v1/licenses?limit=100"), "id");
    let mails = story.mails();
    assert_eq!(mails.len(), licenses.len(), "{mails:?}");
    assert_eq!(texts(&mails, "licenseId"), licenses);
    assert_eq!(texts(&mails, "status"), BTreeSet::from(["sent".to_owned()]));
    let mut came: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for received in story.smtp.received() {
        let letter = received.read();
        assert_eq!(letter.to, "buyer@example.com");
        came.entry(letter.message_id)
            .or_default()
            .insert(letter.text);
    }
    let ids = texts(&mails, "id");
    let ids: BTreeSet<String> = ids.iter().map(|id| format!("<{id}@acme.test>")).collect();
    assert_eq!(came.keys().cloned().collect::<BTreeSet<_>>(), ids);
    assert!(came.values().all(|letters| letters.len() == 1), "{came:?}");
}

fn id_of(message: &Message) -> String {
    let told = message.json();
    assert_eq!(told["event"], "license.created");
    assert_eq!(message.header("webhook-id"), told["id"].as_str());
    told["id"].as_str().expect("an id").to_owned()
}

fn only_the_live_account_is_connected(story: &mut Story) {
    let status = story.seller.status();
    assert_eq!(
        (
            &status["connected"],
            &status["mode"],
            &status["account"]["id"]
        ),
        (&json!(true), &json!("live"), &json!(story.account))
    );
    eventually("the sandbox to be let go", || {
        (story.stage.stripe.connected(&story.account) == (false, true)).then_some(())
    });
}

/// Each of the two key types has one product and one price in each mode.
fn each_price_is_at_stripe_once(story: &Story) {
    let stripe = story.stage.stripe;
    let platform = sim::Config::default().live.secret_key;
    for path in ["/v1/products", "/v1/prices"] {
        let list = Request::get(path);
        let in_test = stripe.as_seller(&story.account, list.clone()).expect(200);
        let list = list.header("Stripe-Account", &story.account);
        let live = stripe.0.call(&list.bearer(platform.expose())).expect(200);
        for made in [in_test, live] {
            let made = made["data"].as_array().expect("a list");
            assert_eq!(made.len(), 2, "{path}: {made:?}");
        }
    }
}

/// The values of a field.
fn texts(items: &[Value], field: &str) -> BTreeSet<String> {
    let text = |item: &Value| item[field].as_str().expect("a text").to_owned();
    items.iter().map(text).collect()
}
