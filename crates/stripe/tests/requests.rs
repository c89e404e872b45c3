//! Every call as it leaves, and what is made of answers that only a recorder can give.

mod samples;

use std::sync::{Arc, Mutex};

use mintage_domain::fee::BasisPoints;
use mintage_domain::mode::Mode;
use mintage_domain::ports::{
    CheckoutRequest, Http, HttpError, HttpRequest, HttpResponse, Method, Stripe, StripeError,
};
use mintage_domain::secret::Secret;
use mintage_domain::web_url::WebUrl;
use mintage_stripe::StripeClient;
use samples::{account, checkout, client, key, price, product, usd};

/// Answers everything alike, and keeps what was asked.
struct Recorder {
    answer: Result<HttpResponse, HttpError>,
    asked: Mutex<Vec<HttpRequest>>,
}

impl Recorder {
    fn answering(status: u16, body: &str) -> Arc<Self> {
        Self::with(Ok(HttpResponse {
            status,
            headers: Vec::new(),
            body: body.as_bytes().to_vec(),
        }))
    }

    fn with(answer: Result<HttpResponse, HttpError>) -> Arc<Self> {
        Arc::new(Self {
            answer,
            asked: Mutex::default(),
        })
    }

    fn client(self: &Arc<Self>) -> StripeClient {
        client(
            Arc::<Self>::clone(self),
            "https://api.test",
            "https://connect.test",
            &Mode::ALL,
        )
    }

    /// The only request.
    fn asked(&self) -> HttpRequest {
        let asked = self.asked.lock().expect("a lock");
        assert_eq!(asked.len(), 1, "{asked:?}");
        asked[0].clone()
    }
}

impl Http for Recorder {
    fn send(&self, request: &HttpRequest) -> Result<HttpResponse, HttpError> {
        self.asked.lock().expect("a lock").push(request.clone());
        self.answer.clone()
    }
}

fn header<'a>(request: &'a HttpRequest, name: &str) -> Option<&'a str> {
    let (_, value) = request.headers.iter().find(|(known, _)| *known == name)?;
    Some(value)
}

fn body(request: &HttpRequest) -> String {
    String::from_utf8(request.body.clone()).expect("a form")
}

type Make = fn(&StripeClient, Mode) -> Result<String, StripeError>;

const MAKES: [(&str, Make); 3] = [
    ("products", |stripe, mode| {
        let made = stripe.create_product(&account(mode), &product(), &key("k1"));
        made.map(|id| id.to_string())
    }),
    ("prices", |stripe, mode| {
        let made = stripe.create_price(&account(mode), &price(), &key("k1"));
        made.map(|id| id.to_string())
    }),
    ("checkout/sessions", |stripe, mode| {
        let opened = stripe.open_checkout(&account(mode), &checkout(), &key("k1"));
        opened.map(|session| session.url)
    }),
];

#[test]
fn whatever_is_made_is_made_on_the_account_in_its_mode_and_under_its_key() {
    for (path, make) in MAKES {
        for (mode, secret) in [(Mode::Sandbox, "sk_test_1"), (Mode::Live, "sk_live_1")] {
            let recorder = Recorder::answering(500, "");
            make(&recorder.client(), mode).expect_err("status 500");
            let asked = recorder.asked();
            assert_eq!(asked.method, Method::Post);
            assert_eq!(asked.url, format!("https://api.test/v1/{path}"));
            let bearer = asked.authorization.as_ref().map(Secret::expose);
            assert_eq!(bearer, Some(format!("Bearer {secret}").as_str()));
            for (name, value) in [
                ("Stripe-Version", "2026-09-30.endive"),
                ("Stripe-Account", "acct_1"),
                ("Idempotency-Key", "k1"),
                ("Content-Type", "application/x-www-form-urlencoded"),
            ] {
                assert_eq!(header(&asked, name), Some(value), "{path}: {name}");
            }
        }
    }
}

#[test]
fn a_repeated_call_is_the_same_bytes() {
    for (path, make) in MAKES {
        let bodies: Vec<String> = (0..8)
            .map(|_| {
                let recorder = Recorder::answering(500, "");
                make(&recorder.client(), Mode::Live).expect_err("status 500");
                body(&recorder.asked())
            })
            .collect();
        assert!(
            bodies.windows(2).all(|pair| pair[0] == pair[1]),
            "{path}: {bodies:?}"
        );
    }
}

