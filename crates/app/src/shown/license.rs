//! A license, and its devices.

use mintage_domain::activation::Activation;
use mintage_domain::email::Email;
use mintage_domain::id::{ActivationId, CustomerId, LicenseId, OrderId};
use mintage_domain::mode::Mode;
use mintage_domain::ports::LicenseRecord;
use mintage_domain::slug::{KeyTypeId, ProductId};
use mintage_domain::time::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value};

/// A license, its key masked.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct License<'a> {
    pub(crate) id: &'a LicenseId,
    pub(crate) display_key: &'a str,
    /// `ACTIVE`, `FROZEN`, `EXPIRED` or `REVOKED`.
    pub(crate) status: &'static str,
    /// Why it is not good: `frozen`, `expired`, or what it was revoked for.
    reason: Option<&'static str>,
    /// What holds it now: `admin`, `dispute:<id>`, `invoice:<id>`.
    holds: Vec<String>,
    pub(crate) mode: Mode,
    pub(crate) product_id: &'a ProductId,
    pub(crate) key_type_id: &'a KeyTypeId,
    customer_id: &'a CustomerId,
    pub(crate) customer_email: &'a Email,
    /// The order it was minted for; `null` if it was issued.
    order_id: Option<&'a OrderId>,
    activation_limit: u32,
    notes: Option<&'a str>,
    metadata: &'a Map<String, Value>,
    /// `null` for never.
    pub(crate) expires_at: Option<String>,
    created_at: String,
}

impl<'a> License<'a> {
    /// A license as it stands at `now`.
    pub(crate) fn of(record: &'a LicenseRecord, now: Timestamp) -> Self {
        let license = &record.license;
        let standing = &license.standing;
        Self {
            id: &license.id,
            display_key: &license.masked_key,
            status: license.state(now).as_str(),
            reason: license.reason(now),
            holds: standing.held_by().map(ToString::to_string).collect(),
            mode: license.mode,
            product_id: &license.product,
            key_type_id: &license.key_type,
            customer_id: &license.customer,
            customer_email: &record.email,
            order_id: license.unit.as_ref().map(|unit| &unit.order),
            activation_limit: license.activation_limit,
            notes: license.notes.as_deref(),
            metadata: license.metadata.as_map(),
            expires_at: standing.expires_at().map(Timestamp::to_rfc3339),
            created_at: license.created_at.to_rfc3339(),
        }
    }
}

/// A device of a license.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Device<'a> {
    pub(crate) id: &'a ActivationId,
    license_id: &'a LicenseId,
    /// Whether it has one of the license's slots.
    pub(crate) active: bool,
    pub(crate) fingerprint: &'a str,
    hostname: Option<&'a str>,
    os: Option<&'a str>,
    metadata: &'a Map<String, Value>,
    first_seen_at: String,
    pub(crate) last_seen_at: String,
    /// Since when it has none.
    released_at: Option<String>,
}

impl<'a> Device<'a> {
    /// A device, active or released.
    pub(crate) fn of(activation: &'a Activation) -> Self {
        Self {
            id: &activation.id,
            license_id: &activation.license,
            active: activation.is_active(),
            fingerprint: activation.fingerprint.as_str(),
            hostname: activation.hostname.as_deref(),
            os: activation.os.as_deref(),
            metadata: activation.metadata.as_map(),
            first_seen_at: activation.first_seen.to_rfc3339(),
            last_seen_at: activation.last_seen.to_rfc3339(),
            released_at: activation.released_at.map(Timestamp::to_rfc3339),
        }
    }
}
