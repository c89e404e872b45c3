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
    let page = seller.come_back(&callback);
    assert!(page::element(page.text(), "checkout-key").is_some());
    let before = seller.snapshot();
    for _ in 0..2 {
        let again = seller.come_back(&callback);
        assert_eq!(shown(&again), refused(200, ""), "it is sent on to the page");
        assert_eq!(page::element(again.text(), "checkout-key"), None);
    }
    assert_eq!(
        stage.stripe.posts("/oauth/token").len(),
        1,
        "a second use would end the grant"
    );
    assert_eq!(seller.snapshot(), before);
}

#[test]
fn the_link_leads_to_a_page_that_says_what_is_connected_and_goes_on_to_stripe() {
    let stage = Stage::new();
    let seller = Seller::new(&stage, "acme");
    let link = seller.connect_link("sandbox");
    let start = stage.api.url("/stripe/connect/");
    assert!(link.starts_with(&start), "{link}");
    let ticket = &link[start.len()..];
    let answer = seller.browse(&link);
    assert_eq!(shown(&answer), refused(200, ""));
    let element = |id| page::element(answer.text(), id);
    assert_eq!(element("tenant").as_deref(), Some("acme"));
    assert_eq!(
        element("mode").as_deref(),
        Some("sandbox mode (test cards only)")
    );
    let token = &seller.items("/v1/tokens")[0]["id"];
    assert_eq!(element("begun-by").as_deref(), token.as_str());
    let cookie = answer.header("set-cookie").expect("a cookie");
    assert!(
        cookie.starts_with("mintage_connect="),
        "on this machine by http: {cookie}"
    );
    for attribute in ["Path=/", "HttpOnly", "SameSite=Lax"] {
        assert!(cookie.contains(attribute), "{cookie}");
    }
    let stripe = page::followed(answer.text());
    assert!(!stripe.contains(ticket), "Stripe does not see the ticket");
    assert_eq!(seller.status()["connected"], false);

    for unknown in ["x".to_owned(), "0".repeat(64), ticket.to_uppercase()] {
        let answer = seller.browse(&format!("{start}{unknown}"));
        assert_eq!(
            shown(&answer),
            refused(400, "oauth/state-invalid"),
            "{unknown}"
        );
    }
    let callback = stage.stripe.consent(&stripe, "connect", "");
    seller.come_back(&callback);
    let written = stage.audit("acme", &format!("sandbox:{}", seller.account()));
    let by = format!("token:{}", token.as_str().expect("an id"));
    assert_eq!(written, [("stripe.connected".to_owned(), by)]);
    let used = seller.browse(&link);
    assert_eq!(shown(&used), refused(400, "oauth/state-invalid"));
}

#[test]
fn a_callback_in_another_browser_is_403_and_the_right_one_still_gets_through() {
    let stage = Stage::new();
    let (seller, other) = (Seller::new(&stage, "acme"), Seller::new(&stage, "other"));
    let (callback, ..) = granted(&stage, &seller, "sandbox");
    let before = seller.snapshot();
    // A browser without a cookie, and one with the cookie of another round.
    let bare = Seller::of(&stage, "acme", seller.token.clone());
    other.authorize_url("sandbox");
    for browser in [&bare, &other] {
        let answer = browser.come_back(&callback);
        assert_eq!(shown(&answer), refused(403, "oauth/other-browser"));
    }
    assert!(stage.stripe.posts("/oauth/token").is_empty());
    assert_eq!(seller.snapshot(), before);

    let answer = seller.browse(&callback);
    let page = answer.header("location").expect("a page").to_owned();
    assert_eq!(answer.status, 303);
    for browser in [&bare, &other] {
        let answer = browser.browse(&page);
        assert_eq!(shown(&answer), refused(403, "oauth/other-browser"));
    }
    let first = seller.browse(&page);
    assert_eq!(shown(&first), refused(200, ""));
    let key = page::element(first.text(), "checkout-key").expect("the key");
    for _ in 0..2 {
        let again = seller.browse(&page);
        assert_eq!(shown(&again), refused(200, ""));
        assert!(
            again.text().contains("is connected to the tenant"),
            "{}",
            again.text()
        );
        assert!(
            again.text().contains("rotate-checkout-key"),
            "{}",
            again.text()
        );
        assert!(!again.text().contains(&key), "the key is shown once");
    }
}

