#![expect(clippy::unwrap_used, reason = "a test may fail loudly")]

use serde_json::json;

use super::*;

const SOLD: [&str; 3] = ["acme", "pixel", "pro"];

fn ours() -> Value {
    json!({ "tenant_id": SOLD[0], "product_id": SOLD[1], "key_type_id": SOLD[2] })
}

fn subscription(json: Value) -> StripeSubscription {
    serde_json::from_value::<Subscription>(json).unwrap().into()
}

fn invoice(json: Value) -> InvoiceFacts {
    serde_json::from_value::<Invoice>(json)
        .unwrap()
        .facts(false)
}

#[test]
fn the_period_of_a_subscription_is_in_its_items_or_beside_them() {
    let new = json!({
        "id": "sub_1", "status": "past_due", "cancel_at_period_end": true, "cancel_at": null,
        "pause_collection": null, "latest_invoice": "in_1", "metadata": ours(),
        "items": { "data": [{
            "current_period_start": 100, "current_period_end": 200,
            "price": { "id": "price_1", "metadata": ours() },
        }] },
    });
    let old = json!({
        "id": "sub_1", "status": "past_due", "cancel_at_period_end": true,
        "current_period_start": 100, "current_period_end": 200,
        "latest_invoice": { "id": "in_1" }, "metadata": ours(),
        "items": { "data": [{ "price": { "metadata": ours() } }] },
    });
    for shape in [new, old] {
        let read = subscription(shape);
        assert_eq!(read.status, SubscriptionStatus::PastDue);
        assert_eq!((read.period_start, read.period_end), (Some(100), Some(200)));
        assert_eq!(read.latest_invoice, InvoiceId::parse("in_1").ok());
        assert!(read.cancels && !read.is_paused);
        assert_eq!(read.is_ours, Some(true));
        let sold = read.sold.unwrap();
        let ids = [
            sold.tenant.as_str(),
            sold.product.as_str(),
            sold.key_type.as_str(),
        ];
        assert_eq!(ids, SOLD);
    }
}

#[test]
fn a_subscription_is_paused_or_ends_in_either_way() {
    let of = |status: &str, pause: Value, cancel_at: Value| {
        let read = subscription(json!({
            "id": "sub_1", "status": status, "pause_collection": pause, "cancel_at": cancel_at,
        }));
        (read.is_paused, read.cancels)
    };
    assert_eq!(of("active", json!(null), json!(null)), (false, false));
    assert_eq!(of("paused", json!(null), json!(null)), (true, false));
    assert_eq!(
        of("active", json!({ "behavior": "void" }), json!(9)),
        (true, true)
    );
    assert_eq!(of("of_tomorrow", json!(null), json!(null)), (false, false));
}

#[test]
fn an_invoice_names_its_subscription_and_payment_in_either_shape() {
    let line = json!({
        "period": { "start": 1, "end": 200 },
        "parent": { "subscription_item_details": { "proration": false } },
    });
    let new = json!({
        "id": "in_1", "status": "paid", "created": 5, "amount_paid": 2_900, "currency": "usd",
        "parent": { "subscription_details": { "subscription": "sub_1", "metadata": ours() } },
        "payments": { "data": [{ "invoice": "in_1", "payment": { "payment_intent": "pi_1" } }] },
        "lines": { "data": [line] },
    });
    let old = json!({
        "id": "in_1", "paid": true, "created": 5, "amount_paid": 2_900, "currency": "usd",
        "subscription": "sub_1", "subscription_details": { "metadata": ours() },
        "payment_intent": "pi_1",
        "lines": { "data": [{ "type": "subscription", "period": { "start": 1, "end": 200 } }] },
    });
    let expected = InvoiceFacts {
        id: InvoiceId::parse("in_1").unwrap(),
        subscription: SubscriptionId::parse("sub_1").ok(),
        created: Some(5),
        period_end: Some(200),
        is_paid: true,
        has_failed: false,
        is_void: false,
        amount_paid: Some(2_900),
        currency: Some("usd".to_owned()),
        payment_intent: PaymentIntentId::parse("pi_1").ok(),
        is_ours: Some(true),
    };
    assert_eq!(invoice(new), expected);
    assert_eq!(invoice(old), expected);
}

#[test]
fn a_proration_and_an_item_bill_no_period() {
    let new = |parent: Value| json!({ "period": { "start": 1, "end": 9 }, "parent": parent });
    let old = |kind: &str, proration: bool| json!({ "period": { "start": 1, "end": 9 }, "type": kind, "proration": proration });
    for (line, until) in [
        (
            new(json!({ "subscription_item_details": { "proration": false } })),
            Some(9),
        ),
        (
            new(json!({ "subscription_item_details": { "proration": true } })),
            None,
        ),
        (
            new(json!({ "invoice_item_details": { "proration": true } })),
            None,
        ),
        (
            new(json!({ "invoice_item_details": { "proration": false } })),
            None,
        ),
        (old("subscription", false), Some(9)),
        (old("subscription", true), None),
        (old("invoiceitem", true), None),
        (old("invoiceitem", false), None),
    ] {
        let read = invoice(json!({ "id": "in_1", "lines": { "data": [line] } }));
        assert_eq!(read.period_end, until, "{line}");
    }
}

#[test]
fn an_invoice_of_no_subscription_is_read_too() {
    let read = invoice(json!({ "id": "in_1", "status": "open", "parent": null }));
    assert_eq!(
        (read.subscription, read.is_paid, read.is_ours),
        (None, false, None)
    );
}

#[test]
fn the_invoice_of_a_payment_is_its_id_or_expanded() {
    for invoice in [json!("in_1"), json!({ "id": "in_1" })] {
        let list = json!({ "data": [{ "invoice": invoice }] });
        let list: InvoicePayments = serde_json::from_value(list).unwrap();
        assert_eq!(list.invoice(), InvoiceId::parse("in_1").ok());
    }
    let none: InvoicePayments = serde_json::from_value(json!({ "data": [] })).unwrap();
    assert_eq!(none.invoice(), None);
}
