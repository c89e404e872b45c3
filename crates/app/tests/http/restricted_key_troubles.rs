//! What happens to a restricted key when Stripe does not answer, is full, refuses the key, or sends events.

use std::time::Duration;

use mintage_testkit::LoopbackSmtp;
use serde_json::{Value, json};

use crate::harness::{Receiver, Request, Seller, Stage, eventually};
use crate::mail::mailing;
use crate::restricted_key::{
    PATH, all, change, coupons, disconnect, endpoints, get, key, key_in, opened, put, put_in,
};

fn fault(stage: &Stage, method: &str, path: &str, kind: &Value, times: u32) {
    let fault = json!({"method": method, "path": path, "kind": kind, "times": times});
    stage.stripe.control("faults", &fault);
}

fn warnings(answer: &Value) -> Vec<String> {
    let all = answer["warnings"].as_array().expect("a list").iter();
    all.map(|it| it.as_str().expect("a text").to_owned())
        .collect()
}

/// The time passes, and the workers work at once.
fn later(stage: &mut Stage, by: Duration) {
    stage.stop();
    stage.advance(by);
    stage.restart(&[]);
}

#[test]
fn what_stripe_does_not_answer_is_never_taken_for_granted() {
    let (stage, seller, account) = opened("acme");
    let good = key(&stage, &account, &all());
    let limited = json!({"status": {"status": 429}});
    for kind in [
        limited.clone(),
        json!({"status": {"status": 500}}),
        json!("close"),
    ] {
        fault(&stage, "GET", "/v1/invoices", &kind, 9);
        let answer = put(&seller, &good.text);
        assert_eq!(answer.error(), (503, "stripe/unavailable".to_owned()));
        assert!(answer.header("retry-after").is_some());
        assert_eq!(get(&seller).status, 404);
        assert_eq!(endpoints(&stage, &account), Vec::<Value>::new());
        let clear = Request::new("DELETE", "/_sim/faults");
        let token = crate::harness::stripe::CONTROL_TOKEN;
        stage.stripe.0.call(&clear.bearer(token)).expect(200);
    }
    // A failure that passes is tried again.
    fault(&stage, "GET", "/v1/invoices", &limited, 1);
    put(&seller, &good.text).expect(200);

    let lacking: Vec<&str> = all()
        .into_iter()
        .filter(|it| !it.contains("charge"))
        .collect();
    let lacking = key(&stage, &account, &lacking);
    fault(&stage, "GET", "/v1/invoices", &limited, 9);
    let error = put(&seller, &lacking.text).expect(422)["error"].clone();
    assert_eq!(error["code"], "STRIPE_PERMISSIONS_MISSING");
    assert_eq!(error["details"].as_array().map(Vec::len), Some(1));
    assert_eq!(error["details"][0]["permission"], "Charges");
}

#[test]
fn a_coupon_whose_deletion_fails_is_deleted_again_or_told_until_a_sweep_deletes_it() {
    let (mut stage, seller, account) = opened("acme");
    let good = key(&stage, &account, &all());
    let failing = json!({"status": {"status": 500}});
    fault(&stage, "DELETE", "/v1/coupons/", &failing, 1);
    let once = put(&seller, &good.text).expect(200);
    assert_eq!(warnings(&once), [""; 0]);
    assert_eq!(coupons(&stage, &account), Vec::<Value>::new());

    for kind in [failing, json!("close")] {
        fault(&stage, "DELETE", "/v1/coupons/", &kind, 2);
        let twice = put(&seller, &good.text).expect(200);
        let left = coupons(&stage, &account);
        assert_eq!(left.len(), 1);
        let id = left[0]["id"].as_str().expect("an id").to_owned();
        assert!(id.starts_with("mintage_probe_"), "{id}");
        for answer in [&twice, &get(&seller).expect(200)] {
            let told = warnings(answer);
            assert!(told.len() == 1 && told[0].contains(&id), "{told:?}");
        }
        let doctor = stage.command_text(&["doctor"]).expect("nothing is wrong");
        assert!(doctor.contains(&id), "{doctor}");
        later(&mut stage, Duration::from_mins(1));
        eventually("a sweep to delete the coupon", || {
            coupons(&stage, &account).is_empty().then_some(())
        });
        eventually("the warning to end", || {
            warnings(&get(&seller).expect(200)).is_empty().then_some(())
        });
    }
}

