//! Stripe's webhooks: whose signature, how old, and what it says.

use std::sync::Arc;

use data_encoding::HEXLOWER;
use mintage_domain::base::mode::Mode;
use mintage_domain::base::secret::Secret;
use mintage_domain::base::time::Timestamp;
use mintage_domain::base::url::WebUrl;
use mintage_domain::model::stripe::event::{EventData, StripeEvent};
use mintage_domain::ports::{Http, HttpError, HttpRequest, HttpResponse, WebhookError, Webhooks};
use mintage_stripe::{ModeConfig, StripeClient, StripeConfig};
use proptest::prelude::*;
use ring::hmac;

const SANDBOX: &str = "whsec_sandbox";
const LIVE: &str = "whsec_live";
const NOW: i64 = 1_790_000_000;
const PING: &[u8] = br#"{"id":"evt_1","type":"ping","livemode":false}"#;

/// Webhooks come in; nothing goes out.
struct NoHttp;

impl Http for NoHttp {
    fn check_url(&self, _: &str) -> Result<(), HttpError> {
        Ok(())
    }

    fn send(&self, request: &HttpRequest) -> Result<HttpResponse, HttpError> {
        panic!("a webhook asked for {}", request.url);
    }
}

fn webhooks(sandbox: Option<&str>, live: Option<&str>) -> StripeClient {
    let url = WebUrl::parse("https://stripe.test").expect("a URL");
    let modes = [
        (Mode::Sandbox, "sk_test_1", sandbox),
        (Mode::Live, "sk_live_1", live),
    ]
    .map(|(mode, key, secret)| {
        ModeConfig::new(mode, "ca_1", Secret::new(key), secret.map(Secret::new)).expect("sound")
    });
    let config = StripeConfig::new(&url, &url, modes).expect("sound");
    StripeClient::new(Arc::new(NoHttp), config)
}

fn both() -> StripeClient {
    webhooks(Some(SANDBOX), Some(LIVE))
}

fn now() -> Timestamp {
    Timestamp::from_unix_seconds(NOW).expect("a time")
}

fn tag(secret: &str, time: &str, body: &[u8]) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let signed = [time.as_bytes(), b".", body].concat();
    HEXLOWER.encode(hmac::sign(&key, &signed).as_ref())
}

fn signed(secret: &str, seconds: i64, body: &[u8]) -> String {
    let time = seconds.to_string();
    format!("t={time},v1={}", tag(secret, &time, body))
}

#[test]
fn a_signature_made_by_openssl_fits() {
    // printf '%s' '1790000000.<PING>' | openssl dgst -sha256 -hmac whsec_golden
    let header = "t=1790000000,\
        v1=7eae08d55ae9625e67dab5e5967b737b0b036bd78eef7a544e621275f3a06351";
    let read = webhooks(Some("whsec_golden"), None).read_connect(PING, header, now());
    let event = StripeEvent {
        id: "evt_1".to_owned().try_into().expect("an id"),
        kind: "ping".to_owned(),
        account: None,
        livemode: false,
        data: EventData::Other,
    };
    assert_eq!(read, Ok((Mode::Sandbox, event)));
}

#[test]
fn the_secret_that_fits_tells_the_mode() {
    for (secret, mode) in [(SANDBOX, Mode::Sandbox), (LIVE, Mode::Live)] {
        let read = both().read_connect(PING, &signed(secret, NOW, PING), now());
        assert_eq!(read.map(|(mode, _)| mode), Ok(mode));
    }
}

