//! The life of a connection: sandbox, live, no way back, disconnected, sandbox again.

use serde_json::{Value, json};

use crate::harness::seller::session_of;
use crate::harness::stripe::Pay;
use crate::harness::{Answer, Request, Seller, Stage, page};

const CONNECT: &str = "/v1/integrations/stripe/connect";
const SWITCH: &str = "/v1/integrations/stripe/switch-to-live";

fn refused(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

fn disconnect(seller: &Seller) -> Answer {
    seller.manage(Request::new("DELETE", "/v1/integrations/stripe"))
}

/// Grants access to a live account, by the link that the switch answers.
fn switch(stage: &Stage, seller: &Seller) {
    let answer = seller.post(SWITCH, &json!({})).expect(200);
    assert_eq!(answer["mode"], "live");
    assert_eq!(answer.as_object().expect("an object").len(), 2, "{answer}");
    let shown = seller.browse(answer["url"].as_str().expect("a URL"));
    let callback = stage
        .stripe
        .consent(&page::followed(shown.text()), "connect", "");
    assert_eq!(seller.come_back(&callback).status, 200);
}

/// The status of a session at Stripe.
fn at_stripe(stage: &Stage, account: &str, session: &str) -> Value {
    let path = format!("/v1/checkout/sessions/{session}");
    let shown = stage.stripe.as_seller(account, Request::get(path));
    shown.expect(200)["status"].clone()
}

#[test]
fn a_connection_goes_from_sandbox_to_live_and_back_only_by_disconnecting() {
    let stage = Stage::new();
    let mut seller = Seller::new(&stage, "acme");
    seller.product("pro", "classic");
    seller.key_type("pro", "lifetime", Some(2_900));
    let none = seller.post(SWITCH, &json!({}));
    assert_eq!(none.error(), refused(409, "stripe/not-connected"));
    assert_eq!(
        disconnect(&seller).error(),
        refused(409, "stripe/not-connected")
    );

    seller.connect("sandbox");
    seller.set_up_prices();
    let sandbox = seller.account();
    let page = seller.open("lifetime");

    switch(&stage, &seller);
    let live = seller.account();
    assert_eq!(seller.status()["mode"], "live");
    assert_ne!(sandbox, live);
    assert_eq!(stage.stripe.connected(&sandbox), (false, false));
    assert_eq!(stage.stripe.connected(&live), (false, true));
    let session = session_of(&page);
    assert_eq!(at_stripe(&stage, &sandbox, &session), "expired");
    seller.await_order(&session, "expired");
    let unpriced = seller.checkout(&Seller::wish("lifetime"));
    assert_eq!(unpriced.error(), refused(422, "checkout/no-price"));
    seller.set_up_prices();
    assert!(seller.open("lifetime").contains("cs_live_"));

    let before = seller.snapshot();
    let back = seller.post(CONNECT, &json!({"mode": "sandbox"}));
    assert_eq!(back.error(), refused(409, "connect/live-is-one-way"));
    let again = seller.post(SWITCH, &json!({}));
    assert_eq!(again.error(), refused(409, "connect/live-is-one-way"));
    assert_eq!(seller.snapshot(), before);

    assert_eq!(disconnect(&seller).status, 204);
    assert_eq!(stage.stripe.connected(&live), (false, false));
    let gone = seller.checkout(&Seller::wish("lifetime"));
    assert_eq!(gone.error(), refused(409, "stripe/not-connected"));

    seller.connect("sandbox");
    assert_eq!(seller.status()["mode"], "sandbox");
    let afresh = seller.checkout(&Seller::wish("lifetime"));
    assert_eq!(afresh.error(), refused(422, "checkout/no-price"));
    seller.set_up_prices();
    seller.sell_one();
}

#[test]
fn the_sandbox_sells_until_the_seller_has_granted_live_access() {
    let stage = Stage::new();
    let seller = Seller::selling(&stage, "acme");
    seller.post(SWITCH, &json!({})).expect(200);
    assert_eq!(seller.status()["mode"], "sandbox");
    seller.sell_one();
}

#[test]
fn disconnecting_expires_the_sessions_that_are_open_and_keeps_those_that_are_paid() {
    let stage = Stage::new();
    let seller = Seller::selling(&stage, "acme");
    let account = seller.account();
    let paid = seller.sell("lifetime", "ada@example.com", Pay::Card);
    seller.await_license_of(&paid);
    let open = [(); 3].map(|()| session_of(&seller.open("lifetime")));

    assert_eq!(disconnect(&seller).status, 204);
    for session in &open {
        assert_eq!(at_stripe(&stage, &account, session), "expired");
        assert_eq!(seller.order_of(session)["status"], "expired");
    }
    assert_eq!(at_stripe(&stage, &account, &paid), "complete");
    assert_eq!(seller.order_of(&paid)["status"], "fulfilled");
    assert_eq!(stage.stripe.connected(&account), (false, false));
}

#[test]
fn a_switch_needs_the_scope_and_an_empty_object() {
    let stage = Stage::new();
    let seller = Seller::selling(&stage, "acme");
    let body = json!({"scopes": ["integrations:read", "products:write"]});
    let reader = seller.post("/v1/tokens", &body).expect(201);
    let reader = Seller::of(
        &stage,
        "acme",
        reader["managementToken"]
            .as_str()
            .expect("a token")
            .to_owned(),
    );
    let by_reader = reader.post(SWITCH, &json!({}));
    assert_eq!(by_reader.error(), refused(403, "authz/role-insufficient"));
    let nobody = stage.api.send(&Request::post(SWITCH).json(&json!({})));
    assert_eq!(nobody.error(), refused(401, "api/key-invalid"));
    for bad in [
        json!({"mode": "live"}),
        json!([]),
        json!("live"),
        json!(null),
    ] {
        let answer = seller.post(SWITCH, &bad);
        assert_eq!(
            answer.error(),
            refused(400, "validation/invalid-input"),
            "{bad}"
        );
    }
    assert_eq!(seller.status()["mode"], "sandbox");
}
