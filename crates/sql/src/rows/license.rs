//! Licenses.

use std::collections::BTreeMap;

use diesel::prelude::*;
use mintage_domain::base::email::Email;
use mintage_domain::base::id::{CustomerId, LicenseId, OrderId, SessionId};
use mintage_domain::base::metadata::Metadata;
use mintage_domain::base::mode::Mode;
use mintage_domain::base::seal::Sealed;
use mintage_domain::base::slug::{KeyTypeId, ProductId, TenantId};
use mintage_domain::base::time::Timestamp;
use mintage_domain::model::catalog::display_name::DisplayName;
use mintage_domain::model::licenses::key::KeyHash;
use mintage_domain::model::licenses::license::{License, Notes, OrderUnit};
use mintage_domain::model::licenses::standing::{
    HoldCause, HoldStatus, Revocation, RevocationReason, Standing,
};
use mintage_domain::ports::{KnownLicense, LicenseRecord, StoreError};
use serde_json::Value;

use crate::place::{Place, stored_text, stored_time, stored_version};
use crate::rows::catalog::{entitlements, stored_entitlements};
use crate::schema::{license_metadata, licenses};

/// A row of `licenses`. Its holds are a JSON object of cause to status; `held` says whether any of
/// them holds it now, so that lists can ask for it.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = licenses, treat_none_as_default_value = false)]
pub struct LicenseRow {
    id: String,
    tenant: String,
    mode: String,
    product: String,
    key_type: String,
    customer: String,
    order_id: Option<String>,
    line: Option<i64>,
    unit: Option<i64>,
    key_hash: Vec<u8>,
    masked_key: String,
    sealed_key: Vec<u8>,
    activation_limit: i64,
    entitlements: String,
    expires_at: Option<i64>,
    revocation: Option<String>,
    revoked_at: Option<i64>,
    holds: String,
    held: bool,
    created_at: i64,
    version: i64,
    notes: Option<String>,
    metadata: String,
}

impl From<&License> for LicenseRow {
    fn from(license: &License) -> Self {
        let unit = license.unit.as_ref();
        let standing = &license.standing;
        let revocation = standing.revocation();
        Self {
            id: license.id.to_string(),
            tenant: license.tenant.to_string(),
            mode: license.mode.as_str().to_owned(),
            product: license.product.to_string(),
            key_type: license.key_type.to_string(),
            customer: license.customer.to_string(),
            order_id: unit.map(|unit| unit.order.to_string()),
            line: unit.map(|unit| i64::from(unit.line)),
            unit: unit.map(|unit| i64::from(unit.unit)),
            key_hash: license.key_hash.as_bytes().to_vec(),
            masked_key: license.masked_key.clone(),
            sealed_key: license.sealed_key.to_bytes(),
            activation_limit: i64::from(license.activation_limit),
            entitlements: stored_entitlements(&license.entitlements),
            expires_at: stored_time(standing.expires_at()),
            revocation: revocation.map(|revoked| revoked.reason().as_str().to_owned()),
            revoked_at: stored_time(revocation.map(Revocation::at)),
            holds: standing
                .holds()
                .map(|(cause, status)| (cause.to_string(), Value::from(stored_status(status))))
                .collect::<Value>()
                .to_string(),
            held: standing
                .holds()
                .any(|(_, status)| status == HoldStatus::Held),
            created_at: license.created_at.as_micros(),
            version: stored_version(license.version),
            notes: license.notes.as_deref().map(stored_text),
            metadata: license.metadata.to_json(),
        }
    }
}

impl TryFrom<LicenseRow> for License {
    type Error = StoreError;

    fn try_from(row: LicenseRow) -> Result<Self, StoreError> {
        let key = [row.id.as_str()];
        let place = Place::of("licenses", &key);
        Ok(Self {
            id: place.read("id", LicenseId::parse(&row.id))?,
            tenant: place.read("tenant", TenantId::parse(&row.tenant))?,
            mode: place.read("mode", Mode::parse(&row.mode))?,
            product: place.read("product", ProductId::parse(&row.product))?,
            key_type: place.read("key_type", KeyTypeId::parse(&row.key_type))?,
            customer: place.read("customer", CustomerId::parse(&row.customer))?,
            unit: unit(&place, &row)?,
            key_hash: KeyHash::from_bytes(place.hash("key_hash", &row.key_hash)?),
            sealed_key: place.read("sealed_key", Sealed::from_bytes(&row.sealed_key))?,
            activation_limit: place.number("activation_limit", row.activation_limit)?,
            entitlements: entitlements(&place, &row.entitlements)?,
            standing: standing(&place, &row)?,
            created_at: Timestamp::from_micros(row.created_at),
            version: place.number("version", row.version)?,
            metadata: place.read(
                "metadata",
                Metadata::parse(place.json("metadata", &row.metadata)?),
            )?,
            notes: row.notes.as_deref().map(Notes::truncated),
            masked_key: row.masked_key,
        })
    }
}

