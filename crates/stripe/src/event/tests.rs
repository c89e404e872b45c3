use std::fs;
use std::path::Path;

use mintage_domain::base::id::{DisputeId, PaymentLinkId, StripePriceId};
use mintage_domain::model::sales::claim::{ClaimedLine, SaleClaim};
use mintage_domain::model::stripe::event::{DisputeFacts, OwnSession};
use serde_json::json;

use super::*;

fn event(kind: &str, object: &Value) -> Value {
    json!({
        "id": "evt_1", "object": "event", "api_version": "2026-09-30.endive", "created": 1,
        "account": "acct_1", "livemode": true, "pending_webhooks": 1, "type": kind,
        "data": { "object": object }, "request": { "id": null, "idempotency_key": null },
    })
}

fn read_json(event: &Value) -> Result<StripeEvent, WebhookError> {
    read(event.to_string().as_bytes())
}

fn data_of(kind: &str, object: &Value) -> Result<EventData, WebhookError> {
    read_json(&event(kind, object)).map(|event| event.data)
}

fn session_id() -> SessionId {
    SessionId::parse("cs_test_1").expect("an id")
}

fn intent() -> Option<PaymentIntentId> {
    PaymentIntentId::parse("pi_1").ok()
}

fn full_session() -> Value {
    json!({
        "id": "cs_test_1", "object": "checkout.session", "payment_status": "paid",
        "amount_subtotal": 3000, "amount_total": 2900, "currency": "usd", "payment_intent": "pi_1", "customer": null,
        "customer_email": "given@shop.test", "mode": "payment", "payment_link": "plink_1",
        "metadata": { "mintage_order_0": "AAAA", "mintage_order_1": 7, "tenant_id": "acme" },
        "customer_details": { "email": "typed@shop.test", "name": "Ada", "phone": null },
        "total_details": { "amount_discount": 725, "amount_tax": 0 },
        "discounts": [{ "coupon": null, "promotion_code": "promo_1" }],
    })
}

fn full_facts() -> SessionFacts {
    SessionFacts {
        session: session_id(),
        payment: PaymentStatus::Paid,
        amount_subtotal: Some(3000),
        amount_total: Some(2900),
        currency: Some("usd".to_owned()),
        email: Some("typed@shop.test".to_owned()),
        name: Some("Ada".to_owned()),
        payment_intent: intent(),
        discount: Some(SessionDiscount {
            amount: 725,
            promotion_code: StripeObjectId::parse("promo_1").ok(),
        }),
        subscription: None,
        invoice: None,
        at: Timestamp::from_unix_seconds(1),
        snapshot: BTreeMap::from([("mintage_order_0".to_owned(), "AAAA".to_owned())]),
        own: Box::new(OwnSession {
            tenant: Some("acme".to_owned()),
            claim: SaleClaim {
                payment_link: PaymentLinkId::parse("plink_1").ok(),
                ..SaleClaim::default()
            },
            ..OwnSession::default()
        }),
    }
}

#[test]
fn the_envelope_says_who_and_in_which_mode() {
    let read = read_json(&event("ping", &Value::Null)).expect("an event");
    assert_eq!(read.id.as_str(), "evt_1");
    assert_eq!(read.kind, "ping");
    assert_eq!(
        read.account.as_ref().map(StripeAccountId::as_str),
        Some("acct_1")
    );
    assert!(read.livemode);
    let platforms = json!({ "id": "evt_1", "type": "ping", "livemode": false });
    let read = read_json(&platforms).expect("an event");
    assert_eq!((read.account, read.livemode), (None, false));
}

#[test]
fn a_completed_session_is_read_whole() {
    for kind in [
        "checkout.session.completed",
        "checkout.session.async_payment_succeeded",
    ] {
        let data = data_of(kind, &full_session());
        assert_eq!(
            data,
            Ok(EventData::SessionCompleted(full_facts())),
            "{kind}"
        );
    }
}

#[test]
fn a_completed_session_may_lack_all_but_its_id_and_status() {
    let bare = SessionFacts {
        payment: PaymentStatus::NoPaymentRequired,
        amount_subtotal: None,
        amount_total: None,
        currency: None,
        email: None,
        name: None,
        payment_intent: None,
        discount: None,
        snapshot: BTreeMap::new(),
        own: Box::default(),
        ..full_facts()
    };
    let least = json!({ "id": "cs_test_1", "payment_status": "no_payment_required" });
    let nulls = json!({
        "id": "cs_test_1", "payment_status": "no_payment_required", "amount_total": null,
        "currency": null, "customer_details": null, "customer_email": null, "payment_intent": null,
        "metadata": null, "total_details": null, "discounts": null,
    });
    let empty = json!({
        "id": "cs_test_1", "payment_status": "no_payment_required", "customer_details": {},
    });
    for object in [least, nulls, empty] {
        let data = data_of("checkout.session.completed", &object);
        assert_eq!(
            data,
            Ok(EventData::SessionCompleted(bare.clone())),
            "{object}"
        );
    }
}

