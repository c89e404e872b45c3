//! The events that are sent to a tenant's webhook endpoint, and their bodies.

use serde::Serialize;
use serde_json::{Map, Value};

use crate::base::id::{CustomerId, DeliveryId, LicenseId, OrderId, WebhookEndpointId};
use crate::base::mode::Mode;
use crate::base::money::Currency;
use crate::base::slug::{KeyTypeId, ProductId, TenantId};
use crate::base::text_enum::text_enum;
use crate::base::time::Timestamp;
use crate::model::licenses::license::License;
use crate::model::sales::customer::ExternalId;

/// The version of the event envelope.
pub const ENVELOPE_VERSION: &str = "2026-05-01";

text_enum! {
    /// The name of an outbound event.
    pub enum EventName {
        /// A license was minted; the event contains its key.
        LicenseCreated = "license.created",
        /// A payment was refunded in full, and its license revoked.
        LicenseRefunded = "license.refunded",
        /// The seller revoked a license.
        LicenseRevoked = "license.revoked",
        /// The seller froze a license.
        LicenseFrozen = "license.frozen",
        /// The seller thawed or extended a license, or a refund failed and the license is valid again.
        LicenseUpdated = "license.updated",
        /// A part of a payment was refunded; its license stays as it is.
        OrderRefunded = "order.refunded",
        /// A Stripe account was connected.
        ConnectionConnected = "connection.connected",
        /// A Stripe account was disconnected, by the seller here or at Stripe.
        ConnectionDisconnected = "connection.disconnected",
        /// The connected account can no longer take payments, or a payout failed.
        ConnectionNeedsAttention = "connection.needs_attention",
        /// The seller tests an endpoint.
        WebhookTest = "webhook.test",
    }

    /// The text is not an event name.
    #[error("unknown event name")]
    pub struct UnknownEvent;
}

impl EventName {
    /// Whether the body contains the license key in plain text.
    pub fn contains_key(self) -> bool {
        self == Self::LicenseCreated
    }

    /// Whether the event is about the connection to Stripe. Such an event goes to the endpoints that there
    /// are, and does not wait for one.
    pub fn is_about_connection(self) -> bool {
        matches!(
            self,
            Self::ConnectionConnected
                | Self::ConnectionDisconnected
                | Self::ConnectionNeedsAttention
        )
    }

    /// Whether the event is about a license.
    pub fn is_about_license(self) -> bool {
        self != Self::WebhookTest && !self.is_about_connection()
    }

    /// The events that an endpoint may choose from: all that happen by themselves.
    pub fn subscribable() -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(|it| *it != Self::WebhookTest)
    }
}

/// The body of an event about a license: Keylight Connect's flat fields
/// (docs.keylight.dev/stripe/connect, step 4) in its envelope (docs.keylight.dev/webhooks/overview),
/// and then the facts by which a receiver finds the license and sorts its events.
#[derive(Debug, Serialize)]
pub struct LicenseEvent<'a> {
    id: &'a DeliveryId,
    created: i64,
    version: &'static str,
    event: &'static str,
    tenant_id: &'a TenantId,
    mode: &'static str,
    key: &'a str,
    product_id: &'a ProductId,
    key_type_id: &'a KeyTypeId,
    customer_email: &'a str,
    session_id: Option<&'a str>,
    license_id: &'a LicenseId,
    order_id: Option<&'a OrderId>,
    status: &'static str,
    reason: Option<&'static str>,
    expires_at: Option<String>,
    metadata: &'a Map<String, Value>,
    occurred_at: i64,
    sequence: u64,
    #[serde(flatten)]
    refund: Option<RefundedAmount>,
}

/// How much of a payment is refunded, in minor units of its currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct RefundedAmount {
    /// The total of all refunds.
    #[serde(rename = "amount_refunded")]
    pub refunded: i64,
    /// The amount that was charged, if it is known.
    #[serde(rename = "amount_charged")]
    pub charged: Option<i64>,
    /// The currency that was charged, if it is known.
    pub currency: Option<Currency>,
}

/// The fields of an event that only a commit knows: with which customer it joined the one of the
/// license.
#[derive(Debug, Serialize)]
struct CustomerFields<'a> {
    customer_id: &'a CustomerId,
    external_id: Option<&'a str>,
}

