//! Manual webhook mode: events of sessions that sellers made, and the endpoint that receives them.

use mintage_domain::model::sellers::management_token::TokenScope;
use serde_json::{Value, json};

use crate::harness::stripe::Pay;
use crate::harness::{Answer, Request, Seller, Stage, sign};

const MANUAL: &str = "/v1/integrations/stripe/manual";
const MAPPINGS: &str = "/v1/integrations/stripe/mappings";
const SECRET: &str = "whsec_manual_of_tests_0001";
const SECOND: &str = "whsec_manual_of_tests_0002";

/// A seller with a product, who never connected, and whose manual endpoint of the sandbox has this secret.
fn seller(stage: &Stage, id: &str) -> Seller {
    let seller = Seller::new(stage, id);
    seller.product("pro", "classic");
    seller.key_type("pro", "lifetime", Some(2_900));
    set(&seller, "sandbox", SECRET);
    seller
}

fn put(seller: &Seller, path: &str, body: &Value) -> Answer {
    seller.manage(Request::new("PUT", path).json(body))
}

fn set(seller: &Seller, mode: &str, secret: &str) -> Value {
    let body = json!({"mode": mode, "webhookSecret": secret});
    put(seller, MANUAL, &body).expect(200)
}

/// An event of a completed session that a seller made.
fn completed(id: &str, session: &str, more: &Value) -> Value {
    let mut object = json!({
        "id": session, "object": "checkout.session", "mode": "payment", "payment_status": "paid",
        "amount_total": 2_900, "currency": "usd", "payment_intent": format!("pi_{session}"),
        "customer_details": {"email": "buyer@example.com", "name": "Ada"}, "metadata": {},
    });
    let fields = more.as_object().expect("an object").clone();
    object.as_object_mut().expect("an object").extend(fields);
    event(id, "checkout.session.completed", &object)
}

fn event(id: &str, kind: &str, object: &Value) -> Value {
    json!({
        "id": id, "object": "event", "type": kind, "livemode": false, "created": 1_800_000_000,
        "data": {"object": object},
    })
}

fn sent(stage: &Stage, tenant: &str, (event, secret): (&Value, &str), at: i64) -> Answer {
    let body = event.to_string().into_bytes();
    let signature = sign::stripe(secret, at, &body);
    let request = Request::post(format!("/api/{tenant}/stripe/webhook"))
        .header("Stripe-Signature", signature)
        .body("application/json", body);
    stage.api.send(&request)
}

fn told(stage: &Stage, seller: &Seller, event: &Value) -> Value {
    sent(stage, "acme", (event, SECRET), seller.now()).expect(200)["outcome"].clone()
}

fn sold(key_type: &str) -> Value {
    json!({"metadata": {"key_type_id": key_type, "product_id": "pro"}})
}

#[test]
fn a_paid_session_mints_by_its_metadata_once_however_often_it_is_told() {
    let stage = Stage::silent(&[]);
    let seller = seller(&stage, "acme");
    let mut more = sold("lifetime");
    more["metadata"]["customer_email"] = "named@example.com".into();
    more["metadata"]["quantity"] = "3".into();
    let paid = completed("evt_1", "cs_test_own1", &more);
    assert_eq!(told(&stage, &seller, &paid), "applied");
    assert_eq!(told(&stage, &seller, &paid), "duplicate");
    let mut again = completed("evt_2", "cs_test_own1", &more);
    again["type"] = "checkout.session.async_payment_succeeded".into();
    assert_eq!(told(&stage, &seller, &again), "ignored");
    assert_eq!(seller.licenses().len(), 3);
    let order = seller.order_of("cs_test_own1");
    assert_eq!(
        [
            &order["status"],
            &order["customerEmail"],
            &order["feeInCents"],
            &order["lines"][0]["quantity"]
        ],
        [
            &json!("fulfilled"),
            &json!("named@example.com"),
            &Value::Null,
            &json!(3)
        ]
    );

    // The key type is the only one of its id, and the buyer's address is taken.
    let bare = json!({"metadata": {"key_type_id": "lifetime"}});
    let paid = completed("evt_3", "cs_test_own2", &bare);
    assert_eq!(told(&stage, &seller, &paid), "applied");
    assert_eq!(
        seller.order_of("cs_test_own2")["customerEmail"],
        "buyer@example.com"
    );
    assert_eq!(seller.licenses().len(), 4);
}