#[test]
fn the_address_typed_at_stripe_goes_before_the_one_given_beforehand() {
    for (details, email) in [
        (json!({ "email": "typed@shop.test" }), "typed@shop.test"),
        (json!({ "email": null }), "given@shop.test"),
        (Value::Null, "given@shop.test"),
    ] {
        let mut session = full_session();
        session["customer_details"] = details;
        let Ok(EventData::SessionCompleted(facts)) =
            data_of("checkout.session.completed", &session)
        else {
            panic!("no completed session in {session}");
        };
        assert_eq!(facts.email.as_deref(), Some(email));
    }
}

#[test]
fn only_a_status_known_to_mean_money_counts_as_paid() {
    for (status, payment) in [
        ("paid", PaymentStatus::Paid),
        ("no_payment_required", PaymentStatus::NoPaymentRequired),
        ("unpaid", PaymentStatus::Unpaid),
        ("partially_paid", PaymentStatus::Unpaid),
        ("", PaymentStatus::Unpaid),
    ] {
        let mut session = full_session();
        session["payment_status"] = status.into();
        let facts = SessionFacts {
            payment,
            ..full_facts()
        };
        let data = data_of("checkout.session.completed", &session);
        assert_eq!(data, Ok(EventData::SessionCompleted(facts)), "{status}");
    }
}

#[test]
fn sessions_that_came_to_nothing_are_named() {
    let object = json!({ "id": "cs_test_1", "payment_status": 7 });
    for (kind, data) in [
        (
            "checkout.session.async_payment_failed",
            EventData::SessionPaymentFailed(session_id()),
        ),
        (
            "checkout.session.expired",
            EventData::SessionExpired(session_id()),
        ),
    ] {
        assert_eq!(data_of(kind, &object), Ok(data), "{kind}");
    }
}

#[test]
fn a_refunded_charge_has_its_amount_and_the_refunded_total() {
    for (object, payment_intent, charged, refunded) in [
        (
            json!({ "id": "ch_1", "amount": 2900, "amount_refunded": 1000, "refunded": false,
                    "currency": "usd", "payment_intent": "pi_1" }),
            intent(),
            Some(2900),
            1000,
        ),
        (
            json!({ "id": "py_1", "amount_refunded": 2900, "refunded": true, "payment_intent": null }),
            None,
            Some(2900),
            2900,
        ),
        (
            json!({ "amount_refunded": 0, "refunded": false }),
            None,
            None,
            0,
        ),
    ] {
        let facts = RefundFacts {
            payment_intent,
            invoice: None,
            currency: object["currency"].as_str().map(str::to_owned),
            at: Timestamp::from_unix_seconds(1),
            report: RefundReport::Charge { charged, refunded },
        };
        assert_eq!(
            data_of("charge.refunded", &object),
            Ok(EventData::Refund(facts))
        );
    }
}

#[test]
fn a_dispute_has_its_payment_and_stripes_words() {
    let object = json!({
        "id": "du_1", "object": "dispute", "amount": 2900, "charge": "ch_1", "currency": "usd",
        "payment_intent": "pi_1", "reason": "fraudulent", "status": "appeal_under_review",
    });
    for kind in [
        "charge.dispute.created",
        "charge.dispute.updated",
        "charge.dispute.closed",
        "charge.dispute.funds_withdrawn",
        "charge.dispute.funds_reinstated",
    ] {
        let facts = DisputeFacts {
            id: DisputeId::parse("du_1").expect("an id"),
            payment_intent: intent(),
            status: "appeal_under_review".to_owned(),
            amount: Some(2900),
            reason: Some("fraudulent".to_owned()),
        };
        assert_eq!(data_of(kind, &object), Ok(EventData::Dispute(facts)));
    }
    let least = json!({ "id": "dp_1", "status": "lost", "payment_intent": null });
    let read = data_of("charge.dispute.closed", &least);
    assert!(matches!(read, Ok(EventData::Dispute(facts)) if facts.payment_intent.is_none()));
    for wrong in [
        json!({ "status": "lost" }),
        json!({ "id": "du_1" }),
        json!({ "id": "re_1", "status": "lost" }),
    ] {
        assert!(data_of("charge.dispute.closed", &wrong).is_err(), "{wrong}");
    }
}

