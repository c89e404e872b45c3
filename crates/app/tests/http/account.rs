//! What Stripe says of the connected account: shown, kept fresh, and told to the seller.

use std::time::Duration;

use serde_json::{Value, json};

use crate::harness::{Receiver, Request, Seller, Stage, eventually};

const ONBOARD: &str = "/v1/integrations/stripe/onboard";
const PAYOUTS: &str = "/v1/integrations/stripe/payouts";

fn refused(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

/// Stripe changes the seller's account.
fn change(stage: &Stage, seller: &Seller, to: &Value) {
    let path = format!("accounts/{}", seller.account());
    stage.stripe.control(&path, to);
}

fn codes(status: &Value) -> Vec<String> {
    let steps = status["next"].as_array().expect("steps");
    let code = |step: &Value| {
        assert!(
            step["message"].as_str().is_some_and(|it| it.ends_with('.')),
            "{step}"
        );
        step["code"].as_str().expect("a code").to_owned()
    };
    steps.iter().map(code).collect()
}

/// The events of a connection that a receiver has got, oldest first.
fn told(receiver: &Receiver) -> Vec<Value> {
    let bodies = receiver.received().into_iter().map(|it| it.json());
    let is_ours = |it: &Value| {
        it["event"]
            .as_str()
            .is_some_and(|it| it.starts_with("connection."))
    };
    bodies.filter(is_ours).collect()
}

#[test]
fn the_status_says_what_stripe_says_what_is_missing_and_what_is_next() {
    let stage = Stage::new();
    let mut seller = Seller::new(&stage, "acme");
    let status = seller.status();
    assert_eq!(codes(&status), ["connect"]);
    for name in [
        "mode",
        "account",
        "accountId",
        "accountType",
        "chargesEnabled",
        "requirements",
    ] {
        assert_eq!(status[name], Value::Null, "{name}");
    }
    seller.product("pro", "classic");
    seller.key_type("pro", "lifetime", Some(2_900));
    seller.key_type("pro", "by-hand", None);
    seller.connect("sandbox");
    let status = seller.status();
    let missing = json!([{"productId": "pro", "keyTypeId": "lifetime"}]);
    assert_eq!(status["pricesMissing"], missing);
    assert_eq!(codes(&status), ["set-up-prices"]);
    assert_eq!(status["lastWebhookAt"], Value::Null);
    seller.set_up_prices();
    let status = seller.status();
    assert_eq!(codes(&status), ["switch-to-live"]);
    assert_eq!(status["accountId"], status["account"]["id"]);
    assert_eq!(status["accountType"], "standard");
    let daily =
        json!({"interval": "daily", "delayDays": 2, "weeklyAnchor": null, "monthlyAnchor": null});
    assert_eq!(status["payoutSchedule"], daily);
    assert_eq!(status["instantPayouts"], false);

    change(
        &stage,
        &seller,
        &json!({
            "type": "express",
            "charges_enabled": false,
            "payouts_enabled": false,
            "instant_payouts": true,
            "requirements": {
                "currently_due": ["external_account"],
                "past_due": ["individual.dob.day"],
                "disabled_reason": "requirements.past_due",
                "current_deadline": 1_798_761_600,
            },
            "schedule": {"interval": "weekly", "delay_days": 7, "weekly_anchor": "friday"},
        }),
    );
    let status = seller.status();
    assert_eq!(status["accountType"], "express");
    assert_eq!(status["chargesEnabled"], false);
    assert_eq!(status["payoutsEnabled"], false);
    assert_eq!(status["detailsSubmitted"], true);
    assert_eq!(
        status["requirements"],
        json!({
            "currentlyDue": ["external_account"],
            "pastDue": ["individual.dob.day"],
            "disabledReason": "requirements.past_due",
            "deadline": "2027-01-01T00:00:00Z",
        })
    );
    let weekly = json!({"interval": "weekly", "delayDays": 7, "weeklyAnchor": "friday", "monthlyAnchor": null});
    assert_eq!(status["payoutSchedule"], weekly);
    assert_eq!(status["instantPayouts"], true);
    assert_eq!(codes(&status), ["meet-requirements"]);
    eventually("the event", || {
        seller.status()["lastWebhookAt"].as_str().map(drop)
    });

    // When Stripe does not answer, the status says what Stripe said last.
    let path = format!("/v1/accounts/{}", seller.account());
    stage
        .stripe
        .fault(&path, &json!({"status": {"status": 500}}), 1);
    let status = seller.status();
    assert_eq!(status["account"]["reachable"], false);
    assert_eq!(status["accountType"], "express");
    assert_eq!(status["chargesEnabled"], false);
    change(&stage, &seller, &json!({"type": "custom"}));
    assert_eq!(seller.status()["accountType"], "custom");
}

#[test]
fn a_checkout_on_an_account_that_is_known_to_take_no_payments_is_409_and_asks_for_no_session() {
    let stage = Stage::silent(&[]);
    let seller = Seller::selling(&stage, "acme");
    let opened = || stage.stripe.posts("/v1/checkout/sessions").len();
    change(
        &stage,
        &seller,
        &json!({
            "charges_enabled": false,
            "requirements": {"past_due": ["external_account"], "disabled_reason": "requirements.past_due"},
        }),
    );
    seller.status();
    for _ in 0..2 {
        let answer = seller.checkout(&Seller::wish("lifetime"));
        assert_eq!(answer.error(), refused(409, "stripe/cannot-charge"));
        let said = &answer.json()["error"]["details"][0];
        assert_eq!(said["code"], "requirements.past_due");
        let message = said["message"].as_str().expect("a message");
        assert!(message.contains("external_account"), "{message}");
    }
    assert_eq!(opened(), 0);
    // The news that the account can charge again is lost. After a minute Stripe is asked again.
    change(&stage, &seller, &json!({"charges_enabled": true}));
    stage.advance(Duration::from_secs(61));
    seller.checkout(&Seller::wish("lifetime")).expect(200);
    assert_eq!(opened(), 1);
}

#[test]
fn that_an_account_takes_no_payments_any_more_and_that_a_payout_failed_is_told_once() {
    let stage = Stage::new();
    let seller = Seller::selling(&stage, "acme");
    let receiver = Receiver::start();
    seller.tell_all(&receiver);
    change(&stage, &seller, &json!({"charges_enabled": false}));
    let first = eventually("the event", || told(&receiver).pop());
    assert_eq!(first["event"], "connection.needs_attention");
    assert_eq!(first["reason"], "charges_disabled");
    assert_eq!(first["account_id"], seller.account().as_str());
    assert_eq!(
        (&first["tenant_id"], &first["mode"]),
        (&json!("acme"), &json!("sandbox"))
    );
    assert_eq!(first["payout"], Value::Null);
    for event in stage.stripe.events("account.updated") {
        assert!(
            stage
                .stripe
                .resend(&event, 3)
                .iter()
                .all(|status| *status == 200)
        );
    }
    seller.status();

    let path = format!("accounts/{}/payouts", seller.account());
    let pay = |amount: i64| {
        let made = stage
            .stripe
            .control(&path, &json!({"amount": amount, "currency": "usd"}));
        made["id"].as_str().expect("an id").to_owned()
    };
    let (paid, lost) = (pay(2_900), pay(5_800));
    stage
        .stripe
        .control(&format!("payouts/{lost}/fail"), &json!({}));
    let second = eventually("the event", || told(&receiver).into_iter().nth(1));
    assert_eq!(second["reason"], "payout_failed");
    let payout =
        json!({"id": lost, "amount": 5_800, "currency": "usd", "failure_code": "account_closed"});
    assert_eq!(second["payout"], payout);
    for kind in ["payout.paid", "payout.failed"] {
        for event in stage.stripe.events(kind) {
            assert!(
                stage
                    .stripe
                    .resend(&event, 2)
                    .iter()
                    .all(|status| *status == 200)
            );
        }
    }
    let listed = eventually("both payouts", || {
        let items = seller.items(PAYOUTS);
        (items.len() == 2).then_some(items)
    });
    let of = |id: &str| listed.iter().find(|it| it["id"] == id).expect("a payout");
    assert_eq!(of(&paid)["status"], "paid");
    assert_eq!(of(&paid)["failureCode"], Value::Null);
    let failed = of(&lost);
    assert_eq!(
        (&failed["status"], &failed["amount"]),
        (&json!("failed"), &json!(5_800))
    );
    assert_eq!(failed["failureCode"], "account_closed");
    let one = seller.get(&format!("{PAYOUTS}?limit=1"));
    let cursor = one["nextCursor"].as_str().expect("a cursor");
    let rest = seller.get(&format!("{PAYOUTS}?limit=1&cursor={cursor}"));
    assert_ne!(one["items"][0]["id"], rest["items"][0]["id"]);
    assert_eq!(rest["nextCursor"], Value::Null);
    assert_eq!(told(&receiver).len(), 2, "{:?}", told(&receiver));
    assert_eq!(
        Seller::new(&stage, "other").items(PAYOUTS),
        Vec::<Value>::new()
    );
}

#[test]
fn connecting_and_disconnecting_is_told_to_the_endpoints_that_there_are() {
    let stage = Stage::new();
    let mut seller = Seller::new(&stage, "acme");
    seller.connect("sandbox");
    let receiver = Receiver::start();
    seller.tell_all(&receiver);
    let sandbox = seller.account();
    seller.connect("live");
    let live = seller.account();
    let gone = seller.manage(Request::new("DELETE", "/v1/integrations/stripe"));
    assert_eq!(gone.status, 204);
    let all = eventually("three events", || {
        let all = told(&receiver);
        (all.len() >= 3).then_some(all)
    });
    let about = |account: &str| {
        let of_it = all.iter().filter(|it| it["account_id"] == account);
        let mut names: Vec<_> = of_it
            .map(|it| it["event"].as_str().expect("a name"))
            .collect();
        names.sort_unstable();
        names
    };
    assert_eq!(about(&sandbox), ["connection.disconnected"]);
    assert_eq!(
        about(&live),
        ["connection.connected", "connection.disconnected"]
    );
}

#[test]
fn an_account_is_onboarded_by_a_link_and_read_again_when_its_owner_comes_back() {
    let stage = Stage::silent(&[]);
    let mut seller = Seller::new(&stage, "acme");
    let none = seller.post(ONBOARD, &json!({}));
    assert_eq!(none.error(), refused(409, "stripe/not-connected"));
    seller.connect("sandbox");
    change(
        &stage,
        &seller,
        &json!({
            "type": "express", "charges_enabled": false, "details_submitted": false,
            "requirements": {"currently_due": ["external_account"]},
        }),
    );
    assert_eq!(codes(&seller.status()), ["finish-onboarding"]);
    let answer = seller.post(ONBOARD, &json!({}));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let link = answer.expect(200);
    assert_eq!(link.as_object().expect("an object").len(), 1, "{link}");
    assert!(
        link["url"]
            .as_str()
            .is_some_and(|url| url.contains("/setup/acct_")),
        "{link}"
    );

    let asked = stage
        .stripe
        .posts("/v1/account_links")
        .pop()
        .expect("a request");
    let form = asked["params"].as_object().expect("a form");
    assert_eq!(form["type"], "account_onboarding");
    assert_eq!(form["account"], seller.account().as_str());
    let field = |name: &str| form[name].as_str().expect("a URL").to_owned();
    let (again, back) = (field("refresh_url"), field("return_url"));

    let resumed = seller.browse(&again);
    assert_eq!(resumed.status, 303);
    assert!(
        resumed
            .header("location")
            .is_some_and(|url| url.contains("/setup/acct_"))
    );
    let shown = seller.browse(&back);
    assert_eq!(shown.status, 200);
    assert!(
        shown.text().contains("can take no payments yet"),
        "{}",
        shown.text()
    );
    assert!(shown.text().contains("<code>external_account</code>"));
    change(
        &stage,
        &seller,
        &json!({
            "charges_enabled": true, "details_submitted": true, "requirements": {},
        }),
    );
    let shown = seller.browse(&back);
    assert!(
        shown.text().contains("can take payments"),
        "{}",
        shown.text()
    );

    for wrong in [format!("{back}x"), back.replacen("acme", "zeta", 1)] {
        let answer = seller.browse(&wrong);
        assert_eq!(answer.status, 400, "{wrong}");
        assert!(answer.text().contains("oauth/state-invalid"));
    }
    stage.advance(Duration::from_hours(1));
    assert_eq!(seller.browse(&back).status, 400);
    assert_eq!(seller.browse(&again).status, 400);
}

#[test]
fn the_calls_about_the_account_need_their_scopes_and_an_empty_object() {
    let stage = Stage::silent(&[]);
    let mut seller = Seller::new(&stage, "acme");
    seller.connect("sandbox");
    let token = |scope: &str| {
        let made = seller
            .post("/v1/tokens", &json!({"scopes": [scope]}))
            .expect(201);
        let token = made["managementToken"]
            .as_str()
            .expect("a token")
            .to_owned();
        Seller::of(&stage, "acme", token)
    };
    let (reader, stranger) = (token("integrations:read"), token("products:read"));
    let answer = reader.post(ONBOARD, &json!({}));
    assert_eq!(answer.error(), refused(403, "authz/role-insufficient"));
    for path in [PAYOUTS, "/v1/integrations/stripe/status"] {
        reader.get(path);
        let answer = stranger.manage(Request::get(path));
        assert_eq!(
            answer.error(),
            refused(403, "authz/role-insufficient"),
            "{path}"
        );
    }
    for bad in [json!({"mode": "live"}), json!([]), json!(null)] {
        let answer = seller.post(ONBOARD, &bad);
        assert_eq!(
            answer.error(),
            refused(400, "validation/invalid-input"),
            "{bad}"
        );
    }
    for query in ["limit=0", "limit=101", "cursor=x", "status=paid"] {
        let answer = reader.manage(Request::get(format!("{PAYOUTS}?{query}")));
        assert_eq!(
            answer.error(),
            refused(400, "validation/invalid-input"),
            "{query}"
        );
    }
}