/// A row of `license_metadata`: one text by which a license is found.
#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = license_metadata, treat_none_as_default_value = false)]
pub struct LicenseMetadataRow {
    license: String,
    key: String,
    tenant: String,
    value: String,
}

impl LicenseMetadataRow {
    /// All rows of a license.
    pub fn of(license: &License) -> impl Iterator<Item = Self> {
        license.metadata.searched().map(|(key, value)| Self {
            license: license.id.to_string(),
            key: key.to_owned(),
            tenant: license.tenant.to_string(),
            value: value.to_owned(),
        })
    }
}

fn unit(place: &Place<'_>, row: &LicenseRow) -> Result<Option<OrderUnit>, StoreError> {
    match (&row.order_id, row.line, row.unit) {
        (None, None, None) => Ok(None),
        (Some(order), Some(line), Some(unit)) => Ok(Some(OrderUnit {
            order: place.read("order_id", OrderId::parse(order))?,
            line: place.number("line", line)?,
            unit: place.number("unit", unit)?,
        })),
        _ => Err(place.wrong("order_id", "order, line and unit go together")),
    }
}

fn standing(place: &Place<'_>, row: &LicenseRow) -> Result<Standing, StoreError> {
    let revocation = match (&row.revocation, row.revoked_at) {
        (None, None) => None,
        (Some(reason), Some(at)) => Some(Revocation::new(
            place.read("revocation", RevocationReason::parse(reason))?,
            Timestamp::from_micros(at),
        )),
        _ => return Err(place.wrong("revocation", "a reason and its time go together")),
    };
    let holds: BTreeMap<String, String> = place.json("holds", &row.holds)?;
    let holds = holds
        .iter()
        .map(|(cause, text)| {
            let cause = place.read("holds", HoldCause::parse(cause))?;
            let status = status(text).ok_or_else(|| place.wrong("holds", "unknown status"))?;
            Ok((cause, status))
        })
        .collect::<Result<Vec<_>, StoreError>>()?;
    let expires_at = row.expires_at.map(Timestamp::from_micros);
    Ok(Standing::from_parts(expires_at, revocation, holds))
}

fn stored_status(status: HoldStatus) -> &'static str {
    match status {
        HoldStatus::Held => "held",
        HoldStatus::Released => "released",
    }
}

fn status(text: &str) -> Option<HoldStatus> {
    [HoldStatus::Held, HoldStatus::Released]
        .into_iter()
        .find(|status| stored_status(*status) == text)
}

/// A license with its customer's address and the session of its order.
pub type LicenseRecordRow = (LicenseRow, String, Option<String>);

/// Reads a license with what is told beside it.
pub fn license_record(
    (license, email, session): LicenseRecordRow,
) -> Result<LicenseRecord, StoreError> {
    let id = license.id.clone();
    let key = [id.as_str()];
    let place = Place::of("licenses", &key);
    Ok(LicenseRecord {
        email: place.read("customers.email", Email::parse(&email))?,
        session: place.read_some("orders.session", session.as_deref(), SessionId::parse)?,
        license: license.try_into()?,
    })
}

/// A license as the hot read finds it: with the name of its key type, and its active devices.
pub type KnownLicenseRow = (
    LicenseRow,
    String,
    Option<String>,
    Option<String>,
    Option<i64>,
);

/// Reads a license as the hot read finds it. Of one that never had a device nothing is counted.
pub fn known_license(
    (license, email, session, plan, activations): KnownLicenseRow,
) -> Result<KnownLicense, StoreError> {
    let id = license.id.clone();
    let key = [id.as_str()];
    let place = Place::of("licenses", &key);
    let plan = plan.ok_or_else(|| place.wrong("key_type", "there is no such key type"))?;
    Ok(KnownLicense {
        record: license_record((license, email, session))?,
        plan: place.read("key_types.display_name", DisplayName::parse(&plan))?,
        activations: place.number("counters.value", activations.unwrap_or_default())?,
    })
}
