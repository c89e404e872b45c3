//! Recurring key types: a license lasts as long as its subscription is paid.

use std::time::Duration;

use serde_json::{Value, json};

use crate::harness::stripe::{Pay, StripeSide};
use crate::harness::wire::Answer;
use crate::harness::{Receiver, Request, Seller, Stage, eventually};

const DAY: i64 = 86_400;

pub(crate) fn key_type(id: &str, other: &Value) -> Value {
    let mut body = json!({
        "keyTypeId": id, "displayName": "Monthly", "priceInCents": 2_900, "priceCurrency": "usd",
        "interval": "month",
    });
    for (name, value) in other.as_object().expect("fields") {
        body[name] = value.clone();
    }
    body
}

/// A seller of a monthly key type.
fn selling(stage: &Stage, other: &Value) -> Seller {
    let mut seller = Seller::new(stage, "acme");
    seller.product("pro", "classic");
    seller.key_type_of("pro", &key_type("monthly", other));
    seller.connect("sandbox");
    seller.set_up_prices();
    seller
}

/// A subscription at the simulator.
pub(crate) struct Subscription {
    stripe: StripeSide,
    pub(crate) id: String,
    account: String,
}

impl Subscription {
    /// The one that a session began.
    pub(crate) fn of(stage: &Stage, seller: &Seller, session: &str) -> Self {
        let completed = stage.stripe.event_of(session, "checkout.session.completed");
        let id = completed["data"]["object"]["subscription"].as_str();
        Self {
            stripe: stage.stripe,
            id: id.expect("a subscription").to_owned(),
            account: seller.account(),
        }
    }

    pub(crate) fn act(&self, what: &Value) {
        self.stripe
            .control(&format!("subscriptions/{}", self.id), what);
    }

    fn get(&self) -> Value {
        let path = format!("/v1/subscriptions/{}", self.id);
        self.as_seller(Request::get(path)).expect(200)
    }

    fn as_seller(&self, request: Request) -> Answer {
        self.stripe.as_seller(&self.account, request)
    }

    /// The end of the current period.
    pub(crate) fn period_end(&self) -> i64 {
        let end = self.get()["items"]["data"][0]["current_period_end"].as_i64();
        end.expect("a time")
    }

    /// The payment of the last invoice.
    fn last_intent(&self) -> String {
        let subscription = self.get();
        let invoice = subscription["latest_invoice"].as_str().expect("an invoice");
        let path = format!("/v1/invoices/{invoice}?expand[]=payments");
        let invoice = self.as_seller(Request::get(path)).expect(200);
        let intent = &invoice["payments"]["data"][0]["payment"]["payment_intent"];
        intent.as_str().expect("an id").to_owned()
    }

    /// The buyer's bank opens a dispute about the last invoice; returns its id.
    pub(crate) fn dispute_last(&self) -> String {
        let path = format!("/v1/payment_intents/{}", self.last_intent());
        let intent = self.as_seller(Request::get(path)).expect(200);
        let charge = intent["latest_charge"].as_str().expect("a charge");
        let path = format!("charges/{charge}/dispute");
        let opened = self.stripe.control(&path, &json!({ "inquiry": false }));
        opened["id"].as_str().expect("an id").to_owned()
    }

    /// Refunds the last invoice.
    pub(crate) fn refund_last(&self) {
        let form = [("payment_intent".to_owned(), self.last_intent())];
        self.as_seller(Request::post("/v1/refunds").form(&form))
            .expect(200);
    }
}

/// Moves the time of the server and of Stripe to an instant, and then the time of the subscription.
pub(crate) fn pass_until(stage: &Stage, seller: &Seller, subscription: &Subscription, at: i64) {
    let by = u64::try_from(at - seller.now()).expect("time passes forwards");
    stage.advance(Duration::from_secs(by));
    subscription.act(&json!({ "advance_to": at }));
}