#[test]
fn a_refund_has_its_id_and_whether_it_failed() {
    for kind in [
        "refund.created",
        "refund.updated",
        "refund.failed",
        "charge.refund.updated",
    ] {
        for (status, failed) in [
            (json!("pending"), false),
            (json!("requires_action"), false),
            (json!("succeeded"), false),
            (json!(null), false),
            (json!("failed"), true),
            (json!("canceled"), true),
        ] {
            let object = json!({
                "id": "re_1", "amount": 1000, "currency": "eur", "payment_intent": "pi_1",
                "status": status,
            });
            let facts = RefundFacts {
                payment_intent: intent(),
                invoice: None,
                currency: Some("eur".to_owned()),
                at: Timestamp::from_unix_seconds(1),
                report: RefundReport::Refund {
                    id: RefundId::parse("re_1").expect("an id"),
                    amount: 1000,
                    failed,
                },
            };
            let read = data_of(kind, &object);
            assert_eq!(read, Ok(EventData::Refund(facts)), "{kind} {status}");
        }
    }
}

#[test]
fn a_revoked_grant_names_only_the_account() {
    let object = json!({ "id": "ca_1", "object": "application", "name": "Mintage" });
    let data = data_of("account.application.deauthorized", &object);
    assert_eq!(data, Ok(EventData::Deauthorized));
}

#[test]
fn an_event_that_is_not_used_may_carry_anything() {
    let odd = [
        Value::Null,
        json!(7),
        json!([[]]),
        json!({ "id": 7 }),
        full_session(),
    ];
    for kind in [
        "payout.created",
        "checkout.session.created",
        "v2.core.event",
        "charge.updated",
    ] {
        for object in &odd {
            assert_eq!(
                data_of(kind, object),
                Ok(EventData::Other),
                "{kind} {object}"
            );
        }
        let mut event = event(kind, &Value::Null);
        event["data"] = json!("odd");
        assert_eq!(
            read_json(&event).map(|event| event.data),
            Ok(EventData::Other)
        );
    }
}

#[test]
fn an_event_that_is_used_must_carry_what_it_is_used_for() {
    let refund = json!({ "amount_refunded": 1, "refunded": true });
    for (kind, object, odd) in [
        ("checkout.session.completed", full_session(), "id"),
        (
            "checkout.session.completed",
            full_session(),
            "payment_status",
        ),
        (
            "checkout.session.async_payment_failed",
            full_session(),
            "id",
        ),
        ("checkout.session.expired", full_session(), "id"),
        ("charge.refunded", refund.clone(), "amount_refunded"),
        ("charge.refunded", refund, "refunded"),
    ] {
        for value in [Value::Null, json!({}), json!([])] {
            let mut object = object.clone();
            object[odd] = value;
            let read = data_of(kind, &object);
            assert_eq!(read, Err(WebhookError::NotAnEvent), "{kind} {object}");
        }
        assert_eq!(
            data_of(kind, &Value::Null),
            Err(WebhookError::NotAnEvent),
            "{kind}"
        );
    }
}

#[test]
fn a_malformed_envelope_is_no_event() {
    let sound = event("ping", &Value::Null);
    for (field, values) in [
        (
            "id",
            vec![
                Value::Null,
                json!(""),
                json!("evt_"),
                json!("cs_1"),
                json!("evt_ 1"),
                json!(1),
            ],
        ),
        (
            "type",
            vec![
                Value::Null,
                json!(""),
                json!("a b"),
                json!("a\n"),
                json!("x".repeat(256)),
                json!(1),
            ],
        ),
        ("livemode", vec![Value::Null, json!("true"), json!(1)]),
        (
            "account",
            vec![json!(""), json!("cs_1"), json!("acct_/../x"), json!({})],
        ),
    ] {
        for value in values {
            let mut event = sound.clone();
            event[field] = value;
            assert_eq!(read_json(&event), Err(WebhookError::NotAnEvent), "{event}");
        }
    }
    let texts: [&[u8]; 6] = [b"", b"null", b"{}", b"[]", b"\xff", b"{\"id\":\"evt_1\""];
    for text in texts {
        assert_eq!(read(text), Err(WebhookError::NotAnEvent), "{text:?}");
    }
}

#[test]
fn the_list_of_types_that_are_read_holds_what_is_read() {
    for kind in READ {
        let read = event_data(kind, None, json!({"object": {}}));
        let is_read = !matches!(read, Ok(EventData::Other));
        assert!(is_read, "{kind}");
    }
    let source = include_str!("../event.rs");
    let (_, arms) = source.split_once("Ok(match kind {").expect("the arms");
    let (arms, _) = arms.split_once("EventData::Other").expect("their end");
    let read = arms.split('"').skip(1).step_by(2);
    let mut read: Vec<&str> = read.collect();
    read.sort_unstable();
    assert_eq!(read, READ);
}