#[test]
fn a_coupon_of_a_call_whose_answer_was_lost_is_deleted() {
    let (mut stage, seller, account) = opened("acme");
    let good = key(&stage, &account, &all());
    let lost = json!("lose_answer");
    fault(&stage, "POST", "/v1/coupons", &lost, 3);
    assert_eq!(put(&seller, &good.text).status, 503);
    later(&mut stage, Duration::from_mins(3));
    eventually("no coupon to be left", || {
        coupons(&stage, &account).is_empty().then_some(())
    });
    fault(&stage, "POST", "/v1/coupons", &lost, 1);
    put(&seller, &good.text).expect(200);
    assert_eq!(coupons(&stage, &account), Vec::<Value>::new());
}

#[test]
fn another_key_keeps_the_endpoint_enables_it_or_makes_it_anew_and_a_refused_one_changes_nothing() {
    let (stage, seller, account) = opened("acme");
    let first = put(&seller, &key(&stage, &account, &all()).text).expect(200);
    let id = first["webhookEndpointId"]
        .as_str()
        .expect("an id")
        .to_owned();
    let path = format!("/v1/webhook_endpoints/{id}");
    let disable = [("disabled".to_owned(), "true".to_owned())];
    let disable = Request::post(&path).form(&disable);
    stage.stripe.as_seller(&account, disable).expect(200);
    let before = get(&seller).expect(200);

    let refused = put(&seller, &key(&stage, &account, &all()[1..]).text);
    assert_eq!(refused.status, 422);
    assert_eq!(get(&seller).expect(200), before);

    let second = put(&seller, &key(&stage, &account, &all()).text).expect(200);
    assert_eq!(second["webhookEndpointId"], id.as_str());
    assert_ne!(second["keyHint"], before["keyHint"]);
    let now = endpoints(&stage, &account);
    assert_eq!((now.len(), &now[0]["status"]), (1, &json!("enabled")));

    let remove = Request::new("DELETE", path);
    stage.stripe.as_seller(&account, remove).expect(200);
    let third = put(&seller, &key(&stage, &account, &all()).text).expect(200);
    let now = endpoints(&stage, &account);
    assert_eq!(now.len(), 1);
    assert_eq!(third["webhookEndpointId"], now[0]["id"]);
    assert_ne!(third["webhookEndpointId"], id.as_str());

    // A key of another account moves the endpoint there.
    let other = stage.stripe.open_account();
    let moved = put(&seller, &key(&stage, &other, &all()).text).expect(200);
    assert_eq!(moved["accountId"], other.as_str());
    assert_eq!(endpoints(&stage, &account), Vec::<Value>::new());
    assert_eq!(endpoints(&stage, &other).len(), 1);
}

#[test]
fn an_account_without_room_for_an_endpoint_is_connected_and_told_the_address() {
    let (stage, seller, account) = opened("acme");
    let fill = |n: usize| {
        let form = [
            ("url".to_owned(), format!("http://hooks.test/{n}")),
            ("enabled_events[0]".to_owned(), "*".to_owned()),
        ];
        let create = Request::post("/v1/webhook_endpoints").form(&form);
        stage.stripe.as_seller(&account, create).expect(200)
    };
    let made: Vec<Value> = (0..16).map(fill).collect();
    let good = key(&stage, &account, &all());
    let connected = put(&seller, &good.text).expect(200);
    assert_eq!(connected["webhookEndpointId"], Value::Null);
    let url = stage
        .api
        .url("/api/acme/stripe/webhook/restricted-key/sandbox");
    let told = warnings(&connected);
    assert!(told.len() == 1 && told[0].contains(&url), "{told:?}");
    let path = format!(
        "/v1/webhook_endpoints/{}",
        made[0]["id"].as_str().expect("an id")
    );
    let remove = Request::new("DELETE", path);
    stage.stripe.as_seller(&account, remove).expect(200);
    let room = put(&seller, &good.text).expect(200);
    assert!(room["webhookEndpointId"].is_string());
    assert_eq!(warnings(&room), [""; 0]);
}

