//! What is asked and nothing made: accounts, OAuth, and modes that are not set up.

use std::sync::Arc;

use mintage_domain::base::id::StripeProductId;
use mintage_domain::base::mode::Mode;
use mintage_domain::base::secret::Secret;
use mintage_domain::base::url::WebUrl;
use mintage_domain::ports::{HttpError, HttpResponse, Method, Stripe, StripeError, StripeRefusal};
use mintage_testkit::ScriptedHttp;
use serde_json::json;

use crate::offline::{self, body, call, header};
use crate::samples::{MAKES, account, key, stock};

#[test]
fn an_account_is_asked_for_by_the_platform_and_may_be_nearly_empty() {
    let told = r#"{"id":"acct_1","charges_enabled":true,"type":"standard","country":"DE","x":[]}"#;
    for (answer, charges, kind) in [
        (told, true, Some("standard")),
        (r#"{"id":"acct_1"}"#, false, None),
    ] {
        let (read, asked) = call(ScriptedHttp::new().answer(200, answer), |stripe| {
            stripe.account(&account(Mode::Sandbox))
        });
        let read = read.expect("an account");
        assert_eq!(
            (read.charges_enabled, read.kind.as_deref()),
            (charges, kind)
        );
        assert_eq!(asked.method, Method::Get);
        assert_eq!(asked.url, "https://api.test/v1/accounts/acct_1");
        assert_eq!(header(&asked, "Stripe-Account"), None);
        assert!(asked.body.is_empty());
    }
}

#[test]
fn the_authorize_page_is_named_with_all_that_separates_percent_encoded() {
    let http = Arc::new(ScriptedHttp::new());
    let stripe = offline::client(&http, &Mode::ALL);
    let redirect = WebUrl::parse("https://mint.test/stripe/callback?a=b&c=d").expect("a URL");
    let url = stripe.authorize_url(Mode::Live, &Secret::new("s&t=1 #ä"), &redirect);
    assert_eq!(
        url.as_deref(),
        Ok(
            "https://connect.test/oauth/authorize?response_type=code&client_id=ca_live\
             &scope=read_write&state=s%26t%3D1+%23%C3%A4\
             &redirect_uri=https://mint.test/stripe/callback?a%3Db%26c%3Dd"
        )
    );
    assert!(http.sent().is_empty());
}

#[test]
fn a_code_is_sent_once_whatever_comes_of_it() {
    let broken = HttpError::Broken("reset".to_owned());
    let lost = StripeError::Unavailable(broken.to_string());
    let ok = |status, body: &str| {
        Ok(HttpResponse {
            status,
            headers: Vec::new(),
            body: body.as_bytes().to_vec(),
        })
    };
    let oauth = |code: &str| format!(r#"{{"error":"{code}","error_description":"ac_1 refused"}}"#);
    let refused = |code: &str| StripeRefusal {
        code: Some(code.to_owned()),
        message: "… refused".to_owned(),
        ..StripeRefusal::default()
    };
    for (answer, error) in [
        (Err(broken), lost),
        (
            Err(HttpError::TooLarge),
            StripeError::Unreadable("the answer is too large".to_owned()),
        ),
        (
            ok(400, &oauth("invalid_grant")),
            StripeError::CodeRefused(refused("invalid_grant")),
        ),
        (ok(401, &oauth("invalid_client")), StripeError::Unauthorized),
        (
            ok(400, &oauth("invalid_scope")),
            StripeError::Refused(refused("invalid_scope")),
        ),
        (ok(429, ""), StripeError::Busy { retry_after: None }),
        (
            ok(500, &oauth("invalid_grant")),
            StripeError::Unavailable("status 500: no reason given".to_owned()),
        ),
        (
            ok(200, r#"{"stripe_user_id":"acct_1"}"#),
            StripeError::Unreadable(
                "the answer is not what was asked for, line 1 column 27".to_owned(),
            ),
        ),
    ] {
        let (granted, asked) = call(ScriptedHttp::new().then(answer), |stripe| {
            stripe.exchange(Mode::Sandbox, &Secret::new("ac_1"))
        });
        assert_eq!(granted, Err(error));
        assert_eq!(asked.url, "https://connect.test/oauth/token");
        assert_eq!(body(&asked), "code=ac_1&grant_type=authorization_code");
    }
}

#[test]
fn a_mode_that_is_not_set_up_is_refused_without_a_request() {
    let http = Arc::new(ScriptedHttp::new());
    let stripe = offline::client(&http, &[Mode::Sandbox]);
    assert!(stripe.offers(Mode::Sandbox));
    assert!(!stripe.offers(Mode::Live));
    let refused = StripeError::NotConfigured(Mode::Live);
    let redirect = WebUrl::parse("https://mint.test/").expect("a URL");
    let state = Secret::new("s");
    let live = account(Mode::Live);
    assert_eq!(
        stripe.authorize_url(Mode::Live, &state, &redirect),
        Err(refused.clone())
    );
    assert_eq!(stripe.exchange(Mode::Live, &state), Err(refused.clone()));
    assert_eq!(stripe.deauthorize(&live), Err(refused.clone()));
    assert_eq!(stripe.account(&live), Err(refused.clone()));
    for (_, make) in MAKES {
        assert_eq!(
            make(&stripe, &live, &stock(), &key("k1")),
            Err(refused.clone())
        );
    }
    assert!(http.sent().is_empty());
}

#[test]
fn a_plan_among_the_prices_is_left_out() {
    let row = |id: &str| json!({"id": id, "active": true, "currency": "usd", "unit_amount": 2_900, "metadata": {}});
    let page = json!({"data": [row("price_1"), row("gold"), row("price_2")]}).to_string();
    let (prices, _) = call(ScriptedHttp::new().answer(200, page), |stripe| {
        let product = StripeProductId::parse("prod_1").expect("an id");
        stripe.prices(&account(Mode::Live), &product)
    });
    let prices = prices.expect("a page");
    let ids: Vec<&str> = prices.iter().map(|price| price.id.as_str()).collect();
    assert_eq!(ids, ["price_1", "price_2"]);
}