/// The customer of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventCustomer {
    /// The id of the customer.
    pub id: CustomerId,
    /// The seller's id of the customer when the event was queued.
    pub external_id: Option<ExternalId>,
}

/// The fields of an event that are not in the license itself.
#[derive(Debug, Clone, Copy)]
pub struct EventFacts<'a> {
    /// The id of the delivery.
    pub id: &'a DeliveryId,
    /// The name of the event.
    pub event: EventName,
    /// The key: in plain text for `license.created`, masked for all other events.
    pub key: &'a str,
    /// The customer's address.
    pub customer_email: &'a str,
    /// The Stripe session that paid for the license, if any.
    pub session: Option<&'a str>,
    /// How much is refunded, for a partial refund.
    pub refund: Option<RefundedAmount>,
    /// When the event happened.
    pub now: Timestamp,
}

/// The body of an event about a license, without the fields of its customer.
pub fn license_event_body(license: &License, facts: &EventFacts<'_>) -> Vec<u8> {
    to_json(&LicenseEvent {
        id: facts.id,
        created: facts.now.unix_seconds(),
        version: ENVELOPE_VERSION,
        event: facts.event.as_str(),
        tenant_id: &license.tenant,
        mode: Mode::as_str(license.mode),
        key: facts.key,
        product_id: &license.product,
        key_type_id: &license.key_type,
        customer_email: facts.customer_email,
        session_id: facts.session,
        license_id: &license.id,
        order_id: license.unit.as_ref().map(|unit| &unit.order),
        status: license.state(facts.now).as_str(),
        reason: license.reason(facts.now),
        expires_at: license.standing.expires_at().map(Timestamp::to_rfc3339),
        metadata: license.metadata.as_map(),
        occurred_at: facts.now.as_micros().div_euclid(1_000),
        sequence: license.event_sequence,
        refund: facts.refund,
    })
}

/// The body of a test event, in the same envelope.
#[derive(Debug, Serialize)]
struct TestEvent<'a> {
    id: &'a DeliveryId,
    created: i64,
    version: &'static str,
    event: &'static str,
    tenant_id: &'a TenantId,
    mode: Option<&'static str>,
    endpoint_id: &'a WebhookEndpointId,
    occurred_at: i64,
}

/// The body of an event that tests an endpoint of this mode. It is about no license.
pub fn test_event_body(
    id: &DeliveryId,
    tenant: &TenantId,
    (endpoint_id, mode): (&WebhookEndpointId, Option<Mode>),
    now: Timestamp,
) -> Vec<u8> {
    to_json(&TestEvent {
        id,
        created: now.unix_seconds(),
        version: ENVELOPE_VERSION,
        event: EventName::WebhookTest.as_str(),
        tenant_id: tenant,
        mode: mode.map(Mode::as_str),
        endpoint_id,
        occurred_at: now.as_micros().div_euclid(1_000),
    })
}

/// The bytes to send: the body of an event, with the fields of its customer at the end.
pub fn sent_body(mut body: Vec<u8>, customer: Option<&EventCustomer>) -> Vec<u8> {
    let Some(customer) = customer else {
        return body;
    };
    let fields = to_json(&CustomerFields {
        customer_id: &customer.id,
        external_id: customer.external_id.as_deref(),
    });
    // Both are JSON objects with fields.
    if body.pop_if(|last| *last == b'}').is_some() {
        body.push(b',');
        body.extend(fields.into_iter().skip(1));
    }
    body
}

pub(super) fn to_json(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).unwrap_or_else(|_| unreachable!("strings and numbers are JSON"))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail loudly")]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::base::metadata::Metadata;
    use crate::base::seal::{KeyId, Sealed};
    use crate::model::licenses::entitlements::Entitlements;
    use crate::model::licenses::key::KeyHash;
    use crate::model::licenses::license::OrderUnit;
    use crate::model::licenses::standing::{HoldCause, Standing};

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
            refund: None,
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
        license.metadata =
            Metadata::parse(json!({ "seat": 4 }).as_object().unwrap().clone()).unwrap();
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
            refund: Some(RefundedAmount {
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
}
