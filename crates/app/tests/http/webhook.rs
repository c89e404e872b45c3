//! A tenant's webhook: where it may point, and what is sent there, when, and how often.

use std::collections::BTreeSet;
use std::time::Duration;

use mintage_domain::base::time::Timestamp;
use mintage_domain::model::sellers::management_token::TokenScope;
use serde_json::{Value, json};

use crate::harness::wire::Message;
use crate::harness::{Manner, Receiver, Request, Seller, Stage, eventually, sign};

const DELIVERIES: &str = "/v1/webhook/deliveries";

/// Waits until so many messages have come.
fn received(by: &Receiver, count: usize) -> Vec<Message> {
    eventually("deliveries", || {
        Some(by.received()).filter(|all| all.len() >= count)
    })
}

/// Waits until the only delivery about a license is so far, and no attempt is under way.
fn await_delivery(seller: &Seller, status: &str, attempts: u64) -> Value {
    eventually(status, || {
        let mut deliveries = seller.items(DELIVERIES);
        deliveries.retain(|it| it["event"] != "order.paid");
        let [delivery] = deliveries.as_slice() else {
            return None;
        };
        let so_far = delivery["status"] == status && delivery["attemptCount"] == attempts;
        let rests = delivery["nextAttemptAt"].is_string() || status != "retrying";
        (so_far && rests).then(|| delivery.clone())
    })
}

/// In how many seconds a delivery is tried again.
fn wait_of(seller: &Seller, delivery: &Value) -> i64 {
    let next = delivery["nextAttemptAt"].as_str().expect("a time");
    let next = Timestamp::parse_rfc3339(next).expect("a time");
    next.unix_seconds() - seller.now()
}

fn redeliver(seller: &Seller, delivery: &Value) -> crate::harness::Answer {
    let id = delivery["id"].as_str().expect("an id");
    seller.manage(Request::post(format!("{DELIVERIES}/{id}/redeliver")))
}

#[test]
fn a_webhook_must_be_https_where_no_inner_network_is_open() {
    let stage = Stage::silent(&[("MINTAGE_ALLOW_NETS", "")]);
    let seller = Seller::new(&stage, "acme");
    let unset = json!({
        "url": null, "hasSigningSecret": false, "goneSince": null,
        "status": "active", "failingSince": null, "pausedAt": null
    });
    for bad in [
        json!("http://shop.test/hooks"),
        json!("ftp://shop.test/"),
        json!("https://"),
        json!("https://me:secret@shop.test/"),
        json!("shop.test"),
        json!(7),
    ] {
        let request = Request::new("PUT", "/v1/webhook").json(&json!({ "url": bad }));
        let answer = seller.manage(request);
        assert_eq!(
            answer.error(),
            (400, "validation/invalid-input".into()),
            "{bad}"
        );
        assert_eq!(answer.bad_fields(), ["url"], "{bad}");
        assert_eq!(seller.get("/v1/webhook"), unset);
    }
    assert!(seller.set_webhook(&json!("https://shop.test/hooks"))["signingSecret"].is_string());
}

#[test]
fn the_signing_secret_is_shown_when_it_is_made_and_another_when_it_is_rotated() {
    let stage = Stage::new();
    let seller = Seller::selling(&stage, "acme");
    let rotate = || seller.manage(Request::post("/v1/webhook/rotate-secret"));
    assert_eq!(
        rotate().error(),
        (404, "common/not-found".into()),
        "none was set"
    );
    let receiver = Receiver::start();
    let set = || seller.set_webhook(&receiver.url().into())["signingSecret"].clone();
    let first = set();
    assert!(
        first
            .as_str()
            .is_some_and(|secret| secret.starts_with("whsec_"))
    );
    assert_eq!(set(), Value::Null, "shown once");
    let known = json!({
        "url": receiver.url(), "hasSigningSecret": true, "goneSince": null,
        "status": "active", "failingSince": null, "pausedAt": null
    });
    assert_eq!(seller.get("/v1/webhook"), known);

    let rotated = rotate().expect(200)["signingSecret"].clone();
    seller.sell_one();
    let told = received(&receiver, 1).remove(0);
    for (secret, signs) in [(rotated, true), (first, false)] {
        let secret = secret.as_str().expect("a secret");
        let signature = sign::stripe(secret, seller.now(), &told.body);
        assert_eq!(
            told.header("x-keylight-signature") == Some(signature.as_str()),
            signs
        );
    }
}