#[test]
fn a_header_is_judged_as_written() {
    let time = NOW.to_string();
    let good = tag(LIVE, &time, PING);
    let bad = tag("whsec_other", &time, PING);
    let ok = Ok(Mode::Live);
    let refused = Err(WebhookError::BadSignature);
    let many = format!(",v1={bad}").repeat(20);
    for (header, verdict) in [
        (format!("t={time},v1={good}"), ok.clone()),
        (format!("v1={good},t={time}"), ok.clone()),
        (format!("t={time},v1={bad},v1={good}"), ok.clone()),
        (format!("t={time},v1={good},v1={bad}"), ok.clone()),
        (format!("t={time},v1=,v1=zz,v1=abc,v1={good}"), ok.clone()),
        (format!("t={time},v0={bad},v1={good},v2=x,odd"), ok.clone()),
        (format!("t={time}, v1={good}"), ok.clone()),
        (format!("t={time},v1={}", good.to_uppercase()), ok),
        (format!("t={time},v1={bad}"), refused.clone()),
        (format!("t={time},v0={good}"), refused.clone()),
        (format!("t={time}"), refused.clone()),
        (format!("v1={good}"), refused.clone()),
        (format!("t={time},t={time},v1={good}"), refused.clone()),
        (format!("t={},v1={good}", NOW + 1), refused.clone()),
        (format!("t=0{time},v1={good}"), refused.clone()),
        (format!("t=+{time},v1={good}"), refused.clone()),
        (format!("t= {time},v1={good}"), refused.clone()),
        (format!("t=,v1={good}"), refused.clone()),
        (format!("t={time}0000000000000,v1={good}"), refused.clone()),
        (format!("t={time},v1={}", &good[..62]), refused.clone()),
        (format!("t={time},v1={good}00"), refused.clone()),
        (format!("t={time},v1={good}{many}"), refused.clone()),
        (
            format!("t={time},v1={good},v0={}", "0".repeat(1 << 20)),
            refused.clone(),
        ),
        (String::new(), refused.clone()),
        (",=,==".to_owned(), refused.clone()),
        ("t".to_owned(), refused),
    ] {
        let read = both().read_connect(PING, &header, now());
        let shown: String = header.chars().take(200).collect();
        assert_eq!(read.map(|(mode, _)| mode), verdict, "{shown}");
    }
}

#[test]
fn a_body_that_differs_by_one_byte_was_not_signed() {
    let header = signed(LIVE, NOW, PING);
    for place in 0..PING.len() {
        let mut body = PING.to_vec();
        body[place] ^= 1;
        let read = both().read_connect(&body, &header, now());
        assert_eq!(read, Err(WebhookError::BadSignature), "{place}");
    }
    let longer = [PING, b"\n"].concat();
    let read = both().read_connect(&longer, &header, now());
    assert_eq!(read, Err(WebhookError::BadSignature));
}

#[test]
fn a_signature_is_good_for_five_minutes_either_way() {
    for (age, verdict) in [
        (-301, Err(WebhookError::Stale)),
        (-300, Ok(Mode::Live)),
        (0, Ok(Mode::Live)),
        (300, Ok(Mode::Live)),
        (301, Err(WebhookError::Stale)),
        (NOW, Err(WebhookError::Stale)),
    ] {
        let read = both().read_connect(PING, &signed(LIVE, NOW - age, PING), now());
        assert_eq!(read.map(|(mode, _)| mode), verdict, "{age}");
    }
}

#[test]
fn a_forgery_is_not_told_that_it_is_stale() {
    let read = both().read_connect(PING, &signed("whsec_other", 0, PING), now());
    assert_eq!(read, Err(WebhookError::BadSignature));
}

#[test]
fn without_a_secret_nothing_is_believed() {
    let none = webhooks(None, None);
    for header in [
        signed("", NOW, PING),
        signed(LIVE, NOW, PING),
        String::new(),
    ] {
        let read = none.read_connect(PING, &header, now());
        assert_eq!(read, Err(WebhookError::NoSecret), "{header}");
    }
    let sandbox_only = webhooks(Some(SANDBOX), None);
    let read = sandbox_only.read_connect(PING, &signed(LIVE, NOW, PING), now());
    assert_eq!(read, Err(WebhookError::BadSignature));
}

#[test]
fn what_is_signed_and_no_event_is_said_to_be_none() {
    let body = b"[1, 2]";
    let read = both().read_connect(body, &signed(LIVE, NOW, body), now());
    assert_eq!(read, Err(WebhookError::NotAnEvent));
}

proptest! {
    #[test]
    fn no_header_panics_or_passes(header in ".{0,400}") {
        prop_assert!(both().read_connect(PING, &header, now()).is_err());
    }

    #[test]
    fn no_header_in_about_the_right_form_panics_or_passes(
        header in "(t=[0-9+-]{0,22},?|v[01]=[0-9a-fA-F]{0,70},?|,|=){0,12}",
    ) {
        prop_assert!(both().read_connect(PING, &header, now()).is_err());
    }

    #[test]
    fn no_body_panics(body: Vec<u8>) {
        let _ = both().reread(&body);
    }
}