/// Waits until the only license has this status and this end.
fn await_license(seller: &Seller, status: &str, end: i64) -> Value {
    let seen = std::cell::RefCell::new(Value::Null);
    eventually(&format!("{status} until {end}"), || {
        let licenses = seller.licenses();
        let [license] = licenses.as_slice() else {
            return None;
        };
        seen.replace(license.clone());
        (license["status"] == status && seconds(&license["expiresAt"]) == Some(end))
            .then(|| license.clone())
    })
}

/// The Unix time of a field.
fn seconds(time: &Value) -> Option<i64> {
    let time = mintage_domain::base::time::Timestamp::parse_rfc3339(time.as_str()?);
    time.ok()
        .map(mintage_domain::base::time::Timestamp::unix_seconds)
}

/// The names of the events, each once: time that passes during an attempt makes it look lost, so the event
/// is sent again.
fn events(receiver: &Receiver) -> Vec<String> {
    let messages = receiver.received();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let events: std::collections::BTreeMap<String, String> = messages
        .iter()
        .map(|message| {
            let event = message.json();
            (text(&event["id"]), text(&event["event"]))
        })
        .collect();
    events.into_values().collect()
}

#[test]
fn a_recurring_key_type_is_shown_as_it_was_made_and_refuses_what_does_not_fit() {
    let stage = Stage::silent(&[]);
    let seller = Seller::new(&stage, "acme");
    seller.product("pro", "classic");
    let path = "/v1/products/pro/key-types";
    let made = seller.post(path, &key_type("a", &json!({}))).expect(201);
    assert_eq!(
        (
            &made["interval"],
            &made["intervalCount"],
            &made["trialDays"],
            &made["graceDays"]
        ),
        (&json!("month"), &json!(1), &json!(0), &json!(7))
    );
    assert_eq!(made["duration"], Value::Null);
    for (n, other) in [
        json!({"interval": "day", "intervalCount": 1_095}),
        json!({"interval": "week", "intervalCount": 156}),
        json!({"intervalCount": 36, "trialDays": 730, "graceDays": 0}),
        json!({"interval": "year", "intervalCount": 3}),
    ]
    .iter()
    .enumerate()
    {
        let made = seller
            .post(path, &key_type(&format!("k{n}"), other))
            .expect(201);
        for (name, value) in other.as_object().expect("fields") {
            assert_eq!(made[name], *value, "{other}");
        }
    }
    for (other, field) in [
        (json!({"duration": "30d"}), "duration"),
        (json!({"duration": "lifetime"}), "duration"),
        (json!({"interval": "fortnight"}), "interval"),
        (json!({"interval": 1}), "interval"),
        (
            json!({"interval": "day", "intervalCount": 1_096}),
            "intervalCount",
        ),
        (
            json!({"interval": "week", "intervalCount": 157}),
            "intervalCount",
        ),
        (json!({"intervalCount": 37}), "intervalCount"),
        (
            json!({"interval": "year", "intervalCount": 4}),
            "intervalCount",
        ),
        (json!({"intervalCount": 0}), "intervalCount"),
        (json!({"intervalCount": "2"}), "intervalCount"),
        (json!({"trialDays": 731}), "trialDays"),
        (json!({"trialDays": -1}), "trialDays"),
        (json!({"graceDays": 91}), "graceDays"),
        (
            json!({"interval": null, "intervalCount": 2}),
            "intervalCount",
        ),
        (json!({"interval": null, "trialDays": 7}), "trialDays"),
        (json!({"interval": null, "graceDays": 7}), "graceDays"),
    ] {
        let answer = seller.post(path, &key_type("bad", &other));
        assert_eq!(
            answer.error(),
            (400, "validation/invalid-input".into()),
            "{other}"
        );
        let fields = answer.bad_fields();
        assert!(fields.iter().all(|it| *it == field), "{other}: {fields:?}");
    }
}