#[test]
fn a_pending_payment_is_awaited_and_a_refund_revokes_also_if_it_comes_first() {
    let stage = Stage::silent(&[]);
    let seller = seller(&stage, "acme");
    let mut more = sold("lifetime");
    more["payment_status"] = "unpaid".into();
    for (session, kind, status) in [
        (
            "cs_test_a",
            "checkout.session.async_payment_failed",
            "payment_failed",
        ),
        (
            "cs_test_b",
            "checkout.session.async_payment_succeeded",
            "fulfilled",
        ),
    ] {
        let pending = completed(&format!("evt_{session}"), session, &more);
        assert_eq!(told(&stage, &seller, &pending), "applied");
        assert_eq!(seller.order_of(session)["status"], "awaiting_payment");
        let mut end = completed(&format!("evt_end_{session}"), session, &sold("lifetime"));
        end["type"] = kind.into();
        assert_eq!(told(&stage, &seller, &end), "applied");
        assert_eq!(seller.order_of(session)["status"], status);
    }
    assert_eq!(seller.licenses().len(), 1);

    let refund = |session: &str| {
        let charge = json!({
            "id": "ch_1", "payment_intent": format!("pi_{session}"), "amount": 2_900,
            "amount_refunded": 2_900, "currency": "usd", "refunded": true,
        });
        event(&format!("evt_refund_{session}"), "charge.refunded", &charge)
    };
    assert_eq!(told(&stage, &seller, &refund("cs_test_b")), "applied");
    assert_eq!(seller.licenses()[0]["status"], "REVOKED");
    assert_eq!(told(&stage, &seller, &refund("cs_test_c")), "applied");
    let late = completed("evt_late", "cs_test_c", &sold("lifetime"));
    assert_eq!(told(&stage, &seller, &late), "applied");
    let licenses = seller.licenses();
    assert!(licenses.len() == 2 && licenses.iter().all(|it| it["status"] == "REVOKED"));
}

#[test]
fn a_session_that_maps_to_nothing_waits_and_its_seller_mints_it_once() {
    let stage = Stage::silent(&[]);
    let seller = seller(&stage, "acme");
    let link = json!({"payment_link": "plink_1"});
    assert_eq!(
        told(&stage, &seller, &completed("evt_1", "cs_test_1", &link)),
        "applied"
    );
    let odd = sold("unknown");
    assert_eq!(
        told(&stage, &seller, &completed("evt_2", "cs_test_2", &odd)),
        "applied"
    );
    let waiting = seller.items("/v1/orders?status=unmapped");
    assert_eq!(waiting.len(), 2);
    let order = seller.order_of("cs_test_1");
    assert_eq!(
        [
            &order["productId"],
            &order["keyTypeId"],
            &order["paymentLink"],
            &order["totalInCents"]
        ],
        [&Value::Null, &Value::Null, &json!("plink_1"), &json!(2_900)]
    );
    assert!(seller.licenses().is_empty());
    let mint = |order: &Value, body: &Value| {
        let id = order["id"].as_str().expect("an id");
        seller.post(&format!("/v1/orders/{id}/mint"), body)
    };
    assert_eq!(
        mint(&order, &json!({})).error(),
        (409, "order/unmapped".into())
    );

    let items = json!([{"paymentLink": "plink_1", "productId": "pro", "keyTypeId": "lifetime"}]);
    let mappings = json!({"mode": "sandbox", "items": items});
    assert_eq!(put(&seller, MAPPINGS, &mappings).expect(200), mappings);
    assert_eq!(seller.get(&format!("{MAPPINGS}?mode=sandbox")), mappings);
    assert_eq!(
        seller.get(&format!("{MAPPINGS}?mode=live"))["items"],
        json!([])
    );
    assert!(
        seller.licenses().is_empty(),
        "a mapping mints nothing by itself"
    );
    let minted = mint(&order, &json!({})).expect(200);
    assert_eq!(
        [&minted["status"], &minted["keyTypeId"]],
        ["fulfilled", "lifetime"]
    );
    assert_eq!(
        mint(&order, &json!({})).error(),
        (409, "order/not-unmapped".into())
    );
    assert_eq!(seller.licenses().len(), 1);

    let other = seller.order_of("cs_test_2");
    for (body, fields) in [
        (json!({"productId": "pro"}), vec!["keyTypeId"]),
        (json!({"keyTypeId": "unknown"}), vec!["keyTypeId"]),
        (
            json!({"keyTypeId": "lifetime", "quantity": 0}),
            vec!["quantity"],
        ),
        (
            json!({"keyTypeId": "lifetime", "quantity": 101}),
            vec!["quantity"],
        ),
        (
            json!({"keyTypeId": 7, "more": 1}),
            vec!["keyTypeId", "more"],
        ),
    ] {
        let mut bad = mint(&other, &body).bad_fields();
        bad.sort();
        assert_eq!(bad, fields, "{body}");
    }
    mint(&other, &json!({"keyTypeId": "lifetime", "quantity": 2})).expect(200);
    assert_eq!(seller.licenses().len(), 3);
    let foreign = Seller::new(&stage, "other");
    let id = other["id"].as_str().expect("an id");
    let answer = foreign.post(&format!("/v1/orders/{id}/mint"), &json!({}));
    assert_eq!(answer.error().0, 404);
}

