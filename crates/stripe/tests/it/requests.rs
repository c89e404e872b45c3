//! What is made, as the request leaves.

use mintage_domain::base::id::StripePriceId;
use mintage_domain::base::mode::Mode;
use mintage_domain::base::secret::Secret;
use mintage_domain::model::catalog::sale::SessionOptions;
use mintage_domain::model::sales::fee::BasisPoints;
use mintage_domain::model::sales::items::Quantity;
use mintage_domain::ports::CheckoutLine;
use mintage_domain::ports::{CheckoutRequest, Method, Stripe, StripeError};
use mintage_testkit::ScriptedHttp;

use crate::offline::{body, call, header};
use crate::samples::{MAKES, account, checkout, key, one_of, price, product, stock, usd};

/// Enough when only the request matters.
fn failing() -> ScriptedHttp {
    ScriptedHttp::new().answer(500, "")
}

#[test]
fn whatever_is_made_is_made_on_the_account_in_its_mode_and_under_its_key() {
    for (path, make) in MAKES {
        for (mode, secret) in [(Mode::Sandbox, "sk_test_1"), (Mode::Live, "sk_live_1")] {
            let (_, asked) = call(failing(), |stripe| {
                make(stripe, &account(mode), &stock(), &key("k1"))
            });
            assert_eq!(asked.method, Method::Post);
            assert_eq!(asked.url, format!("https://api.test{path}"));
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
                let (_, asked) = call(failing(), |stripe| {
                    make(stripe, &account(Mode::Live), &stock(), &key("k1"))
                });
                body(&asked)
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
    let answer = ScriptedHttp::new().answer(200, r#"{"id":"prod_1","object":"product"}"#);
    let (made, asked) = call(answer, |stripe| {
        stripe.create_product(&account(Mode::Live), &product(), &key("k1"))
    });
    assert_eq!(made.map(|id| id.to_string()).as_deref(), Ok("prod_1"));
    assert_eq!(
        fields(&body(&asked)),
        [
            "metadata[key_type_id]=pro",
            "metadata[product_id]=glow",
            "metadata[tenant_id]=acme",
            "name=Glow & Co: 100% ä",
        ]
    );
}

#[test]
fn a_price_is_in_minor_units_of_its_product() {
    let answer = ScriptedHttp::new().answer(200, r#"{"id":"price_1","livemode":true}"#);
    let (made, asked) = call(answer, |stripe| {
        stripe.create_price(&account(Mode::Live), &price(), &key("k1"))
    });
    assert_eq!(made.map(|id| id.to_string()).as_deref(), Ok("price_1"));
    assert_eq!(
        fields(&body(&asked)),
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
    let answer =
        ScriptedHttp::new().answer(200, r#"{"id":"cs_live_1","url":"https://pay.test/1"}"#);
    let (opened, asked) = call(answer, |stripe| {
        stripe.open_checkout(&account(Mode::Live).into(), &checkout(), &key("k1"))
    });
    assert_eq!(
        opened.map(|session| session.url).as_deref(),
        Ok("https://pay.test/1")
    );
    assert_eq!(
        fields(&body(&asked)),
        [
            "cancel_url=https://shop.test/cancel",
            "client_reference_id=ord_1",
            "customer_email=ada+1@shop.test",
            "line_items[0][price]=price_1",
            "line_items[0][quantity]=1",
            "metadata[customer_email]=ada+1@shop.test",
            "metadata[key_type_id]=pro",
            "metadata[mintage_order_0]=AAAA",
            "metadata[mintage_order_sig]=1.k1.BBBB",
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
fn a_checkout_has_its_lines_and_sends_the_switches_that_are_on() {
    let price = |id: &str| StripePriceId::parse(id).expect("an id");
    let several = CheckoutRequest {
        lines: vec![
            one_of(price("price_1")),
            CheckoutLine {
                price: price("price_2").into(),
                quantity: Quantity::new(7).expect("a quantity"),
            },
        ],
        options: SessionOptions {
            allow_promotion_codes: true,
            automatic_tax: true,
            tax_id_collection: true,
            invoice_creation: true,
            managed_payments: true,
        },
        ..checkout()
    };
    let (_, asked) = call(failing(), |stripe| {
        stripe.open_checkout(&account(Mode::Live).into(), &several, &key("k1"))
    });
    let sent = fields(&body(&asked));
    for field in [
        "allow_promotion_codes=true",
        "automatic_tax[enabled]=true",
        "invoice_creation[enabled]=true",
        "line_items[0][price]=price_1",
        "line_items[0][quantity]=1",
        "line_items[1][price]=price_2",
        "line_items[1][quantity]=7",
        "managed_payments[enabled]=true",
        "tax_id_collection[enabled]=true",
    ] {
        assert!(sent.iter().any(|it| it == field), "{field} in {sent:?}");
    }
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
        let (_, asked) = call(failing(), |stripe| {
            stripe.open_checkout(&account(Mode::Live).into(), &checkout, &key("k1"))
        });
        let sent = body(&asked);
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
fn an_answer_that_is_not_what_was_asked_for_quotes_nothing() {
    for answer in [
        r#"{"id":"secret words"}"#,
        r#"{"id":["secret"]}"#,
        "secret",
        "",
    ] {
        for (path, make) in MAKES {
            let (made, _) = call(ScriptedHttp::new().answer(200, answer), |stripe| {
                make(stripe, &account(Mode::Live), &stock(), &key("k1"))
            });
            let Err(StripeError::Unreadable(said)) = &made else {
                panic!("{path} {answer}: {made:?}");
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
