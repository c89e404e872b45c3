//! Stripe events that must not be believed, or that change nothing.

use serde_json::{Value, json};

use crate::harness::stage::{LIVE_SECRET, SANDBOX_SECRET};
use crate::harness::stripe::{Pay, news};
use crate::harness::wire::escape;
use crate::harness::{Request, Seller, Stage, eventually, sign};

const PATH: &str = "/api/stripe/webhook/connect";

fn invalid() -> (u16, String) {
    (400, "webhook/signature-invalid".to_owned())
}

/// A seller with a payment whose news has not come yet.
fn paid(stage: &Stage) -> (Seller, Value) {
    let seller = Seller::selling(stage, "acme");
    let session = seller.sell("lifetime", "buyer@example.com", Pay::Card);
    let event = stage
        .stripe
        .event_of(&session, "checkout.session.completed");
    (seller, event)
}

#[test]
fn a_wrong_old_missing_or_empty_signature_is_400_and_changes_nothing() {
    let stage = Stage::silent(&[]);
    let (seller, event) = paid(&stage);
    let before = seller.snapshot();
    let (body, now) = (event.to_string().into_bytes(), seller.now());
    let tag = sign::over_time_dot_body(SANDBOX_SECRET, &now.to_string(), &body);
    let mut altered = event.clone();
    altered["account"] = "acct_another".into();
    for (why, header, body) in [
        (
            "another secret",
            sign::stripe("whsec_another", now, &body),
            &body,
        ),
        ("no secret", sign::stripe("", now, &body), &body),
        ("old", sign::stripe(SANDBOX_SECRET, now - 301, &body), &body),
        (
            "from the future",
            sign::stripe(SANDBOX_SECRET, now + 301, &body),
            &body,
        ),
        (
            "another body",
            sign::stripe(SANDBOX_SECRET, now, &body),
            &altered.to_string().into_bytes(),
        ),
        ("empty", String::new(), &body),
        ("noise", "noise".to_owned(), &body),
        ("no time", format!("v1={tag}"), &body),
        ("two times", format!("t={now},t={now},v1={tag}"), &body),
        ("an empty tag", format!("t={now},v1="), &body),
        ("half a tag", format!("t={now},v1={}", &tag[..32]), &body),
        ("another scheme", format!("t={now},v0={tag}"), &body),
        ("another time", format!("t={},v1={tag}", now - 1), &body),
    ] {
        let request = Request::post(PATH).header("Stripe-Signature", header);
        let answer = stage
            .api
            .send(&request.body("application/json", body.clone()));
        assert_eq!(answer.error(), invalid(), "{why}");
    }
    let unsigned = Request::post(PATH).body("application/json", body.clone());
    assert_eq!(stage.api.send(&unsigned).error(), invalid());
    assert_eq!(seller.snapshot(), before);

    let request = news(&event, SANDBOX_SECRET, now - 300);
    let answer = stage.api.send(&request).expect(200);
    assert_eq!(
        answer["outcome"], "applied",
        "five minutes old is young enough"
    );
    seller.await_status("ACTIVE");
}

#[test]
fn without_a_secret_there_is_no_webhook() {
    let off = [
        ("STRIPE_SANDBOX_CONNECT_WEBHOOK_SECRET", ""),
        // Live mode does not start without a secret.
        ("STRIPE_CONNECT_CLIENT_ID", ""),
        ("STRIPE_SECRET_KEY", ""),
        ("STRIPE_CONNECT_WEBHOOK_SECRET", ""),
    ];
    let stage = Stage::silent(&off);
    let (seller, event) = paid(&stage);
    let before = seller.snapshot();
    for secret in [SANDBOX_SECRET, LIVE_SECRET, ""] {
        let answer = stage.api.send(&news(&event, secret, seller.now()));
        assert_eq!(answer.error(), (404, "common/not-found".into()));
    }
    assert_eq!(seller.snapshot(), before);
}