#[test]
fn a_key_type_begins_and_stops_to_recur() {
    let stage = Stage::silent(&[]);
    let seller = Seller::new(&stage, "acme");
    seller.product("pro", "classic");
    seller.key_type_of("pro", &key_type("a", &json!({})));
    let address = "/v1/products/pro/key-types/a";
    let patch = |body: Value| seller.manage(Request::new("PATCH", address).json(&body));
    assert_eq!(
        patch(json!({"intervalCount": 3})).expect(200)["intervalCount"],
        3
    );
    for (body, field) in [
        (json!({"duration": "30d"}), "duration"),
        (json!({"intervalCount": 37}), "intervalCount"),
        (json!({"interval": null, "trialDays": 3}), "trialDays"),
    ] {
        let answer = patch(body.clone());
        assert_eq!(
            answer.error(),
            (400, "validation/invalid-input".into()),
            "{body}"
        );
        assert_eq!(answer.bad_fields(), [field], "{body}");
    }
    let once = patch(json!({"interval": null})).expect(200);
    assert_eq!(
        (&once["interval"], &once["duration"]),
        (&Value::Null, &json!("lifetime"))
    );
    assert_eq!(
        patch(json!({"duration": "30d"})).expect(200)["duration"],
        "30d"
    );
    let again = patch(json!({"interval": "year"})).expect(200);
    assert_eq!(
        (&again["interval"], &again["duration"]),
        (&json!("year"), &Value::Null)
    );
}

#[test]
fn a_checkout_asks_stripe_for_a_subscription_with_the_fee_in_percent() {
    let stage = Stage::new();
    let seller = selling(&stage, &json!({"trialDays": 14}));
    seller.open("monthly");
    let asked = stage
        .stripe
        .posts("/v1/checkout/sessions")
        .pop()
        .expect("a call");
    let asked = asked.to_string();
    for part in [
        "subscription",
        "subscription_data[application_fee_percent]",
        "subscription_data[trial_period_days]",
        "subscription_data[metadata][key_type_id]",
    ] {
        assert!(asked.contains(part), "{part}: {asked}");
    }
    assert!(!asked.contains("payment_intent_data"), "{asked}");
}

