//! The events that are sent to a tenant's webhook endpoint, and their bodies.

use serde::Serialize;

use crate::base::id::DeliveryId;
use crate::base::mode::Mode;
use crate::base::money::Currency;
use crate::base::slug::{KeyTypeId, ProductId, TenantId};
use crate::base::text_enum::text_enum;
use crate::base::time::Timestamp;
use crate::model::licenses::license::License;

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
    }

    /// The text is not an event name.
    #[error("unknown event name")]
    pub struct UnknownEvent;
}

impl EventName {
    /// Whether the body contains the state of the license. The bodies of Keylight's own events do
    /// not, so that they stay compatible with existing receivers.
    fn has_standing(self) -> bool {
        matches!(
            self,
            Self::LicenseFrozen | Self::LicenseUpdated | Self::OrderRefunded
        )
    }
}

/// The body of an event about a license: Keylight Connect's flat fields
/// (docs.keylight.dev/stripe/connect, step 4) in its envelope (docs.keylight.dev/webhooks/overview).
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
    #[serde(flatten)]
    standing: Option<StandingFields>,
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

/// The state of a changed license, after the fields that every event has.
#[derive(Debug, Serialize)]
struct StandingFields {
    status: &'static str,
    reason: Option<&'static str>,
    expires_at: Option<String>,
}

impl StandingFields {
    fn of(license: &License, now: Timestamp) -> Self {
        Self {
            status: license.state(now).as_str(),
            reason: license.reason(now),
            expires_at: license.standing.expires_at().map(Timestamp::to_rfc3339),
        }
    }
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

/// The body of an event about a license.
pub fn license_event_body(license: &License, facts: &EventFacts<'_>) -> Vec<u8> {
    let event = LicenseEvent {
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
        standing: (facts.event.has_standing()).then(|| StandingFields::of(license, facts.now)),
        refund: facts.refund,
    };
    serde_json::to_vec(&event).unwrap_or_else(|_| unreachable!("strings and numbers are JSON"))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail loudly")]
mod tests {
    use super::*;
    use crate::base::id::{CustomerId, LicenseId};
    use crate::base::metadata::Metadata;
    use crate::base::seal::{KeyId, Sealed};
    use crate::model::licenses::entitlements::Entitlements;
    use crate::model::licenses::key::KeyHash;
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
            version: 1,
        }
    }

    #[test]
    fn a_body_has_the_fields_that_receivers_know_and_no_other() {
        let id = DeliveryId::parse("dlv_1").unwrap();
        let facts = EventFacts {
            id: &id,
            event: EventName::LicenseCreated,
            key: "PIXL-1",
            customer_email: "ada@example.test",
            session: Some("cs_1"),
            refund: None,
            now: Timestamp::from_micros(1_798_761_600_999_999),
        };
        let body = |mode, facts: &EventFacts<'_>| {
            String::from_utf8(license_event_body(&license(mode), facts)).unwrap()
        };
        assert_eq!(
            body(Mode::Live, &facts),
            concat!(
                r#"{"id":"dlv_1","created":1798761600,"version":"2026-05-01","#,
                r#""event":"license.created","tenant_id":"acme","mode":"live","#,
                r#""key":"PIXL-1","product_id":"pixel","key_type_id":"pro","#,
                r#""customer_email":"ada@example.test","session_id":"cs_1"}"#,
            )
        );
        let not_of_a_session = EventFacts {
            session: None,
            event: EventName::LicenseRevoked,
            ..facts
        };
        let body = body(Mode::Sandbox, &not_of_a_session);
        assert!(body.contains(r#""event":"license.revoked""#), "{body}");
        assert!(body.contains(r#""mode":"sandbox""#), "{body}");
        assert!(body.ends_with(r#""session_id":null}"#), "{body}");
    }

    #[test]
    fn an_event_of_a_change_says_how_the_license_stands_behind_the_known_fields() {
        let id = DeliveryId::parse("dlv_1").unwrap();
        let now = Timestamp::from_unix_seconds(1_798_761_600).unwrap();
        let mut license = license(Mode::Live);
        let body = |license: &License, event| {
            let facts = EventFacts {
                id: &id,
                event,
                key: "PIXL-****",
                customer_email: "ada@example.test",
                session: None,
                refund: None,
                now,
            };
            String::from_utf8(license_event_body(license, &facts)).unwrap()
        };
        let after = |body: &str, field: &str| body.split_once(field).unwrap().1.to_owned();
        license.standing = Standing::new(Timestamp::parse_rfc3339("2027-06-01").ok());
        let sent = body(&license, EventName::LicenseUpdated);
        assert_eq!(
            after(&sent, r#""session_id":null,"#),
            r#""status":"ACTIVE","reason":null,"expires_at":"2027-06-01T00:00:00Z"}"#
        );
        license.standing = Standing::new(None);
        license.standing.hold(HoldCause::Admin);
        let sent = body(&license, EventName::LicenseFrozen);
        assert_eq!(
            after(&sent, r#""session_id":null,"#),
            r#""status":"FROZEN","reason":"frozen","expires_at":null}"#
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
        let end = concat!(
            r#""status":"ACTIVE","reason":null,"expires_at":null,"#,
            r#""amount_refunded":1000,"amount_charged":2900,"currency":"usd"}"#,
        );
        assert!(body.ends_with(end), "{body}");
    }
}