#[test]
fn a_license_is_told_once_a_url_is_set_and_waits_until_then() {
    let stage = Stage::new();
    let seller = Seller::selling(&stage, "acme");
    seller.sell_one();
    let waiting = await_delivery(&seller, "pending", 0);
    assert_eq!(
        (&waiting["event"], &waiting["url"]),
        (&json!("license.created"), &Value::Null)
    );
    let receiver = Receiver::start();
    seller.tell(&receiver);
    let told = received(&receiver, 1);
    assert_eq!(told[0].json()["id"], waiting["id"]);
    let delivery = await_delivery(&seller, "delivered", 1);
    assert_eq!(
        (&delivery["lastStatus"], &delivery["url"]),
        (&json!(200), &json!(receiver.url()))
    );
    assert_eq!(delivery["nextAttemptAt"], Value::Null);

    seller.set_webhook(&Value::Null);
    let (_, license) = seller.sell_one();
    seller.tell(&receiver);
    let told = eventually("the second key", || {
        let mut told = receiver.received();
        // The paid order waited too.
        told.retain(|it| it.json()["event"] == "license.created");
        (told.len() >= 2).then_some(told)
    });
    assert_eq!(told.len(), 2, "each once");
    assert_eq!(told[1].json()["key"], seller.reveal(&license));
}

#[test]
fn a_failed_delivery_is_tried_again_by_the_schedule_with_the_same_bytes() {
    let stage = Stage::new();
    let seller = Seller::selling(&stage, "acme");
    let receiver = Receiver::start();
    receiver.answer(Manner::Status(500));
    let secret = seller.tell(&receiver);
    seller.sell_one();
    let hour = 3_600;
    let waits = [
        5,
        300,
        1_800,
        2 * hour,
        5 * hour,
        10 * hour,
        14 * hour,
        20 * hour,
        24 * hour,
    ];
    for (attempts, wait) in (1..).zip(waits) {
        let failed = await_delivery(&seller, "retrying", attempts);
        assert_eq!(
            (&failed["lastStatus"], &failed["lastResponseSnippet"]),
            (&json!(500), &json!("heard\n"))
        );
        let next = wait_of(&seller, &failed);
        assert!(
            (wait * 4 / 5..=wait * 6 / 5).contains(&next),
            "{attempts}: in {next} s"
        );
        stage.advance(Duration::from_secs(next.unsigned_abs() + 1));
        // After a day the endpoint is paused.
        seller
            .manage(Request::post("/v1/webhook/resume"))
            .expect(200);
    }
    let failed = await_delivery(&seller, "failed", 10);
    assert_eq!(failed["nextAttemptAt"], Value::Null);

    assert_one_message(&receiver.received(), &secret, 10);
}

/// So many attempts of one delivery: the same bytes, each dated and signed by itself.
fn assert_one_message(attempts: &[Message], secret: &str, count: usize) {
    assert_eq!(attempts.len(), count);
    for attempt in attempts {
        assert_eq!(attempt.body, attempts[0].body);
        let header = |name: &str| attempt.header(name).expect(name);
        let (id, t) = (header("webhook-id"), header("webhook-timestamp"));
        assert_eq!(attempts[0].header("webhook-id"), Some(id));
        let standard = sign::standard_webhooks(secret, id, t, &attempt.body);
        assert_eq!(header("webhook-signature"), standard);
        let keylight = sign::stripe(secret, t.parse().expect("seconds"), &attempt.body);
        assert_eq!(header("x-keylight-signature"), keylight);
    }
    let times = attempts.iter().map(|a| a.header("webhook-timestamp"));
    let times: BTreeSet<_> = times.collect();
    assert_eq!(times.len(), count);
}

#[test]
fn a_receiver_that_is_not_there_or_asks_for_time_is_tried_again() {
    let stage = Stage::new();
    let seller = Seller::selling(&stage, "acme");
    let gone = Receiver::start();
    seller.tell(&gone);
    drop(gone);
    seller.sell_one();
    let failed = await_delivery(&seller, "retrying", 1);
    assert_eq!(failed["lastStatus"], Value::Null);
    assert!((4..=6).contains(&wait_of(&seller, &failed)));

    let receiver = Receiver::start();
    receiver.answer(Manner::Later(3_600));
    seller.tell(&receiver);
    stage.advance(Duration::from_secs(7));
    let asked = await_delivery(&seller, "retrying", 2);
    assert_eq!(asked["lastStatus"], 503);
    assert_eq!(wait_of(&seller, &asked), 3_600);
    receiver.answer(Manner::Status(204));
    stage.advance(Duration::from_hours(1));
    await_delivery(&seller, "delivered", 3);
}

