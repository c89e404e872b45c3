//! The thank-you page: it waits for the payment, and shows the license key to the buyer and to nobody else.

use std::time::Duration;

use mintage_testkit::LoopbackSmtp;
use serde_json::Value;

use crate::harness::page::element;
use crate::harness::seller::session_of;
use crate::harness::stripe::Pay;
use crate::harness::wire::split;
use crate::harness::{Answer, Request, Seller, Stage, eventually};

const BUYER: &str = "buyer@example.com";

/// A checkout whose success URL is the page.
struct Bought<'a> {
    stage: &'a Stage,
    seller: &'a Seller,
    session: String,
    pay_url: String,
}

impl<'a> Bought<'a> {
    /// Opens a checkout that names no success URL.
    fn open(stage: &'a Stage, seller: &'a Seller) -> Self {
        let mut wish = Seller::wish("lifetime");
        wish.as_object_mut()
            .expect("an object")
            .remove("success_url");
        Self::of(stage, seller, &wish)
    }

    fn of(stage: &'a Stage, seller: &'a Seller, wish: &Value) -> Self {
        let opened = seller.checkout(wish).expect(200);
        let pay_url = opened["url"].as_str().expect("a URL").to_owned();
        Self {
            stage,
            seller,
            session: session_of(&pay_url),
            pay_url,
        }
    }

    /// Pays; returns the path of the page that Stripe sends the buyer to.
    fn pay(&self, how: Pay) -> String {
        let back = self.stage.stripe.pay(&self.pay_url, BUYER, how);
        let start = self.stage.api.url("/thanks/");
        assert!(back.starts_with(&start), "{back}");
        split(&back).1
    }

    /// Pays, and waits for the license.
    fn pay_for_license(&self) -> (String, Value) {
        let page = self.pay(Pay::Card);
        (page, self.seller.await_license_of(&self.session))
    }

    /// The page without the token.
    fn without_token(&self) -> String {
        format!("/thanks/{}", self.session)
    }

    fn load(&self, path: &str) -> Answer {
        load(self.stage, path)
    }

    fn resend(&self) -> Answer {
        let path = format!("{}/resend", self.without_token());
        self.stage.api.send(&Request::post(path).form(&[]))
    }
}

fn load(stage: &Stage, path: &str) -> Answer {
    let answer = stage.api.send(&Request::get(path));
    assert_eq!(
        answer.header("content-type"),
        Some("text/html; charset=utf-8")
    );
    for (name, value) in [
        ("cache-control", "no-store"),
        ("referrer-policy", "no-referrer"),
        ("x-robots-tag", "noindex"),
    ] {
        assert_eq!(answer.header(name), Some(value), "{path}");
    }
    answer
}

/// The key on a page.
fn key(answer: &Answer) -> Option<String> {
    element(answer.text(), "license-key")
}

fn title(answer: &Answer) -> String {
    let (_, rest) = answer.text().split_once("<h1>").expect("a heading");
    rest.split('<').next().expect("a text").to_owned()
}

fn failed(answer: &Answer) -> (u16, String) {
    let code = element(answer.text(), "error-code");
    (answer.status, code.unwrap_or_default())
}

#[test]
fn the_page_waits_for_the_payment_with_an_end_and_then_shows_the_key() {
    let stage = Stage::silent(&[]);
    let seller = Seller::selling(&stage, "acme");
    let bought = Bought::open(&stage, &seller);
    let page = bought.pay(Pay::Card);
    let mut waited = 0;
    let mut next = page.clone();
    for nth in 1..=10 {
        let waiting = bought.load(&next);
        assert_eq!(title(&waiting), "Waiting for your payment");
        let refresh = waiting.header("refresh").expect("it loads again");
        let (seconds, url) = refresh.split_once("; url=").expect("a URL");
        waited += seconds.parse::<u32>().expect("seconds");
        assert_eq!(url, format!("{page}&try={nth}"));
        assert_eq!(key(&waiting), None);
        next = url.to_owned();
    }
    assert_eq!(waited, 60);
    for end in [
        next.as_str(),
        &format!("{page}&try=99"),
        &format!("{page}&try=x"),
    ] {
        let waiting = bought.load(end);
        let is_over = !end.ends_with('x');
        assert_eq!(waiting.header("refresh").is_none(), is_over, "{end}");
        assert!(waiting.text().contains("seller@acme.test"), "{end}");
    }
    let event = stage
        .stripe
        .event_of(&bought.session, "checkout.session.completed");
    assert_eq!(seller.hear(&event).status, 200);
    let license = seller.await_license_of(&bought.session);
    for again in [page.as_str(), next.as_str()] {
        let shown = bought.load(again);
        assert_eq!(shown.status, 200);
        assert_eq!(title(&shown), "Thank you for your purchase");
        assert_eq!(key(&shown), Some(seller.reveal(&license)));
        assert_eq!(shown.header("refresh"), None);
        assert!(shown.text().contains("Test mode"), "a sandbox");
        assert!(!shown.text().contains(BUYER), "the address is masked");
        assert!(!shown.text().contains("/resend"), "there is no mail server");
        let policy = shown.header("content-security-policy").expect("a policy");
        assert!(policy.contains("script-src 'self'; form-action 'self'"));
        assert!(!policy.contains("unsafe"), "{policy}");
    }
}