#[test]
fn what_is_signed_and_no_event_is_400() {
    let stage = Stage::silent(&[]);
    let (seller, event) = paid(&stage);
    let before = seller.snapshot();
    let without = |field: &str| {
        let mut event = event.clone();
        event.as_object_mut().expect("an event").remove(field);
        event
    };
    let mut torn = event.clone();
    torn["data"]["object"] = json!({"id": 7});
    for bad in [
        json!([]),
        json!("x"),
        without("id"),
        without("type"),
        without("livemode"),
        torn,
    ] {
        assert_eq!(
            seller.hear(&bad).error(),
            (400, "validation/invalid-input".into()),
            "{bad}"
        );
    }
    assert_eq!(seller.snapshot(), before);
    let too_large = json!({"x": "y".repeat(1 << 20)});
    let answer = seller.hear(&too_large);
    assert_eq!(answer.error(), (413, "validation/body-too-large".into()));
}

#[test]
fn news_of_an_unknown_account_of_none_or_of_an_unknown_type_is_recorded_as_ignored() {
    let stage = Stage::silent(&[]);
    let (seller, event) = paid(&stage);
    let before = seller.snapshot();
    let mut unknown = event.clone();
    unknown["id"] = "evt_1".into();
    unknown["account"] = "acct_unknown".into();
    let mut platforms_own = event.clone();
    platforms_own["id"] = "evt_2".into();
    platforms_own
        .as_object_mut()
        .expect("an event")
        .remove("account");
    let mut of_a_type = event.clone();
    of_a_type["id"] = "evt_3".into();
    of_a_type["type"] = "customer.created".into();
    for event in [unknown, platforms_own, of_a_type] {
        assert_eq!(
            seller.hear(&event).expect(200)["outcome"],
            "ignored",
            "{event}"
        );
        assert_eq!(
            seller.hear(&event).expect(200)["outcome"],
            "duplicate",
            "{event}"
        );
    }
    assert_eq!(seller.snapshot(), before);
}

#[test]
fn the_tenant_of_news_comes_from_its_account_alone() {
    let stage = Stage::silent(&[]);
    let (seller, event) = paid(&stage);
    let other = Seller::selling(&stage, "other");
    let before = (seller.snapshot(), other.snapshot());
    let mut moved = event.clone();
    moved["id"] = "evt_moved".into();
    moved["account"] = other.account().into();
    assert_eq!(seller.hear(&moved).expect(200)["outcome"], "ignored");
    assert_eq!((seller.snapshot(), other.snapshot()), before);
    assert_eq!(seller.hear(&event).expect(200)["outcome"], "applied");
    assert_eq!(other.snapshot(), before.1);
}

#[test]
fn a_session_that_a_seller_makes_with_our_metadata_mints_nothing() {
    let stage = Stage::new();
    let seller = Seller::selling(&stage, "acme");
    let account = seller.account();
    let open = seller.open("lifetime");
    let open = seller.order_of(&crate::harness::seller::session_of(&open));
    let price = stage
        .stripe
        .posts("/v1/checkout/sessions")
        .pop()
        .expect("a call");
    let price = price["params"]["line_items[0][price]"]
        .as_str()
        .expect("a price");
    let order = open["id"].as_str().expect("an id");
    let fields = [
        ("mode", "payment"),
        ("success_url", "https://shop.test/"),
        ("line_items[0][price]", price),
        ("line_items[0][quantity]", "1"),
        ("client_reference_id", order),
        ("metadata[tenant_id]", "acme"),
        ("metadata[product_id]", "pro"),
        ("metadata[key_type_id]", "lifetime"),
        ("metadata[customer_email]", "buyer@example.com"),
        ("metadata[order_id]", order),
    ];
    let form: Vec<String> = fields
        .iter()
        .map(|(name, value)| format!("{}={}", escape(name), escape(value)))
        .collect();
    let request = Request::post("/v1/checkout/sessions")
        .body("application/x-www-form-urlencoded", form.join("&"));
    let made = stage.stripe.as_seller(&account, request).expect(200);
    let before = seller.snapshot();

    let url = made["url"].as_str().expect("a URL");
    stage.stripe.pay(url, "buyer@example.com", Pay::Card);
    let session = made["id"].as_str().expect("an id");
    let event = stage.stripe.event_of(session, "checkout.session.completed");
    assert_eq!(event["account"], account.as_str());
    let id = event["id"].as_str().expect("an id");
    eventually("the news to be heard", || {
        (stage.stripe.statuses(id) == [200]).then_some(())
    });
    assert_eq!(seller.hear(&event).expect(200)["outcome"], "duplicate");
    assert_eq!(seller.snapshot(), before);
}

