//! What Mintage tells a tenant's webhook: the events and their bodies.

use crate::id::DeliveryId;
use crate::license::License;
use crate::mode::Mode;
use crate::slug::{KeyTypeId, ProductId, TenantId};
use crate::time::Timestamp;
use serde::Serialize;

/// The version of the envelope.
pub const ENVELOPE_VERSION: &str = "2026-05-01";

/// The name of an outbound event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EventName {
    /// A license was minted; carries its key.
    LicenseCreated,
    /// A payment was given back in full, and its license revoked.
    LicenseRefunded,
    /// A license was revoked by the seller.
    LicenseRevoked,
}

/// A text that is no event name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown event name")]
pub struct UnknownEvent;

impl EventName {
    const ALL: [Self; 3] = [
        Self::LicenseCreated,
        Self::LicenseRefunded,
        Self::LicenseRevoked,
    ];

    /// The name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::LicenseCreated => "license.created",
            Self::LicenseRefunded => "license.refunded",
            Self::LicenseRevoked => "license.revoked",
        }
    }

    /// Reads a name.
    pub fn parse(text: &str) -> Result<Self, UnknownEvent> {
        Self::ALL
            .into_iter()
            .find(|name| name.as_str() == text)
            .ok_or(UnknownEvent)
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
}

/// What an event says besides the license itself.
#[derive(Debug, Clone, Copy)]
pub struct EventFacts<'a> {
    /// The delivery's id.
    pub id: &'a DeliveryId,
    /// What happened.
    pub event: EventName,
    /// The key: in the clear for `license.created`, masked for all others.
    pub key: &'a str,
    /// The buyer.
    pub customer_email: &'a str,
    /// The Stripe session, if the license came of one.
    pub session: Option<&'a str>,
    /// When.
    pub now: Timestamp,
}

/// The exact bytes of an event about a license.
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
    };
    serde_json::to_vec(&event).unwrap_or_else(|_| unreachable!("strings and numbers are JSON"))
}