#[test]
fn a_caller_may_name_the_page_or_any_other_as_the_success_url() {
    let stage = Stage::new();
    let seller = Seller::selling(&stage, "acme");
    let mut wish = Seller::wish("lifetime");
    wish["success_url"] = stage.api.url("/thanks/{CHECKOUT_SESSION_ID}").into();
    let bought = Bought::of(&stage, &seller, &wish);
    let (page, license) = bought.pay_for_license();
    assert_eq!(key(&bought.load(&page)), Some(seller.reveal(&license)));
    let own = stage.api.url("/thanks/{CHECKOUT_SESSION_ID}?utm=1");
    for url in ["https://shop.test/thanks/{CHECKOUT_SESSION_ID}", &own] {
        wish["success_url"] = url.into();
        let opened = seller.checkout(&wish).expect(200);
        let pay_url = opened["url"].as_str().expect("a URL");
        let back = stage.stripe.pay(pay_url, BUYER, Pay::Card);
        let expected = url.replace("{CHECKOUT_SESSION_ID}", &session_of(pay_url));
        assert_eq!(back, expected, "it stays as it is");
    }
}

#[test]
fn whoever_has_the_session_alone_sees_no_key_and_no_address() {
    let stage = Stage::new();
    let seller = Seller::selling(&stage, "acme");
    let (bought, other) = (Bought::open(&stage, &seller), Bought::open(&stage, &seller));
    let (page, license) = bought.pay_for_license();
    let (others, _) = other.pay_for_license();
    let (_, token) = others.split_once('?').expect("a token");
    let bare = bought.without_token();
    for path in [
        bare.clone(),
        format!("{bare}?{token}"),
        format!("{bare}?token="),
        format!("{bare}?token=k1.AAAA"),
        format!("{bare}?token=%22%3E%3Cscript%3E"),
        format!("{bare}?token={}", "a".repeat(5_000)),
        format!("{bare}?token=%0d%0aSet-Cookie:a=b"),
        page.replace("token=", "token=x"),
    ] {
        let shown = bought.load(&path);
        assert_eq!((shown.status, key(&shown)), (200, None), "{path}");
        assert!(element(shown.text(), "without-key").is_some(), "{path}");
        for secret in [&*seller.reveal(&license), BUYER, "><script", "Set-Cookie"] {
            assert!(!shown.text().contains(secret), "{path}");
        }
    }
}

#[test]
fn the_key_is_shown_for_a_day() {
    let stage = Stage::new();
    let seller = Seller::selling(&stage, "acme");
    let bought = Bought::open(&stage, &seller);
    let (page, _) = bought.pay_for_license();
    stage.advance(Duration::from_mins(24 * 60 - 1));
    assert!(key(&bought.load(&page)).is_some());
    stage.advance(Duration::from_mins(1));
    let late = bought.load(&page);
    assert_eq!((late.status, key(&late)), (200, None));
    let why = element(late.text(), "without-key").expect("a reason");
    assert!(why.contains("for a day"), "{why}");
}

#[test]
fn the_page_says_what_has_become_of_the_license() {
    let stage = Stage::new();
    let seller = Seller::selling(&stage, "acme");
    let bought = Bought::open(&stage, &seller);
    let (page, license) = bought.pay_for_license();
    let id = license["id"].as_str().expect("an id");
    let command = |name: &str| {
        let path = format!("/v1/licenses/{id}/{name}");
        seller.manage(Request::post(path)).expect(200)
    };
    command("freeze");
    let frozen = bought.load(&page);
    assert_eq!(title(&frozen), "Your license is on hold");
    assert_eq!(key(&frozen), None);
    command("thaw");
    assert!(key(&bought.load(&page)).is_some());
    stage.stripe.refund(&bought.session, None);
    let refunded = eventually("the refund", || {
        let page = bought.load(&page);
        (title(&page) == "Your purchase was refunded").then_some(page)
    });
    assert_eq!(key(&refunded), None);
    let other = Bought::open(&stage, &seller);
    let (page, license) = other.pay_for_license();
    let id = license["id"].as_str().expect("an id");
    seller.manage(Request::post(format!("/v1/licenses/{id}/revoke")));
    let revoked = other.load(&page);
    assert_eq!(title(&revoked), "Your license was revoked");
    assert_eq!(key(&revoked), None);
    assert_eq!(failed(&other.resend()).0, 409);
}