#[test]
fn a_page_that_nobody_opened_spends_nothing() {
    let stage = Stage::new();
    let seller = Seller::new(&stage, "acme");
    let link = seller.connect_link("sandbox");
    let unopened = |url: &str| {
        for (name, value) in [
            ("Sec-Purpose", "prefetch"),
            ("Sec-Purpose", "prefetch;prerender"),
            ("Purpose", "prefetch"),
        ] {
            let answer = stage.api.send(&seller.in_browser(url).header(name, value));
            assert_eq!(shown(&answer), refused(503, ""), "{url}");
            assert_eq!(answer.header("set-cookie"), None);
        }
    };
    unopened(&link);
    let stripe = page::followed(seller.browse(&link).text());
    let callback = stage.stripe.consent(&stripe, "connect", "");
    unopened(&callback);
    assert!(stage.stripe.posts("/oauth/token").is_empty());
    let answer = seller.browse(&callback);
    let page = answer.header("location").expect("a page");
    unopened(page);
    let shown = seller.browse(page);
    assert!(page::element(shown.text(), "checkout-key").is_some());
}

#[test]
fn a_seller_whose_access_was_revoked_unnoticed_connects_again() {
    let stage = Stage::silent(&[]);
    let mut seller = Seller::selling(&stage, "acme");
    let key = seller.checkout_key.clone();
    let taken = seller.post(CONNECT, &json!({"mode": "sandbox"}));
    assert_eq!(taken.error(), refused(409, "stripe/mode-refused"));
    let path = format!("accounts/{}/deauthorize", seller.account());
    stage.stripe.control(&path, &json!({}));
    seller.connect("sandbox");
    assert_eq!(seller.checkout_key, key, "the old key goes on");
    seller.set_up_prices();
    seller.checkout(&Seller::wish("lifetime")).expect(200);
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
        let answer = seller.browse(&stage.api.url(&path));
        assert_eq!(shown(&answer), refused(400, "oauth/code-refused"));
        let said = page::element(answer.text(), "stripe-message").expect("what Stripe says");
        assert!(said.contains("uthorization code"), "{said}");
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
    assert_eq!(
        page::element(answer.text(), "stripe-message").as_deref(),
        Some("The user denied your request")
    );
    assert_eq!(seller.snapshot(), before, "the sandbox stays connected");
    seller.checkout(&Seller::wish("lifetime")).expect(200);
    seller.connect("live");
    assert_eq!(seller.status()["mode"], "live");
}

#[test]
fn what_stripe_says_is_shown_as_text_and_only_to_a_browser_that_began_a_connection() {
    let stage = Stage::new();
    let seller = Seller::new(&stage, "acme");
    let long = format!("%3Cb%3EInvalid%E2%80%AE%0A%20scope{}", "x".repeat(1_000));
    let path = format!("/stripe/callback?error=invalid_scope&error_description={long}");
    let url = stage.api.url(&path);
    let stranger = seller.browse(&url);
    assert_eq!(shown(&stranger), (200, String::new()));
    assert!(!stranger.text().contains("Invalid"), "{}", stranger.text());
    seller.authorize_url("sandbox");
    let answer = seller.browse(&url);
    assert!(answer.text().contains("Stripe did not connect"));
    let said = page::element(answer.text(), "stripe-message").expect("what Stripe says");
    assert!(said.ends_with("xxx") && said.len() < 450, "{said}");
    let said = said.replace("&#60;", "&lt;").replace("&#62;", "&gt;");
    assert!(said.starts_with("&lt;b&gt;Invalid scopexxx"), "{said}");
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
    assert_eq!(answer.error(), refused(403, "plan/upgrade-required"));
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
    let status = seller.status();
    let nothing =
        json!({"connected": false, "mode": null, "hasCheckoutKey": false, "account": null});
    for (name, value) in nothing.as_object().expect("fields") {
        assert_eq!(status[name], *value, "{name}");
    }
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
    let url = seller.authorize_url("sandbox");
    let (_, path) = split(&url);
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