#[test]
fn a_live_event_under_the_sandbox_secret_is_400_and_not_recorded() {
    let stage = Stage::silent(&[]);
    let (seller, event) = paid(&stage);
    let before = seller.snapshot();
    let mut live = event.clone();
    live["livemode"] = true.into();
    for _ in 0..2 {
        assert_eq!(
            seller.hear(&live).error(),
            (400, "webhook/mode-mismatch".into())
        );
    }
    assert_eq!(seller.snapshot(), before);
    assert_eq!(seller.hear(&event).expect(200)["outcome"], "applied");
}

#[test]
fn a_test_event_on_the_live_endpoint_is_ignored_and_does_not_block_the_sandboxs_own() {
    let stage = Stage::silent(&[]);
    let (seller, event) = paid(&stage);
    let before = seller.snapshot();
    let live = || {
        stage
            .api
            .send(&news(&event, LIVE_SECRET, seller.now()))
            .expect(200)
    };
    assert_eq!(live()["outcome"], "ignored");
    assert_eq!(live()["outcome"], "duplicate");
    assert_eq!(seller.snapshot(), before);
    assert_eq!(seller.hear(&event).expect(200)["outcome"], "applied");
    assert_eq!(seller.hear(&event).expect(200)["outcome"], "duplicate");
    assert_eq!(seller.licenses().len(), 1);
}

/// The event of version 2 that an event destination sends about a session.
fn thin(session: &Value, account: &Value) -> Value {
    json!({
        "id": "evt_test_65R9Ijk8dKEYZcXeRWn16R9A7j1FSQ3w3TGDPLLGSM4CW0",
        "object": "v2.core.event",
        "type": "v1.checkout.session.completed",
        "livemode": false,
        "created": "2027-01-01T00:00:00.000Z",
        "context": account,
        "related_object": {
            "id": session,
            "type": "checkout.session",
            "url": format!("/v1/checkout/sessions/{}", session.as_str().expect("an id")),
        },
    })
}

#[test]
fn a_thin_event_is_taken_and_mints_nothing_before_and_after_the_event_itself() {
    let stage = Stage::silent(&[]);
    let (seller, event) = paid(&stage);
    let thin = thin(&event["data"]["object"]["id"], &event["account"]);
    let hear = || {
        let request = news(&thin, SANDBOX_SECRET, seller.now());
        stage.api.send(&request).expect(200)["outcome"].clone()
    };
    let before = seller.snapshot();
    assert_eq!(hear(), "ignored");
    assert_eq!(hear(), "duplicate");
    assert_eq!(seller.snapshot(), before);

    seller.hear(&event).expect(200);
    assert_eq!(seller.licenses().len(), 1);
    assert_eq!(hear(), "duplicate");
    assert_eq!(seller.licenses().len(), 1);
}

#[test]
fn a_thin_event_must_be_signed_and_name_itself() {
    let stage = Stage::silent(&[]);
    let (seller, event) = paid(&stage);
    let thin = thin(&event["data"]["object"]["id"], &event["account"]);
    let (before, now) = (seller.snapshot(), seller.now());
    let wrong = news(&thin, "whsec_another", now);
    assert_eq!(stage.api.send(&wrong).error(), invalid());
    let old = news(&thin, SANDBOX_SECRET, now - 301);
    assert_eq!(stage.api.send(&old).error(), invalid());
    let body = thin.to_string().into_bytes();
    let unsigned = Request::post(PATH).body("application/json", body);
    assert_eq!(stage.api.send(&unsigned).error(), invalid());
    for field in ["id", "type"] {
        let mut torn = thin.clone();
        torn.as_object_mut().expect("an event").remove(field);
        let answer = stage.api.send(&news(&torn, SANDBOX_SECRET, now));
        assert_eq!(answer.status, 400, "without {field}");
    }
    assert_eq!(seller.snapshot(), before);
}
