use serde_json::json;

use super::*;
use crate::base::metadata::Metadata;
use crate::base::money::Currency;
use crate::base::seal::{KeyId, Sealed};
use crate::model::licenses::entitlements::Entitlements;
use crate::model::licenses::key::KeyHash;
use crate::model::licenses::license::OrderUnit;
use crate::model::licenses::standing::{HoldCause, Standing};
use crate::model::outbox::event_details::RefundedAmount;

#[test]
fn every_name_is_read_back_and_no_other_is() {
    for name in EventName::ALL {
        assert_eq!(EventName::parse(name.as_str()), Ok(name));
    }
    assert_eq!(EventName::parse("license.Created"), Err(UnknownEvent));
}

fn license(mode: Mode) -> License {
    let id = KeyId::parse("k1").unwrap();
    let sealed = [&[1, 2], id.as_str().as_bytes(), &[0; 28]].concat();
    License {
        id: LicenseId::parse("lic_1").unwrap(),
        tenant: TenantId::parse("acme").unwrap(),
        mode,
        product: ProductId::parse("pixel").unwrap(),
        key_type: KeyTypeId::parse("pro").unwrap(),
        customer: CustomerId::parse("cus_1").unwrap(),
        unit: None,
        key_hash: KeyHash::from_bytes([0; 32]),
        masked_key: "PIXL-****".to_owned(),
        sealed_key: Sealed::from_bytes(&sealed).unwrap(),
        activation_limit: 3,
        entitlements: Entitlements::default(),
        standing: Standing::new(None),
        updates_until: None,
        subscription: None,
        noticed_end: None,
        reminded_end: None,
        notes: None,
        metadata: Metadata::default(),
        created_at: Timestamp::EPOCH,
        event_sequence: 3,
        version: 1,
    }
}

fn facts(id: &DeliveryId, event: EventName) -> EventFacts<'_> {
    EventFacts {
        id,
        event,
        key: "PIXL-1",
        customer_email: "ada@example.test",
        session: Some("cs_1"),
        details: EventDetails::None {},
        now: Timestamp::from_micros(1_798_761_600_999_999),
    }
}

fn body(license: &License, facts: &EventFacts<'_>) -> String {
    String::from_utf8(license_event_body(license, facts)).unwrap()
}

#[test]
fn a_body_has_the_fields_that_receivers_know_and_then_what_the_event_is_about() {
    let id = DeliveryId::parse("dlv_1").unwrap();
    let mut license = license(Mode::Live);
    license.unit = Some(OrderUnit::only(OrderId::parse("ord_1").unwrap()));
    license.metadata = Metadata::parse(json!({ "seat": 4 }).as_object().unwrap().clone()).unwrap();
    assert_eq!(
        body(&license, &facts(&id, EventName::LicenseCreated)),
        concat!(
            r#"{"id":"dlv_1","created":1798761600,"version":"2026-05-01","#,
            r#""event":"license.created","tenant_id":"acme","mode":"live","#,
            r#""key":"PIXL-1","product_id":"pixel","key_type_id":"pro","#,
            r#""customer_email":"ada@example.test","session_id":"cs_1","#,
            r#""license_id":"lic_1","order_id":"ord_1","#,
            r#""status":"ACTIVE","reason":null,"expires_at":null,"metadata":{"seat":4},"#,
            r#""occurred_at":1798761600999,"sequence":3}"#,
        )
    );
}

#[test]
fn a_license_that_was_not_sold_has_neither_session_nor_order() {
    let id = DeliveryId::parse("dlv_1").unwrap();
    let facts = EventFacts {
        session: None,
        ..facts(&id, EventName::LicenseRevoked)
    };
    let body = body(&license(Mode::Sandbox), &facts);
    assert!(body.contains(r#""event":"license.revoked""#), "{body}");
    assert!(body.contains(r#""mode":"sandbox""#), "{body}");
    assert!(body.contains(r#""session_id":null"#), "{body}");
    assert!(body.contains(r#""order_id":null"#), "{body}");
}

#[test]
fn an_event_says_how_the_license_stands() {
    let id = DeliveryId::parse("dlv_1").unwrap();
    let mut license = license(Mode::Live);
    license.standing = Standing::new(Timestamp::parse_rfc3339("2027-06-01").ok());
    let sent = body(&license, &facts(&id, EventName::LicenseUpdated));
    let stands = r#""status":"ACTIVE","reason":null,"expires_at":"2027-06-01T00:00:00Z""#;
    assert!(sent.contains(stands), "{sent}");
    license.standing = Standing::new(None);
    license.standing.hold(HoldCause::Admin);
    let sent = body(&license, &facts(&id, EventName::LicenseFrozen));
    let stands = r#""status":"FROZEN","reason":"frozen","expires_at":null"#;
    assert!(sent.contains(stands), "{sent}");
}

#[test]
fn the_customer_is_added_at_the_end() {
    let mut customer = EventCustomer {
        id: CustomerId::parse("cus_1").unwrap(),
        external_id: None,
    };
    let sent = |customer: &EventCustomer| {
        let sent = sent_body(br#"{"id":"dlv_1"}"#.to_vec(), Some(customer));
        String::from_utf8(sent).unwrap()
    };
    assert_eq!(
        sent(&customer),
        r#"{"id":"dlv_1","customer_id":"cus_1","external_id":null}"#
    );
    customer.external_id = ExternalId::parse(r#"a "b""#).ok();
    assert_eq!(
        sent(&customer),
        r#"{"id":"dlv_1","customer_id":"cus_1","external_id":"a \"b\""}"#
    );
}

#[test]
fn a_partial_refund_says_how_much_of_what() {
    let id = DeliveryId::parse("dlv_1").unwrap();
    let facts = EventFacts {
        id: &id,
        event: EventName::OrderRefunded,
        key: "PIXL-****",
        customer_email: "ada@example.test",
        session: None,
        details: EventDetails::Refund(RefundedAmount {
            refunded: 1_000,
            charged: Some(2_900),
            currency: Currency::parse("usd").ok(),
        }),
        now: Timestamp::EPOCH,
    };
    let body = String::from_utf8(license_event_body(&license(Mode::Live), &facts)).unwrap();
    let end = r#""sequence":3,"amount_refunded":1000,"amount_charged":2900,"currency":"usd"}"#;
    assert!(body.ends_with(end), "{body}");
}