#[test]
fn a_mapping_of_a_payment_link_or_of_the_price_of_a_line_mints() {
    let stage = Stage::silent(&[]);
    let seller = seller(&stage, "acme");
    let link = json!({"payment_link": "plink_1"});
    let items = json!([{"paymentLink": "plink_1", "productId": "pro", "keyTypeId": "lifetime"}]);
    let mappings = json!({"mode": "sandbox", "items": items});
    put(&seller, MAPPINGS, &mappings).expect(200);
    assert_eq!(
        told(&stage, &seller, &completed("evt_3", "cs_test_3", &link)),
        "applied"
    );
    assert_eq!(seller.order_of("cs_test_3")["status"], "fulfilled");
    let items = json!([{"price": "price_1", "productId": "pro", "keyTypeId": "lifetime"}]);
    put(
        &seller,
        MAPPINGS,
        &json!({"mode": "sandbox", "items": items}),
    )
    .expect(200);
    let lines = json!({"line_items": {"data": [{"price": {"id": "price_1"}, "quantity": 2}]}});
    assert_eq!(
        told(&stage, &seller, &completed("evt_4", "cs_test_4", &lines)),
        "applied"
    );
    assert_eq!(seller.order_of("cs_test_4")["lines"][0]["quantity"], 2);
    assert_eq!(seller.licenses().len(), 3);
}

#[test]
fn only_the_secrets_of_the_tenant_are_believed_and_a_stranger_learns_nothing() {
    let stage = Stage::silent(&[]);
    let seller = seller(&stage, "acme");
    let without = Seller::new(&stage, "without");
    let (now, paid) = (
        seller.now(),
        completed("evt_1", "cs_test_1", &sold("lifetime")),
    );
    let before = seller.snapshot();
    let refused = sent(&stage, "acme", (&paid, "whsec_another_secret"), now);
    assert_eq!(refused.error(), (400, "webhook/signature-invalid".into()));
    for (tenant, secret, at) in [
        ("acme", SECRET, now - 301),
        ("acme", SECRET, now + 301),
        ("acme", "", now),
        ("without", SECRET, now),
        ("nobody", SECRET, now),
        ("NO", SECRET, now),
    ] {
        let answer = sent(&stage, tenant, (&paid, secret), at);
        assert_eq!(answer.error(), refused.error(), "{tenant} {secret} {at}");
    }
    let unknown = sent(&stage, "nobody", (&paid, SECRET), now);
    assert_eq!(
        unknown.json()["error"]["message"],
        refused.json()["error"]["message"]
    );
    let unsigned = Request::post("/api/acme/stripe/webhook").body("application/json", "{}");
    assert_eq!(stage.api.send(&unsigned).error(), refused.error());
    let large = json!({"x": "y".repeat(1 << 20)});
    let answer = sent(&stage, "acme", (&large, SECRET), now);
    assert_eq!(answer.error(), (413, "validation/body-too-large".into()));
    let answer = sent(&stage, "acme", (&json!([]), SECRET), now);
    assert_eq!(answer.error(), (400, "validation/invalid-input".into()));

    let mut live = paid.clone();
    live["livemode"] = true.into();
    let answer = sent(&stage, "acme", (&live, SECRET), now);
    assert_eq!(answer.error(), (400, "webhook/mode-mismatch".into()));
    let mut foreign = completed("evt_2", "cs_test_2", &sold("lifetime"));
    foreign["data"]["object"]["metadata"]["tenant_id"] = "without".into();
    assert_eq!(told(&stage, &seller, &foreign), "ignored");
    let setup = json!({"mode": "setup", "payment_status": "no_payment_required"});
    assert_eq!(
        told(&stage, &seller, &completed("evt_3", "cs_test_3", &setup)),
        "ignored"
    );
    assert_eq!(seller.snapshot(), before);
    assert!(without.licenses().is_empty());
}