#[test]
fn a_product_carries_its_name_and_whose_it_is() {
    let recorder = Recorder::answering(200, r#"{"id":"prod_1","object":"product"}"#);
    let made = recorder
        .client()
        .create_product(&account(Mode::Live), &product(), &key("k1"));
    assert_eq!(made.map(|id| id.to_string()).as_deref(), Ok("prod_1"));
    assert_eq!(
        fields(&body(&recorder.asked())),
        [
            "metadata[product_id]=glow",
            "metadata[tenant_id]=acme",
            "name=Glow & Co: 100% ä",
        ]
    );
}

#[test]
fn a_price_is_in_minor_units_of_its_product() {
    let recorder = Recorder::answering(200, r#"{"id":"price_1","livemode":true}"#);
    let made = recorder
        .client()
        .create_price(&account(Mode::Live), &price(), &key("k1"));
    assert_eq!(made.map(|id| id.to_string()).as_deref(), Ok("price_1"));
    assert_eq!(
        fields(&body(&recorder.asked())),
        [
            "currency=usd",
            "metadata[key_type_id]=pro",
            "metadata[product_id]=glow",
            "metadata[tenant_id]=acme",
            "nickname=Pro, for life",
            "product=prod_1",
            "unit_amount=2900",
        ]
    );
}

#[test]
fn a_checkout_tells_session_and_payment_whose_it_is_and_what_the_platform_takes() {
    let recorder = Recorder::answering(200, r#"{"id":"cs_live_1","url":"https://pay.test/1"}"#);
    let opened = recorder
        .client()
        .open_checkout(&account(Mode::Live), &checkout(), &key("k1"));
    assert_eq!(
        opened.map(|session| session.url).as_deref(),
        Ok("https://pay.test/1")
    );
    assert_eq!(
        fields(&body(&recorder.asked())),
        [
            "cancel_url=https://shop.test/cancel",
            "client_reference_id=ord_1",
            "customer_email=ada+1@shop.test",
            "line_items[0][price]=price_1",
            "line_items[0][quantity]=1",
            "metadata[customer_email]=ada+1@shop.test",
            "metadata[key_type_id]=pro",
            "metadata[product_id]=glow",
            "metadata[tenant_id]=acme",
            "mode=payment",
            "payment_intent_data[application_fee_amount]=15",
            "payment_intent_data[metadata][customer_email]=ada+1@shop.test",
            "payment_intent_data[metadata][key_type_id]=pro",
            "payment_intent_data[metadata][product_id]=glow",
            "payment_intent_data[metadata][tenant_id]=acme",
            "success_url=https://shop.test/thanks?s={CHECKOUT_SESSION_ID}",
        ]
    );
}

#[test]
fn a_checkout_says_nothing_of_a_fee_that_is_none_or_of_a_buyer_who_is_unknown() {
    let bare = CheckoutRequest {
        fee: None,
        buyer: None,
        ..checkout()
    };
    let zero = CheckoutRequest {
        fee: Some(usd(0)),
        ..bare.clone()
    };
    for checkout in [bare, zero] {
        let recorder = Recorder::answering(500, "");
        let opened = recorder
            .client()
            .open_checkout(&account(Mode::Live), &checkout, &key("k1"));
        opened.expect_err("status 500");
        let sent = body(&recorder.asked());
        for absent in ["fee", "email"] {
            assert!(!sent.contains(absent), "{absent} in {sent}");
        }
    }
}

#[test]
fn the_fee_of_the_sample_is_the_published_one() {
    let half_a_percent = BasisPoints::new(50).expect("a share");
    assert_eq!(checkout().fee, half_a_percent.fee(price().amount));
}

#[test]
fn an_account_is_asked_for_by_the_platform_and_may_be_nearly_empty() {
    let told = r#"{"id":"acct_1","charges_enabled":true,"type":"standard","country":"DE","x":[]}"#;
    for (answer, charges, kind) in [
        (told, true, Some("standard")),
        (r#"{"id":"acct_1"}"#, false, None),
    ] {
        let recorder = Recorder::answering(200, answer);
        let read = recorder
            .client()
            .account(&account(Mode::Sandbox))
            .expect("an account");
        assert_eq!(
            (read.charges_enabled, read.kind.as_deref()),
            (charges, kind)
        );
        let asked = recorder.asked();
        assert_eq!(asked.method, Method::Get);
        assert_eq!(asked.url, "https://api.test/v1/accounts/acct_1");
        assert_eq!(header(&asked, "Stripe-Account"), None);
        assert!(asked.body.is_empty());
    }
}

#[test]
fn the_authorize_page_is_named_with_all_that_separates_percent_encoded() {
    let recorder = Recorder::answering(500, "");
    let redirect = WebUrl::parse("https://mint.test/stripe/callback?a=b&c=d").expect("a URL");
    let url = recorder
        .client()
        .authorize_url(Mode::Live, &Secret::new("s&t=1 #ä"), &redirect);
    assert_eq!(
        url.as_deref(),
        Ok(
            "https://connect.test/oauth/authorize?response_type=code&client_id=ca_live\
             &scope=read_write&state=s%26t%3D1+%23%C3%A4\
             &redirect_uri=https://mint.test/stripe/callback?a%3Db%26c%3Dd"
        )
    );
    assert!(recorder.asked.lock().expect("a lock").is_empty());
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
    let refused = |code: &str| StripeError::Refused {
        code: Some(code.to_owned()),
        message: "… refused".to_owned(),
    };
    for (answer, error) in [
        (Err(broken), lost),
        (ok(400, &oauth("invalid_grant")), StripeError::CodeRefused),
        (ok(401, &oauth("invalid_client")), StripeError::Unauthorized),
        (ok(400, &oauth("invalid_scope")), refused("invalid_scope")),
        (ok(429, ""), StripeError::Busy { retry_after: None }),
        (
            ok(500, &oauth("invalid_grant")),
            StripeError::Unavailable("status 500: no reason given".to_owned()),
        ),
        (
            ok(200, r#"{"stripe_user_id":"acct_1"}"#),
            StripeError::Unavailable(
                "the answer is not what was asked for, line 1 column 27".to_owned(),
            ),
        ),
    ] {
        let recorder = Recorder::with(answer);
        let granted = recorder
            .client()
            .exchange(Mode::Sandbox, &Secret::new("ac_1"));
        assert_eq!(granted, Err(error));
        let asked = recorder.asked();
        assert_eq!(asked.url, "https://connect.test/oauth/token");
        assert_eq!(body(&asked), "code=ac_1&grant_type=authorization_code");
    }
}

#[test]
fn a_mode_that_is_not_set_up_is_refused_without_a_request() {
    let recorder = Recorder::answering(200, "{}");
    let http = Arc::<Recorder>::clone(&recorder);
    let stripe = client(
        http,
        "https://api.test",
        "https://connect.test",
        &[Mode::Sandbox],
    );
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
        assert_eq!(make(&stripe, Mode::Live), Err(refused.clone()));
    }
    assert!(recorder.asked.lock().expect("a lock").is_empty());
}

#[test]
fn an_answer_that_is_not_what_was_asked_for_quotes_nothing() {
    for answer in [
        r#"{"id":"secret words"}"#,
        r#"{"id":["secret"]}"#,
        "secret",
        "",
    ] {
        for (path, make) in MAKES {
            let recorder = Recorder::answering(200, answer);
            let error = make(&recorder.client(), Mode::Live).expect_err(answer);
            let StripeError::Unavailable(said) = &error else {
                panic!("{path} {answer}: {error:?}");
            };
            assert!(!said.contains("secret"), "{said}");
        }
    }
}

/// A form's fields as its reader sees them, in the order sent.
fn fields(form: &str) -> Vec<String> {
    form.split('&').map(decode).collect()
}

fn decode(field: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = field.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let digits: Vec<u8> = rest.by_ref().take(2).collect();
                let digits = String::from_utf8(digits).expect("hex digits");
                u8::from_str_radix(&digits, 16).expect("hex digits")
            }
            plain => plain,
        });
    }
    String::from_utf8(bytes).expect("UTF-8")
}