#[test]
fn a_year_of_a_monthly_subscription() {
    let stage = Stage::new();
    let seller = selling(&stage, &json!({}));
    let receiver = Receiver::start();
    seller.tell(&receiver);
    let session = seller.sell("monthly", "buyer@example.com", Pay::Card);
    seller.await_license_of(&session);
    let subscription = Subscription::of(&stage, &seller, &session);
    let first_end = subscription.period_end();
    let license = await_license(&seller, "ACTIVE", first_end);
    let shown = &license["subscription"];
    assert_eq!(
        (&shown["id"], &shown["status"]),
        (&json!(subscription.id), &json!("active"))
    );
    assert_eq!(seconds(&shown["currentPeriodEnd"]), Some(first_end));
    assert_eq!(shown["cancelAtPeriodEnd"], false);

    // Six months are paid.
    for _ in 0..6 {
        pass_until(&stage, &seller, &subscription, subscription.period_end());
        await_license(&seller, "ACTIVE", subscription.period_end());
    }

    // The seventh payment fails: a grace of seven days, and then frozen.
    let paid = subscription.period_end();
    subscription.act(&json!({ "fail_payments": true }));
    pass_until(&stage, &seller, &subscription, paid);
    let license = await_license(&seller, "ACTIVE", paid + 7 * DAY);
    assert_eq!(license["subscription"]["status"], "past_due");
    stage.advance(Duration::from_hours(7 * 24));
    let license = await_license(&seller, "FROZEN", paid + 7 * DAY);
    let hold = license["holds"][0].as_str().expect("a hold");
    assert!(hold.starts_with("invoice:in_"), "{license}");
    assert_eq!(seller.items("/v1/licenses?status=FROZEN").len(), 1);
    assert_eq!(seller.items("/v1/licenses?status=EXPIRED").len(), 0);
    let key = seller.reveal(&license);
    let api_key = seller.api_key("pro", "FULL", "sandbox");
    assert_eq!(seller.validate(&api_key, &key)["status"], "FROZEN");

    // The buyer pays after all.
    subscription.act(&json!({ "fail_payments": false }));
    subscription.act(&json!({ "retry": {} }));
    await_license(&seller, "ACTIVE", subscription.period_end());
    // Another second, another signature.
    stage.advance(Duration::from_secs(1));
    assert_eq!(seller.validate(&api_key, &key)["valid"], true);

    // A pause freezes until it is over.
    let end = subscription.period_end();
    subscription.act(&json!({ "pause": true }));
    await_license(&seller, "FROZEN", end);
    subscription.act(&json!({ "pause": false }));
    await_license(&seller, "ACTIVE", end);

    // A renewal that is refunded takes its period back.
    pass_until(&stage, &seller, &subscription, end);
    let renewed = subscription.period_end();
    await_license(&seller, "ACTIVE", renewed);
    subscription.refund_last();
    await_license(&seller, "EXPIRED", end);

    // The next one is disputed, and the seller wins.
    pass_until(&stage, &seller, &subscription, renewed);
    let disputed = subscription.period_end();
    await_license(&seller, "ACTIVE", disputed);
    let dispute = subscription.dispute_last();
    let license = await_license(&seller, "FROZEN", disputed);
    assert_eq!(license["reason"], "dispute");
    stage.stripe.dispute_step(&dispute, "win");
    await_license(&seller, "ACTIVE", disputed);

    // One more is disputed, and the seller loses, and wins in the end.
    pass_until(&stage, &seller, &subscription, disputed);
    let last = subscription.period_end();
    await_license(&seller, "ACTIVE", last);
    let dispute = subscription.dispute_last();
    await_license(&seller, "FROZEN", last);
    for (step, status) in [("lose", "REVOKED"), ("reopen", "FROZEN")] {
        stage.stripe.dispute_step(&dispute, step);
        let license = await_license(&seller, status, last);
        assert_eq!(license["reason"], "dispute", "{step}");
    }
    stage.stripe.dispute_step(&dispute, "win");
    await_license(&seller, "ACTIVE", last);

    // And then the buyer cancels: what is paid runs out without grace.
    let form = [("cancel_at_period_end".to_owned(), "true".to_owned())];
    let path = format!("/v1/subscriptions/{}", subscription.id);
    subscription
        .as_seller(Request::post(path).form(&form))
        .expect(200);
    eventually("the cancellation", || {
        let license = seller.licenses().remove(0);
        (license["subscription"]["cancelAtPeriodEnd"] == true).then_some(())
    });
    pass_until(&stage, &seller, &subscription, last);
    let license = eventually("the end", || {
        let license = seller.licenses().remove(0);
        (license["subscription"]["status"] == "canceled").then_some(license)
    });
    assert_eq!(
        (&license["status"], seconds(&license["expiresAt"])),
        (&json!("EXPIRED"), Some(last))
    );
    assert_eq!(seller.licenses().len(), 1, "one subscription, one license");

    let told = eventually("all events", || {
        let told = events(&receiver);
        told.contains(&"subscription.canceled".to_owned())
            .then_some(told)
    });
    let count = |name: &str| told.iter().filter(|it| *it == name).count();
    assert_eq!(count("license.created"), 1, "{told:?}");
    assert_eq!(count("subscription.renewed"), 10, "{told:?}");
    assert_eq!(count("subscription.past_due"), 1, "{told:?}");
    assert_eq!(count("subscription.canceled"), 1, "{told:?}");
}