#[test]
fn the_endpoint_says_what_to_add_at_stripe_and_its_secret_is_rotated_and_removed() {
    let stage = Stage::silent(&[("MINTAGE_PUBLIC_URL", "https://mint.test")]);
    let seller = Seller::new(&stage, "acme");
    seller.product("pro", "classic");
    seller.key_type("pro", "lifetime", None);
    let missing = seller.manage(Request::get(format!("{MANUAL}?mode=sandbox")));
    assert_eq!(missing.error(), (404, "common/not-found".into()));
    let endpoint = set(&seller, "sandbox", SECRET);
    assert_eq!(endpoint["url"], "https://mint.test/api/acme/stripe/webhook");
    assert_eq!(
        [&endpoint["mode"], &endpoint["secretHint"]],
        ["sandbox", "whsec_...0001"]
    );
    assert!(endpoint["oldSecretUntil"].is_null());
    let events = endpoint["events"].as_array().expect("a list");
    assert!(events.contains(&"checkout.session.completed".into()));
    assert!(!endpoint.to_string().contains(SECRET));
    assert_eq!(
        set(&seller, "sandbox", SECRET),
        endpoint,
        "the same secret changes nothing"
    );

    let rotated = set(&seller, "sandbox", SECOND);
    assert_eq!(rotated["secretHint"], "whsec_...0002");
    assert!(rotated["oldSecretUntil"].is_string());
    for (n, secret) in [SECRET, SECOND].into_iter().enumerate() {
        let more = sold("lifetime");
        let paid = completed(&format!("evt_{n}"), &format!("cs_test_{n}"), &more);
        sent(&stage, "acme", (&paid, secret), seller.now()).expect(200);
    }
    assert_eq!(seller.licenses().len(), 2);
    stage.advance(std::time::Duration::from_hours(24));
    let late = completed("evt_7", "cs_test_7", &sold("lifetime"));
    let answer = sent(&stage, "acme", (&late, SECRET), seller.now());
    assert_eq!(answer.error().0, 400, "the old secret has ended");
    let gone = seller.manage(Request::new("DELETE", format!("{MANUAL}?mode=sandbox")));
    assert_eq!(gone.status, 204);
    let answer = sent(&stage, "acme", (&late, SECOND), seller.now());
    assert_eq!(answer.error().0, 400);
    for method in ["GET", "DELETE"] {
        let request = Request::new(method, format!("{MANUAL}?mode=sandbox"));
        assert_eq!(seller.manage(request).error().0, 404, "{method}");
    }
}