#[test]
fn a_redirect_is_not_followed() {
    let stage = Stage::new();
    let seller = Seller::selling(&stage, "acme");
    let receiver = Receiver::start();
    receiver.answer(Manner::Status(302));
    seller.tell(&receiver);
    seller.sell_one();
    assert_eq!(await_delivery(&seller, "retrying", 1)["lastStatus"], 302);
}

#[test]
fn an_inner_address_is_never_called_unless_the_operator_opened_it() {
    let stage = Stage::with(&[("MINTAGE_ALLOW_NETS", "")]);
    let seller = Seller::selling(&stage, "acme");
    let receiver = Receiver::start();
    seller.set_webhook(
        &receiver
            .url()
            .replace("http://127.0.0.1", "https://localhost")
            .into(),
    );
    seller.sell_one();
    let failed = await_delivery(&seller, "retrying", 1);
    assert_eq!(failed["lastStatus"], Value::Null);
    assert_eq!(receiver.connections(), 0);
}

#[test]
fn a_2xx_status_is_success_whatever_the_body() {
    let stage = Stage::new();
    let seller = Seller::selling(&stage, "acme");
    let receiver = Receiver::start();
    seller.tell(&receiver);
    for (nth, manner) in [
        Manner::Raw("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\ncut"),
        Manner::RawThenHang("HTTP/1.1 202 OK\r\nContent-Length: 100\r\n\r\nstalled"),
        Manner::RawThenHang("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"),
        Manner::Raw("HTTP/1.1 201 OK\r\nTransfer-Encoding: chunked\r\n\r\nno chunk\r\n"),
        Manner::Raw("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nmore than two"),
        Manner::Raw("HTTP/1.1 204 None\r\n\r\na body all the same"),
    ]
    .into_iter()
    .enumerate()
    {
        receiver.answer(manner);
        seller.sell_one();
        eventually("the delivery", || {
            let delivered = seller.items(DELIVERIES);
            let delivered = delivered.iter().filter(|it| it["status"] == "delivered");
            (delivered.count() == nth + 1).then_some(())
        });
    }
    receiver.answer(Manner::Status(200));
    assert_eq!(receiver.received().len(), 6, "nothing was sent twice");
}

#[test]
fn a_webhook_url_that_cannot_be_sent_to_is_refused_when_it_is_set() {
    let stage = Stage::silent(&[("MINTAGE_ALLOW_NETS", "10.0.0.0/8")]);
    let seller = Seller::new(&stage, "acme");
    for (url, is_accepted) in [
        ("https://shop.test/hooks", true),
        ("https://1.1.1.1/hooks", true),
        ("http://10.1.2.3/hooks", true),
        ("https://127.0.0.1/", false),
        ("https://192.168.1.1/", false),
        ("https://169.254.169.254/latest/meta-data", false),
        ("https://[::1]/", false),
        ("https://[::ffff:192.168.1.1]/", false),
        ("http://1.1.1.1/hooks", false),
        ("https://shop.test/h\u{fc}ks", false),
        ("https://shop.test/{id}", false),
        ("https://shop.test/a|b", false),
        ("https://shop.test/\"", false),
    ] {
        let request = Request::new("PUT", "/v1/webhook").json(&json!({ "url": url }));
        let answer = seller.manage(request);
        let expected = if is_accepted { 200 } else { 400 };
        assert_eq!(answer.status, expected, "{url}: {}", answer.text());
        if !is_accepted {
            assert_eq!(answer.bad_fields(), ["url"], "{url}");
        }
    }
}

#[test]
fn an_endpoint_that_says_gone_is_left_alone_until_it_is_set_again() {
    let stage = Stage::new();
    let seller = Seller::selling(&stage, "acme");
    let receiver = Receiver::start();
    receiver.answer(Manner::Status(410));
    seller.tell(&receiver);
    seller.sell_one();
    let failed = await_delivery(&seller, "failed", 1);
    let shown = seller.get("/v1/webhook");
    assert_eq!(shown["status"], "gone");
    assert!(shown["goneSince"].is_string());
    let audit = seller.items("/v1/audit?action=webhook.gone");
    assert_eq!((audit.len(), &audit[0]["actor"]), (1, &json!("system")));
    receiver.answer(Manner::Status(200));
    let (_, second) = seller.sell_one();
    stage.advance(Duration::from_hours(100));
    let refused = redeliver(&seller, &failed);
    assert_eq!(refused.error(), (409, "webhook/endpoint-gone".into()));

    seller.tell(&receiver);
    redeliver(&seller, &failed).expect(202);
    assert_eq!(seller.get("/v1/webhook")["goneSince"], Value::Null);
    let told = received(&receiver, 3);
    assert_eq!(
        told[0].body,
        told.iter()
            .skip(1)
            .find(|m| m.json()["id"] == failed["id"])
            .expect("again")
            .body
    );
    let keys: Vec<Value> = told.iter().map(|told| told.json()["key"].clone()).collect();
    assert!(keys.contains(&seller.reveal(&second).into()));
    assert_eq!(told.len(), 3, "nothing came while it was gone");
}

