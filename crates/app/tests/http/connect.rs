//! Connecting an account by OAuth: what is refused, and that it changes nothing.

use std::time::Duration;

use mintage_domain::model::sellers::tenant::Plan;
use serde_json::{Value, json};

use crate::harness::wire::split;
use crate::harness::{Answer, Request, Seller, Stage, eventually, page};

const CONNECT: &str = "/v1/integrations/stripe/connect";

/// The status and the code that a page of the callback shows.
fn shown(answer: &Answer) -> (u16, String) {
    assert_eq!(
        answer.header("content-type"),
        Some("text/html; charset=utf-8")
    );
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let code = page::element(answer.text(), "error-code");
    (answer.status, code.unwrap_or_default())
}

fn refused(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

/// The callback of a granted round, with its `state` and `code`.
fn granted(stage: &Stage, seller: &Seller, mode: &str) -> (String, String, String) {
    let callback = stage
        .stripe
        .consent(&seller.authorize_url(mode), "connect", "");
    let field = |name: &str| {
        let (_, rest) = callback.split_once(&format!("{name}=")).expect(name);
        rest.split('&').next().expect("a value").to_owned()
    };
    (callback.clone(), field("state"), field("code"))
}

#[test]
fn a_callback_without_a_good_state_and_code_is_refused_and_asks_stripe_nothing() {
    let stage = Stage::new();
    let seller = Seller::new(&stage, "acme");
    let before = seller.snapshot();
    let (good, round, code) = granted(&stage, &seller, "sandbox");
    for query in [
        String::new(),
        format!("?code={code}"),
        format!("?state={round}"),
        format!("?code={code}&state={}", "0".repeat(64)),
        format!("?code={code}&state="),
        format!("?code={code}&state={}", round.to_uppercase()),
        format!("?code={code}&state=%3Cscript%3Ealert(1)%3C/script%3E"),
    ] {
        let answer = stage
            .api
            .send(&Request::get(format!("/stripe/callback{query}")));
        assert_eq!(
            shown(&answer),
            refused(400, "oauth/state-invalid"),
            "{query}"
        );
        assert!(!answer.text().contains("script"), "{query}");
    }
    assert!(stage.stripe.posts("/oauth/token").is_empty());
    assert_eq!(seller.snapshot(), before);
    assert_eq!(
        seller.come_back(&good).status,
        200,
        "the round itself was not hurt"
    );
}

#[test]
fn a_state_is_good_once_and_a_code_is_exchanged_once() {
    let stage = Stage::new();
    let seller = Seller::new(&stage, "acme");
    let (callback, ..) = granted(&stage, &seller, "sandbox");
    assert_eq!(seller.come_back(&callback).status, 200);
    let before = seller.snapshot();
    for _ in 0..2 {
        let again = seller.come_back(&callback);
        assert_eq!(shown(&again), refused(400, "oauth/state-invalid"));
    }
    assert_eq!(
        stage.stripe.posts("/oauth/token").len(),
        1,
        "a second use would end the grant"
    );
    assert_eq!(seller.snapshot(), before);
}

#[test]
fn a_state_is_good_for_ten_minutes() {
    let stage = Stage::new();
    let seller = Seller::new(&stage, "acme");
    let url = seller.authorize_url("sandbox");
    stage.advance(Duration::from_mins(10));
    let callback = stage.stripe.consent(&url, "connect", "");
    let answer = seller.come_back(&callback);
    assert_eq!(shown(&answer), refused(400, "oauth/state-invalid"));
    assert_eq!(seller.status()["connected"], false);
}

#[test]
fn a_code_of_the_other_mode_or_one_that_expired_connects_nothing() {
    let stage = Stage::new();
    let seller = Seller::new(&stage, "acme");
    let other = Seller::new(&stage, "other");
    let (.., of_sandbox) = granted(&stage, &other, "sandbox");
    let (_, live_state, _) = granted(&stage, &seller, "live");
    let (_, round, _) = granted(&stage, &seller, "sandbox");
    let (late, ..) = granted(&stage, &seller, "sandbox");
    for (state, code) in [(&live_state, of_sandbox.as_str()), (&round, "ac_unknown")] {
        let path = format!("/stripe/callback?code={code}&state={state}");
        let answer = stage.api.send(&Request::get(path));
        assert_eq!(shown(&answer), refused(400, "oauth/code-refused"));
        assert!(!answer.text().contains(code));
    }
    stage.advance(Duration::from_mins(6));
    assert_eq!(
        shown(&seller.come_back(&late)),
        refused(400, "oauth/code-refused")
    );
    for seller in [seller, other] {
        assert_eq!(seller.status()["connected"], false);
    }
}

#[test]
fn a_cancelled_round_changes_nothing_even_without_its_state() {
    let stage = Stage::new();
    let mut seller = Seller::selling(&stage, "acme");
    let before = seller.snapshot();
    let url = seller.authorize_url("live");
    let callback = stage.stripe.consent(&url, "cancel", "");
    assert!(callback.contains("error=access_denied") && !callback.contains("state="));
    let answer = seller.come_back(&callback);
    assert_eq!(shown(&answer), (200, String::new()));
    assert!(answer.text().contains("You cancelled"), "{}", answer.text());
    assert_eq!(seller.snapshot(), before, "the sandbox stays connected");
    seller.checkout(&Seller::wish("lifetime")).expect(200);
    seller.connect("live");
    assert_eq!(seller.status()["mode"], "live");
}

#[test]
fn an_account_of_another_tenant_is_refused_until_that_one_lets_go() {
    let stage = Stage::new();
    let seller = Seller::selling(&stage, "acme");
    let other = Seller::new(&stage, "other");
    let account = seller.account();
    let before = (seller.snapshot(), other.snapshot());
    let take = || {
        let url = other.authorize_url("sandbox");
        other.come_back(&stage.stripe.consent(&url, "connect", &account))
    };
    assert_eq!(shown(&take()), refused(409, "oauth/account-taken"));
    assert_eq!((seller.snapshot(), other.snapshot()), before);
    seller.checkout(&Seller::wish("lifetime")).expect(200);

    seller.manage(Request::new("DELETE", "/v1/integrations/stripe"));
    assert_eq!(take().status, 200);
    assert_eq!(other.account(), account);
}

#[test]
fn a_stripe_that_fails_at_the_exchange_leaves_the_tenant_as_it_was() {
    let stage = Stage::new();
    let mut seller = Seller::new(&stage, "acme");
    let (callback, ..) = granted(&stage, &seller, "sandbox");
    let fault = json!({"status": {"status": 503}});
    stage.stripe.fault("/oauth/token", &fault, 1);
    assert_eq!(
        shown(&seller.come_back(&callback)),
        refused(502, "stripe/failed")
    );
    assert_eq!(seller.status()["connected"], false);
    seller.connect("sandbox");
    assert_eq!(seller.status()["connected"], true);
}

#[test]
fn a_round_begins_only_with_a_mode_that_is_known_set_up_and_in_the_plan() {
    let off = [
        ("STRIPE_CONNECT_CLIENT_ID", ""),
        ("STRIPE_SECRET_KEY", ""),
        ("STRIPE_CONNECT_WEBHOOK_SECRET", ""),
    ];
    let stage = Stage::silent(&off);
    let seller = Seller::new(&stage, "acme");
    for bad in [json!({}), json!({"mode": "test"}), json!({"mode": true})] {
        let answer = seller.post(CONNECT, &bad);
        assert_eq!(
            answer.error(),
            refused(400, "validation/invalid-input"),
            "{bad}"
        );
        assert_eq!(answer.bad_fields(), ["mode"]);
    }
    let live = seller.post(CONNECT, &json!({"mode": "live"}));
    assert_eq!(live.error(), refused(409, "stripe/not-configured"));

    let free = stage.tenant("free", Plan::Free);
    let request = Request::post(CONNECT).json(&json!({"mode": "sandbox"}));
    let answer = stage.api.send(&request.bearer(&free));
    assert_eq!(answer.error(), refused(403, "quota/connect-not-included"));
    let starter = stage.tenant("starter", Plan::Starter);
    let request = Request::post(CONNECT).json(&json!({"mode": "sandbox"}));
    stage.api.send(&request.bearer(&starter)).expect(200);
}

#[test]
fn what_needs_a_connection_is_409_without_one() {
    let stage = Stage::new();
    let seller = Seller::new(&stage, "acme");
    for (method, path) in [
        ("POST", "/v1/integrations/stripe/setup-prices"),
        ("POST", "/v1/integrations/stripe/rotate-checkout-key"),
        ("DELETE", "/v1/integrations/stripe"),
    ] {
        let answer = seller.manage(Request::new(method, path));
        assert_eq!(
            answer.error(),
            refused(409, "stripe/not-connected"),
            "{path}"
        );
    }
    let nothing =
        json!({"connected": false, "mode": null, "hasCheckoutKey": false, "account": null});
    assert_eq!(seller.status(), nothing);
}

#[test]
fn the_status_tells_what_stripe_says_of_the_account_and_when_stripe_says_nothing() {
    let stage = Stage::new();
    let seller = Seller::selling(&stage, "acme");
    let status = seller.status();
    assert_eq!(status["mode"], "sandbox");
    assert_eq!(status["hasCheckoutKey"], true);
    let account = &status["account"];
    assert_eq!(
        (&account["reachable"], &account["chargesEnabled"]),
        (&json!(true), &json!(true))
    );
    let path = format!("/v1/accounts/{}", seller.account());
    stage
        .stripe
        .fault(&path, &json!({"status": {"status": 500}}), 1);
    let status = seller.status();
    assert_eq!(status["connected"], true);
    assert_eq!(status["account"]["reachable"], false);
    assert_eq!(status["account"]["accessRevoked"], false);
}

#[test]
fn a_seller_who_removes_the_platform_at_stripe_is_disconnected_and_can_come_back() {
    let stage = Stage::new();
    let mut seller = Seller::selling(&stage, "acme");
    let (key, account) = (seller.checkout_key.clone(), seller.account());
    let path = format!("accounts/{account}/deauthorize");
    stage.stripe.control(&path, &json!({}));
    let status = eventually("the news", || {
        let status = seller.status();
        (status["connected"] == false).then_some(status)
    });
    assert_eq!(
        (&status["hasCheckoutKey"], &status["account"]),
        (&json!(true), &Value::Null)
    );
    let answer = seller.checkout(&Seller::wish("lifetime"));
    assert_eq!(answer.error(), refused(409, "stripe/not-connected"));
    seller.connect("sandbox");
    assert_eq!(seller.checkout_key, key, "the old key goes on");
    seller.set_up_prices();
    seller.sell_one();
}

#[test]
fn setting_prices_up_again_makes_none_twice_even_after_a_lost_answer() {
    let stage = Stage::new();
    let mut seller = Seller::new(&stage, "acme");
    seller.product("pro", "classic");
    for (id, cents) in [("a", Some(500)), ("b", Some(900)), ("c", None)] {
        seller.key_type("pro", id, cents);
    }
    seller.connect("sandbox");
    stage.stripe.fault("/v1/prices", &json!("lose_answer"), 1);
    let path = "/v1/integrations/stripe/setup-prices";
    let lost = seller.manage(Request::post(path));
    assert_eq!(lost.error(), refused(502, "stripe/failed"));
    assert_eq!(
        seller.set_up_prices()["created"].as_array().map(Vec::len),
        Some(2)
    );
    let again = seller.set_up_prices();
    assert_eq!(again["created"], json!([]));
    assert_eq!(again["skipped"].as_array().map(Vec::len), Some(3));
    let listed = |path: &str| {
        let answer = stage
            .stripe
            .as_seller(&seller.account(), Request::get(path));
        answer.expect(200)["data"].as_array().map(Vec::len)
    };
    assert_eq!(
        (listed("/v1/products"), listed("/v1/prices")),
        (Some(2), Some(2))
    );
}

#[test]
fn the_consent_page_is_asked_for_with_what_stripe_demands() {
    let stage = Stage::new();
    let seller = Seller::new(&stage, "acme");
    let (_, path) = split(&seller.authorize_url("sandbox"));
    let (path, query) = path.split_once('?').expect("a query");
    assert_eq!(path, "/oauth/authorize");
    for pair in [
        "response_type=code",
        "client_id=ca_SimTest",
        "scope=read_write",
    ] {
        assert!(
            query.split('&').any(|given| given == pair),
            "{pair}: {query}"
        );
    }
    assert!(
        !query.contains("acme"),
        "the state alone says whose it is: {query}"
    );
}