#[test]
fn a_key_that_is_too_broad_is_connected_with_a_warning() {
    let (stage, seller, account) = opened("acme");
    let mut permissions = all();
    permissions.extend(["rak_product_write", "rak_accounts_kyc_basic_read"]);
    let broad = put(&seller, &key(&stage, &account, &permissions).text).expect(200);
    assert_eq!(broad["accountId"], account.as_str());
    let told = warnings(&broad);
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].contains("rak_product_read"), "{told:?}");
    assert!(told[0].contains("rak_accounts_kyc_basic_read"), "{told:?}");
}

#[test]
fn an_account_belongs_to_one_tenant_by_key_or_by_oauth_in_either_mode() {
    let stage = Stage::new();
    let mut acme = Seller::new(&stage, "acme");
    acme.connect("sandbox");
    let account = acme.account();
    let other = Seller::new(&stage, "other");
    let taken = (409, "stripe/account-taken".to_owned());
    let (test, live) = (
        key(&stage, &account, &all()),
        key_in(&stage, &account, true, &all()),
    );
    assert_eq!(put(&other, &test.text).error(), taken);
    assert_eq!(put_in(&other, "live", &live.text).error(), taken);
    assert_eq!(endpoints(&stage, &account), Vec::<Value>::new());
    // The same tenant may hold both, and test and live side by side.
    put(&acme, &test.text).expect(200);
    put_in(&acme, "live", &live.text).expect(200);

    // Without OAuth the keys still hold the account, in either mode.
    acme.manage(Request::new("DELETE", "/v1/integrations/stripe"));
    assert_eq!(put(&other, &test.text).error(), taken);
    assert_eq!(disconnect(&acme).status, 204);
    assert_eq!(put(&other, &test.text).error(), taken);
    let gone = Request::new("DELETE", format!("{PATH}?mode=live"));
    assert_eq!(acme.manage(gone).status, 204);
    put(&other, &test.text).expect(200);
}