/// An endpoint that is sent `refund.updated` needs no `charge.refund.updated`, its name of old.
#[test]
fn the_documents_name_every_event_that_an_endpoint_must_be_sent() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let page = |path: &str| fs::read_to_string(root.join(path)).expect("a document");
    let (readme, setup) = (page("README.md"), page("docs/STRIPE-SETUP.md"));
    for kind in READ
        .into_iter()
        .filter(|kind| *kind != "charge.refund.updated")
    {
        let (group, _) = kind.rsplit_once('.').expect("a dot");
        let is_named = [kind.to_owned(), format!("{group}.*")].map(|name| format!("`{name}`"));
        assert!(
            is_named.iter().any(|name| readme.contains(name)),
            "{kind}: README"
        );
        assert!(setup.contains(&is_named[0]), "{kind}: STRIPE-SETUP");
    }
}

#[test]
fn a_payout_is_read_as_paid_or_failed_and_an_account_only_as_changed() {
    let object = json!({
        "id": "po_1", "object": "payout", "amount": 2900, "currency": "usd",
        "arrival_date": 1_798_761_600, "failure_code": "account_closed",
        "failure_message": "closed", "status": "failed",
    });
    for (kind, failed) in [("payout.paid", false), ("payout.failed", true)] {
        let facts = PayoutFacts {
            id: PayoutId::parse("po_1").expect("an id"),
            amount: 2_900,
            currency: "usd".to_owned(),
            failed,
            arrival: Some(1_798_761_600),
            failure_code: Some("account_closed".to_owned()),
            failure_message: Some("closed".to_owned()),
        };
        assert_eq!(data_of(kind, &object), Ok(EventData::Payout(facts)));
        let bad = data_of(kind, &json!({"id": "po_1"}));
        assert_eq!(bad, Err(WebhookError::NotAnEvent));
    }
    let updated = data_of("account.updated", &json!({"id": 7}));
    assert_eq!(updated, Ok(EventData::AccountUpdated));
}

#[test]
fn a_session_of_the_sellers_own_says_what_it_sold_and_anything_odd_in_it_is_left_out() {
    let own_of = |more: &Value| {
        let mut session = json!({ "id": "cs_test_1", "payment_status": "paid" });
        let (to, from) = (session.as_object_mut(), more.as_object());
        to.expect("an object")
            .extend(from.expect("an object").clone());
        match data_of("checkout.session.completed", &session) {
            Ok(EventData::SessionCompleted(facts)) => *facts.own,
            other => panic!("{other:?}"),
        }
    };
    let line = |price: &str, quantity| ClaimedLine {
        price: StripePriceId::parse(price).expect("an id"),
        quantity,
    };
    let full = own_of(&json!({
        "metadata": {
            "key_type_id": " pro ", "product_id": "pixel", "customer_email": "buyer@shop.test",
            "quantity": "3", "tenant_id": "acme",
        },
        "payment_link": { "id": "plink_2", "object": "payment_link" },
        "line_items": { "data": [
            { "price": { "id": "price_1" }, "quantity": 2 },
            { "price": "price_2" },
            { "price": null, "quantity": 1 }, { "quantity": 1 }, "odd",
            { "price": "nonsense", "quantity": 1 }, { "price": "price_3", "quantity": "two" },
        ] },
        "mode": "setup",
    }));
    let expected = OwnSession {
        claim: SaleClaim {
            key_type: Some("pro".to_owned()),
            product: Some("pixel".to_owned()),
            quantity: Some("3".to_owned()),
            payment_link: PaymentLinkId::parse("plink_2").ok(),
            lines: vec![line("price_1", 2), line("price_2", 1)],
            ..SaleClaim::default()
        },
        tenant: Some("acme".to_owned()),
        email: Some("buyer@shop.test".to_owned()),
        is_setup: true,
    };
    assert_eq!(full, expected);
    let lines: Vec<Value> = (0..200).map(|_| json!({ "price": "price_1" })).collect();
    let many = own_of(&json!({ "line_items": { "data": lines } }));
    assert_eq!(many.claim.lines.len(), SaleClaim::MAX_LINES);
    for odd in [
        json!({}),
        json!({ "metadata": null, "payment_link": null, "line_items": null }),
        json!({ "metadata": [], "payment_link": 7, "line_items": { "data": {} } }),
        json!({ "metadata": { "key_type_id": 7, "product_id": "", "quantity": "x".repeat(501) } }),
        json!({ "payment_link": "nonsense", "line_items": "x", "mode": "payment" }),
    ] {
        assert_eq!(own_of(&odd), OwnSession::default(), "{odd}");
    }
}