#[test]
fn a_trial_is_a_license_and_an_upgrade_keeps_its_key() {
    let stage = Stage::new();
    let seller = selling(&stage, &json!({"trialDays": 14}));
    let team = json!({"activationLimit": 50, "entitlements": ["team"]});
    seller.key_type_of("pro", &key_type("team", &team));
    seller.set_up_prices();
    let session = seller.sell("monthly", "buyer@example.com", Pay::Card);
    let before = seller.await_license_of(&session);
    let subscription = Subscription::of(&stage, &seller, &session);
    let trial_end = subscription.period_end();
    assert_eq!(seconds(&before["expiresAt"]), Some(trial_end));
    assert_eq!(before["subscription"]["status"], "trialing");
    let key = seller.reveal(&before);

    let prices = subscription
        .as_seller(Request::get("/v1/prices?limit=100"))
        .expect(200);
    let prices = prices["data"].as_array().expect("prices");
    let team = prices
        .iter()
        .find(|price| price["metadata"]["key_type_id"] == "team");
    let team = team.expect("a price")["id"].as_str().expect("an id");
    subscription.act(&json!({ "switch": team }));
    let after = eventually("the upgrade", || {
        let license = seller.licenses().remove(0);
        (license["keyTypeId"] == "team").then_some(license)
    });
    assert_eq!(after["activationLimit"], 50);
    assert_eq!(
        after["expiresAt"], before["expiresAt"],
        "a proration extends nothing"
    );
    assert_eq!(seller.reveal(&after), key);

    let event = stage.stripe.events("invoice.paid").pop().expect("an event");
    let snapshot = seller.snapshot();
    let statuses = stage.stripe.resend(&event, 3);
    assert!(statuses.iter().all(|status| *status == 200), "{statuses:?}");
    assert_eq!(seller.snapshot(), snapshot);

    subscription.act(&json!({ "cancel": {} }));
    eventually("the end", || {
        let license = seller.licenses().remove(0);
        (license["subscription"]["status"] == "canceled").then_some(())
    });
    let license = seller.licenses().remove(0);
    assert_eq!(
        (&license["status"], &license["expiresAt"]),
        (&json!("ACTIVE"), &before["expiresAt"])
    );
}

#[test]
fn a_void_invoice_lets_the_license_run_out_and_one_that_is_written_off_keeps_it_frozen() {
    for (act, status, after) in [("void", "EXPIRED", 0), ("write_off", "FROZEN", 7 * DAY)] {
        let stage = Stage::new();
        let seller = selling(&stage, &json!({}));
        let session = seller.sell("monthly", "buyer@example.com", Pay::Card);
        seller.await_license_of(&session);
        let subscription = Subscription::of(&stage, &seller, &session);
        let paid = subscription.period_end();
        subscription.act(&json!({ "fail_payments": true }));
        pass_until(&stage, &seller, &subscription, paid);
        await_license(&seller, "ACTIVE", paid + 7 * DAY);
        stage.advance(Duration::from_hours(8 * 24));
        await_license(&seller, "FROZEN", paid + 7 * DAY);
        subscription.act(&json!({ act: {} }));
        let kind = if act == "void" {
            "invoice.voided"
        } else {
            "invoice.marked_uncollectible"
        };
        let event = stage.stripe.events(kind).pop().expect("an event");
        let id = event["id"].as_str().expect("an id");
        eventually("the event to be heard", || {
            (stage.stripe.statuses(id) == [200]).then_some(())
        });
        await_license(&seller, status, paid + after);
    }
}

#[test]
fn a_validation_shows_the_subscription_and_until_when_there_are_updates() {
    let stage = Stage::new();
    let seller = selling(&stage, &json!({"updatesFor": "365d"}));
    let session = seller.sell("monthly", "buyer@example.com", Pay::Card);
    let license = seller.await_license_of(&session);
    let subscription = Subscription::of(&stage, &seller, &session);
    let key = seller.reveal(&license);
    let api_key = seller.api_key("pro", "FULL", "sandbox");
    let verdict = seller.validate(&api_key, &key);
    let shown = &verdict["subscription"];
    assert_eq!(
        (
            &shown["status"],
            seconds(&shown["currentPeriodEnd"]),
            &shown["cancelAtPeriodEnd"]
        ),
        (
            &json!("active"),
            Some(subscription.period_end()),
            &json!(false)
        )
    );
    assert_eq!(verdict["updatesUntil"], license["updatesUntil"]);
    assert!(seconds(&verdict["updatesUntil"]).is_some(), "{verdict}");

    seller.key_type("pro", "lifetime", Some(2_900));
    seller.set_up_prices();
    let session = seller.sell("lifetime", "once@example.com", Pay::Card);
    let license = seller.await_license_of(&session);
    let key = seller.reveal(&license);
    stage.advance(Duration::from_secs(1));
    let verdict = seller.validate(&api_key, &key);
    assert_eq!(
        (&verdict["subscription"], &verdict["updatesUntil"]),
        (&Value::Null, &Value::Null)
    );
    assert_eq!(verdict["valid"], true);
}