#[test]
fn a_payment_that_takes_days_does_not_load_the_page_again_and_again() {
    let stage = Stage::new();
    let seller = Seller::selling(&stage, "acme");
    for (succeeds, end) in [
        (true, "Thank you for your purchase"),
        (false, "Your payment has failed"),
    ] {
        let bought = Bought::open(&stage, &seller);
        let page = bought.pay(Pay::BankDebit);
        seller.await_order(&bought.session, "awaiting_payment");
        let waiting = bought.load(&page);
        assert_eq!(title(&waiting), "Your payment is on its way");
        assert_eq!(waiting.header("refresh"), None);
        stage.stripe.settle(&bought.session, succeeds);
        eventually(end, || (title(&bought.load(&page)) == end).then_some(()));
    }
}

#[test]
fn an_unknown_session_is_404_and_guesses_are_limited_by_address() {
    let stage = Stage::with(&[("MINTAGE_RATES", "failures=3,address=1000")]);
    let seller = Seller::selling(&stage, "acme");
    let bought = Bought::open(&stage, &seller);
    let (page, _) = bought.pay_for_license();
    for unknown in ["cs_test_unknown", "nothing", "%2e%2e"] {
        let answer = load(&stage, &format!("/thanks/{unknown}"));
        assert_eq!(failed(&answer), (404, "common/not-found".to_owned()));
        assert_eq!(title(&answer), "Purchase not found");
    }
    let refused = load(&stage, "/thanks/cs_test_unknown");
    assert_eq!(failed(&refused), (429, "common/rate-limited".to_owned()));
    let resend = Request::post("/thanks/cs_test_unknown/resend").form(&[]);
    assert_eq!(stage.api.send(&resend).status, 429);
    assert!(key(&bought.load(&page)).is_some(), "the buyer goes on");
    let elsewhere = Request::get("/thanks/cs_test_unknown");
    let elsewhere = elsewhere.header("X-Forwarded-For", "203.0.113.9");
    assert_eq!(stage.api.send(&elsewhere).status, 404);
}

#[test]
fn an_address_that_loads_the_page_too_often_waits() {
    let stage = Stage::with(&[("MINTAGE_RATES", "address=2")]);
    let seller = Seller::selling(&stage, "acme");
    let bought = Bought::open(&stage, &seller);
    for _ in 0..2 {
        assert_eq!(bought.load(&bought.without_token()).status, 200);
    }
    let refused = bought.load(&bought.without_token());
    assert_eq!(failed(&refused), (429, "common/rate-limited".to_owned()));
}

#[test]
fn the_key_is_mailed_again_to_the_address_of_the_buyer_a_few_times() {
    let smtp = LoopbackSmtp::start();
    let stage = Stage::with(&[
        ("MINTAGE_SMTP_URL", &format!("smtp://{}", smtp.address())),
        ("MINTAGE_MAIL_FROM", "\"Acme\" <licenses@acme.test>"),
    ]);
    let seller = Seller::selling(&stage, "acme");
    let bought = Bought::open(&stage, &seller);
    assert_eq!(failed(&bought.resend()).0, 404, "it is not paid yet");
    let (page, license) = bought.pay_for_license();
    let shown = bought.load(&page);
    let masked = element(shown.text(), "mailed-to");
    assert_eq!(masked.as_deref(), Some("b***@e***.com"));
    let (_, action) = shown.text().split_once("action=\"").expect("a form");
    let action = action.split('"').next().expect("an end").to_owned();
    assert_eq!(action, page.replace('?', "/resend?"));
    for nth in 1..=5 {
        let sent = stage.api.send(&Request::post(action.as_str()).form(&[]));
        assert_eq!(sent.status, 303, "the {nth}th");
        let back = sent.header("location").expect("a page").to_owned();
        assert_eq!(back, format!("{page}&mail=sent"));
        let after = bought.load(&back);
        assert!(after.text().contains("on its way to your mailbox"));
        assert!(key(&after).is_some());
    }
    let refused = bought.resend();
    assert_eq!(failed(&refused), (429, "common/rate-limited".to_owned()));
    let mails = eventually("the mails", || {
        Some(smtp.received()).filter(|all| all.len() >= 6)
    });
    assert!(mails.iter().all(|mail| mail.readers == [BUYER]));
    let id = license["id"].as_str().expect("an id");
    let written = stage.audit("acme", id);
    let by_buyer = ("license.resent".to_owned(), "buyer".to_owned());
    let count = written.iter().filter(|entry| **entry == by_buyer).count();
    assert_eq!(count, 5, "{written:?}");
}

#[test]
fn a_server_without_mail_says_so() {
    let stage = Stage::new();
    let seller = Seller::selling(&stage, "acme");
    let bought = Bought::open(&stage, &seller);
    bought.pay_for_license();
    let refused = bought.resend();
    assert_eq!(failed(&refused), (409, "mail/not-configured".to_owned()));
}