#[test]
fn a_key_that_is_revoked_or_narrowed_needs_attention_and_its_seller_is_told() {
    let smtp = LoopbackSmtp::start();
    let mut stage = mailing(&smtp);
    let seller = Seller::new(&stage, "acme");
    let account = stage.stripe.open_account();
    let good = key(&stage, &account, &all());
    let receiver = Receiver::start();
    seller.tell_all(&receiver);
    put(&seller, &good.text).expect(200);
    let shown_state = || get(&seller).expect(200)["state"].clone();
    let told = |n: usize| {
        let event = eventually("the event", || receiver.received().into_iter().nth(n)).json();
        assert_eq!(event["account_id"], account.as_str());
        json!([event["event"], event["reason"], event["message"]])
    };
    assert_eq!(told(0)[0], "connection.connected");
    let day = Duration::from_hours(24);

    // Failures of Stripe change nothing.
    fault(
        &stage,
        "GET",
        "/v1/customers",
        &json!({"status": {"status": 500}}),
        3,
    );
    later(&mut stage, day);
    std::thread::sleep(Duration::from_secs(2));
    assert_eq!(shown_state(), "connected");

    change(&stage, &good, &json!({"permissions": &all()[1..]}));
    later(&mut stage, Duration::from_hours(1));
    eventually("the narrowed key to need attention", || {
        (shown_state() == "needs_attention").then_some(())
    });
    let shown = get(&seller).expect(200);
    let granted = |n: usize| shown["permissions"][n]["granted"].clone();
    assert_eq!((granted(0), granted(1)), (json!(false), json!(true)));
    let lost = "the restricted key has lost permissions: Checkout sessions";
    let unwell = "connection.needs_attention";
    assert_eq!(told(1), json!([unwell, "key_permissions_missing", lost]));
    let mail = eventually("the mail", || smtp.received().into_iter().next());
    let subject = mail.read().subject;
    assert_eq!(subject, "Your Stripe key needs attention (acme)");
    let doctor = stage.failing_command_text(&["doctor"]);
    assert!(
        doctor.contains("the restricted key needs attention"),
        "{doctor}"
    );
    assert!(doctor.contains("Checkout sessions"), "{doctor}");

    change(&stage, &good, &json!({"permissions": all()}));
    later(&mut stage, Duration::from_hours(1));
    eventually("the key to recover", || {
        (shown_state() == "connected").then_some(())
    });
    change(&stage, &good, &json!({"revoked": true}));
    later(&mut stage, day);
    eventually("the revoked key to need attention", || {
        (shown_state() == "needs_attention").then_some(())
    });
    assert_eq!(told(2)[1], "key_refused");
    let another = key(&stage, &account, &all());
    put(&seller, &another.text).expect(200);
    assert_eq!(shown_state(), "connected");
    assert_eq!(disconnect(&seller).status, 204);
    assert_eq!(told(3)[0], "connection.disconnected");
}

#[test]
fn events_of_the_account_are_received_with_the_secret_of_its_endpoint_only() {
    let (stage, seller, account) = opened("acme");
    put(&seller, &key(&stage, &account, &all()).text).expect(200);
    let form = |fields: &[(&str, &str)]| -> Vec<(String, String)> {
        let fields = fields.iter();
        fields
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect()
    };
    let product = Request::post("/v1/products").form(&form(&[("name", "Acme")]));
    let product = stage.stripe.as_seller(&account, product).expect(200);
    let price = form(&[
        ("product", product["id"].as_str().expect("an id")),
        ("currency", "usd"),
        ("unit_amount", "2900"),
    ]);
    let price = Request::post("/v1/prices").form(&price);
    let price = stage.stripe.as_seller(&account, price).expect(200);
    let session = form(&[
        ("mode", "payment"),
        ("success_url", "http://shop.test/"),
        ("line_items[0][price]", price["id"].as_str().expect("an id")),
        ("line_items[0][quantity]", "1"),
    ]);
    let session = Request::post("/v1/checkout/sessions").form(&session);
    let session = stage.stripe.as_seller(&account, session).expect(200);
    let id = session["id"].as_str().expect("an id");
    let expire = Request::post(format!("/v1/checkout/sessions/{id}/expire"));
    stage.stripe.as_seller(&account, expire).expect(200);
    let event = stage.stripe.event_of(id, "checkout.session.expired");
    let event_id = event["id"].as_str().expect("an id");
    let statuses = eventually("the event to be received", || {
        Some(stage.stripe.statuses(event_id)).filter(|all| !all.is_empty())
    });
    assert_eq!(statuses, [200]);

    let forged = |path: &str| {
        let sent = Request::post(path).json(&event);
        stage
            .api
            .send(&sent.header("Stripe-Signature", "t=1,v1=00"))
    };
    let path = "/api/acme/stripe/webhook/restricted-key/sandbox";
    let wrong = (400, "webhook/signature-invalid".to_owned());
    assert_eq!(forged(path).error(), wrong);
    assert_eq!(stage.api.send(&Request::post(path)).error(), wrong);
    for path in [
        "/api/acme/stripe/webhook/restricted-key/live",
        "/api/acme/stripe/webhook/restricted-key/test",
        "/api/other/stripe/webhook/restricted-key/sandbox",
    ] {
        assert_eq!(forged(path).status, 404, "{path}");
    }
}