#[test]
fn bad_inputs_are_refused_with_the_fields_and_nothing_secret_is_echoed() {
    let stage = Stage::silent(&[]);
    let seller = seller(&stage, "acme");
    for (body, fields) in [
        (json!({}), vec!["mode", "webhookSecret"]),
        (
            json!({"mode": "test", "webhookSecret": "whsec_x"}),
            vec!["mode", "webhookSecret"],
        ),
        (
            json!({"mode": "live", "webhookSecret": "sk_live_abcdefghijk"}),
            vec!["webhookSecret"],
        ),
        (
            json!({"mode": "live", "webhookSecret": SECRET, "more": 1}),
            vec!["more"],
        ),
    ] {
        let answer = put(&seller, MANUAL, &body);
        let mut bad = answer.bad_fields();
        bad.sort();
        assert_eq!(bad, fields, "{body}");
        assert!(!answer.text().contains("sk_live_abc"));
    }
    for query in ["", "?mode=", "?mode=test", "?mode=sandbox&more=1"] {
        let answer = seller.manage(Request::get(format!("{MANUAL}{query}")));
        assert_eq!(
            answer.error(),
            (400, "validation/invalid-input".into()),
            "{query}"
        );
    }
    let item = |more: Value| {
        let mut item = json!({"productId": "pro", "keyTypeId": "lifetime"});
        let fields = more.as_object().expect("an object").clone();
        item.as_object_mut().expect("an object").extend(fields);
        item
    };
    let one = || item(json!({"price": "price_1"}));
    for (items, fields) in [
        (json!([item(json!({}))]), vec!["items.0"]),
        (
            json!([item(json!({"price": "price_1", "paymentLink": "plink_1"}))]),
            vec!["items.0"],
        ),
        (json!([one(), one()]), vec!["items.1"]),
        (
            json!([one(), item(json!({"price": "price_2", "productId": "no"}))]),
            vec!["items.1"],
        ),
        (
            json!([item(json!({"price": "price_2", "keyTypeId": "no"}))]),
            vec!["items.0"],
        ),
        (
            json!([item(json!({"price": "plink_2"}))]),
            vec!["items.0.price"],
        ),
        (json!(vec![one(); 201]), vec!["items"]),
        (json!("x"), vec!["items"]),
    ] {
        let answer = put(
            &seller,
            MAPPINGS,
            &json!({"mode": "sandbox", "items": items}),
        );
        assert_eq!(answer.bad_fields(), fields, "{items}");
    }
    assert_eq!(
        seller.get(&format!("{MAPPINGS}?mode=sandbox"))["items"],
        json!([])
    );
    let reader = stage.token("acme", &[TokenScope::IntegrationsRead]);
    for path in [MANUAL, MAPPINGS] {
        let request = Request::new("PUT", path).json(&json!({})).bearer(&reader);
        assert_eq!(stage.api.send(&request).error().0, 403, "{path}");
        let request = Request::new("PUT", path).json(&json!({}));
        assert_eq!(stage.api.send(&request).error().0, 401, "{path}");
    }
}

#[test]
fn a_session_that_is_told_at_both_endpoints_mints_once_and_its_refund_at_either_revokes_it() {
    let stage = Stage::silent(&[]);
    let seller = Seller::selling(&stage, "acme");
    set(&seller, "sandbox", SECRET);
    for (n, manual_first) in [true, false].into_iter().enumerate() {
        let session = seller.sell("lifetime", "buyer@example.com", Pay::Card);
        let event = stage
            .stripe
            .event_of(&session, "checkout.session.completed");
        let outcomes = if manual_first {
            let first = told(&stage, &seller, &event);
            [first, seller.hear(&event).expect(200)["outcome"].clone()]
        } else {
            let first = seller.hear(&event).expect(200)["outcome"].clone();
            [first, told(&stage, &seller, &event)]
        };
        assert_eq!(outcomes, ["applied", "ignored"]);
        assert_eq!(seller.licenses().len(), n + 1);
        let intent = &event["data"]["object"]["payment_intent"];
        let charge = json!({
            "id": "ch_1", "payment_intent": intent, "amount": 2_900, "amount_refunded": 2_900,
            "currency": "usd", "refunded": true,
        });
        let refund = self::event(&format!("evt_refund_{n}"), "charge.refunded", &charge);
        assert_eq!(told(&stage, &seller, &refund), "applied");
        assert!(seller.licenses().iter().all(|it| it["status"] == "REVOKED"));
    }
    // On a connected account, a session of the seller's own mints nothing.
    let mut own = completed("evt_own", "cs_test_own", &sold("lifetime"));
    own["account"] = seller.account().into();
    assert_eq!(seller.hear(&own).expect(200)["outcome"], "ignored");
    assert_eq!(told(&stage, &seller, &own), "applied");
    assert_eq!(seller.licenses().len(), 3);
}
