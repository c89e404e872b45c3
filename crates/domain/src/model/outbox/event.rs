//! The events that are sent to a tenant's webhook endpoint, and their bodies.

use serde::Serialize;
use serde_json::{Map, Value};

use crate::base::id::{CustomerId, DeliveryId, LicenseId, OrderId, WebhookEndpointId};
use crate::base::mode::Mode;
use crate::base::slug::{KeyTypeId, ProductId, TenantId};
use crate::base::text_enum::text_enum;
use crate::base::time::Timestamp;
use crate::model::licenses::license::License;
use crate::model::outbox::event_details::EventDetails;
use crate::model::outbox::subscription_fields::SubscriptionFields;
use crate::model::sales::customer::ExternalId;

/// The version of the event envelope.
pub const ENVELOPE_VERSION: &str = "2026-05-01";

text_enum! {
    /// The name of an outbound event.
    pub enum EventName {
        /// A license was minted; the event contains its key.
        LicenseCreated = "license.created",
        /// A license was activated on a device.
        LicenseActivated = "license.activated",
        /// A license is not active on a device any more.
        LicenseDeactivated = "license.deactivated",
        /// A device was refused, since the license is active on as many devices as it may be.
        LicenseLimitReached = "license.limit_reached",
        /// The term of a license ends in so many days as its key type says.
        LicenseExpiring = "license.expiring",
        /// The term of a license is over.
        LicenseExpired = "license.expired",
        /// A payment was refunded in full, and its license revoked.
        LicenseRefunded = "license.refunded",
        /// A dispute or an inquiry about the payment of a license was opened, or a dispute opened again.
        LicenseDisputed = "license.disputed",
        /// The seller revoked a license, or lost a dispute over its payment.
        LicenseRevoked = "license.revoked",
        /// The seller, a dispute, a pause or the end of a grace froze a license.
        LicenseFrozen = "license.frozen",
        /// A license is not frozen any more.
        LicenseThawed = "license.thawed",
        /// A license has another key; the event contains the key.
        LicenseReissued = "license.reissued",
        /// The seller thawed or extended a license, or what revoked it was undone.
        LicenseUpdated = "license.updated",
        /// An order was paid, and its licenses were minted.
        OrderPaid = "order.paid",
        /// More of a payment was refunded than before.
        OrderRefunded = "order.refunded",
        /// An invoice of a subscription was paid, and its license extended.
        SubscriptionRenewed = "subscription.renewed",
        /// A subscription has ended.
        SubscriptionCanceled = "subscription.canceled",
        /// A payment of a subscription failed, and the grace of its license begins.
        SubscriptionPastDue = "subscription.past_due",
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
        matches!(self, Self::LicenseCreated | Self::LicenseReissued)
    }

    /// Whether the event is about the use of a license on devices. Such events are many, so they are not
    /// counted in the license, delay no other event, and do not wait for a first endpoint.
    pub fn is_activity(self) -> bool {
        matches!(
            self,
            Self::LicenseActivated | Self::LicenseDeactivated | Self::LicenseLimitReached
        )
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
    #[serde(skip_serializing_if = "Option::is_none")]
    updates_until: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    subscription: Option<SubscriptionFields<'a>>,
    #[serde(flatten)]
    details: EventDetails<'a>,
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
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
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
    /// The key: in plain text if [`EventName::contains_key`], else masked.
    pub key: &'a str,
    /// The customer's address.
    pub customer_email: &'a str,
    /// The Stripe session that paid for the license, if any.
    pub session: Option<&'a str>,
    /// The fields that only this event has.
    pub details: EventDetails<'a>,
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
        updates_until: license.updates_until.map(Timestamp::to_rfc3339),
        subscription: license.subscription.as_ref().map(SubscriptionFields::of),
        details: facts.details,
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
mod tests;