#[test]
fn a_hung_endpoint_of_one_tenant_does_not_delay_another() {
    let stage = Stage::new();
    let slow = Seller::selling(&stage, "slow");
    let quick = Seller::selling(&stage, "quick");
    let (hung, prompt) = (Receiver::start(), Receiver::start());
    hung.answer(Manner::Hang);
    slow.tell(&hung);
    quick.tell(&prompt);
    for _ in 0..6 {
        slow.sell_one();
    }
    received(&hung, 4);
    let under_way = slow.items(DELIVERIES);
    let pending = under_way.iter().filter(|d| d["status"] == "pending");
    assert_eq!(pending.count(), 6, "a first attempt retries nothing");
    quick.sell_one();
    received(&prompt, 1);
    await_delivery(&quick, "delivered", 1);
    assert_eq!(
        hung.received().len(),
        4,
        "no more than a lane hangs at a time"
    );
    assert!(
        slow.items(DELIVERIES)
            .iter()
            .all(|d| d["status"] != "delivered")
    );
    hung.answer(Manner::Status(200));
    eventually("the lane to clear", || {
        let deliveries = slow.items(DELIVERIES);
        deliveries
            .iter()
            .all(|d| d["status"] == "delivered")
            .then_some(())
    });
    assert_eq!(hung.received().len(), 6, "each once");
}

#[test]
fn a_delivery_is_sent_again_on_demand_with_the_same_id_and_bytes() {
    let stage = Stage::new();
    let seller = Seller::selling(&stage, "acme");
    let receiver = Receiver::start();
    seller.tell(&receiver);
    seller.sell_one();
    let delivery = await_delivery(&seller, "delivered", 1);
    stage.advance(Duration::from_mins(1));
    let asked = redeliver(&seller, &delivery).expect(202);
    assert_eq!(asked["id"], delivery["id"]);
    let told = received(&receiver, 2);
    assert_eq!(told[0].body, told[1].body);
    assert_eq!(told[0].header("webhook-id"), told[1].header("webhook-id"));
    assert_ne!(
        told[0].header("webhook-timestamp"),
        told[1].header("webhook-timestamp")
    );
    await_delivery(&seller, "delivered", 2);

    let nothing = redeliver(&seller, &json!({"id": "dlv_none"}));
    assert_eq!(nothing.error(), (404, "common/not-found".into()));
    receiver.answer(Manner::Hang);
    redeliver(&seller, &delivery).expect(202);
    received(&receiver, 3);
    let busy = redeliver(&seller, &delivery);
    assert_eq!(busy.error(), (409, "webhook/being-sent".into()));
    receiver.answer(Manner::Status(200));
    await_delivery(&seller, "delivered", 3);
}

#[test]
fn a_license_key_is_sent_again_to_another_url_only_with_the_scope_to_reveal_it() {
    let stage = Stage::new();
    let seller = Seller::selling(&stage, "acme");
    let (receiver, other) = (Receiver::start(), Receiver::start());
    seller.tell(&receiver);
    seller.sell_one();
    let delivery = await_delivery(&seller, "delivered", 1);
    let writing = stage.token("acme", &[TokenScope::IntegrationsWrite]);
    let writing = Seller::of(&stage, "acme", writing);
    redeliver(&writing, &delivery).expect(202);
    received(&receiver, 2);
    await_delivery(&seller, "delivered", 2);

    writing.tell(&other);
    let refused = redeliver(&writing, &delivery);
    assert_eq!(refused.error(), (403, "authz/role-insufficient".into()));
    assert!(other.received().is_empty());
    redeliver(&seller, &delivery).expect(202);
    received(&other, 1);
    let set = stage.audit("acme", &other.url());
    assert_eq!(set.len(), 1, "the trail names the URL: {set:?}");
}
