//! The devices of licenses.

use diesel::prelude::*;
use mintage_domain::base::id::{ActivationId, LicenseId};
use mintage_domain::base::metadata::Metadata;
use mintage_domain::base::mode::Mode;
use mintage_domain::base::slug::TenantId;
use mintage_domain::base::time::Timestamp;
use mintage_domain::model::licenses::activation::{Activation, DeviceText, Fingerprint};
use mintage_domain::ports::StoreError;

use crate::place::{Place, stored_time, stored_version};
use crate::schema::activations;

/// A row of `activations`.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = activations, treat_none_as_default_value = false)]
pub struct ActivationRow {
    license: String,
    fingerprint: String,
    id: String,
    tenant: String,
    mode: String,
    hostname: Option<String>,
    os: Option<String>,
    metadata: String,
    first_seen: i64,
    last_seen: i64,
    released_at: Option<i64>,
    version: i64,
}

impl From<&Activation> for ActivationRow {
    fn from(activation: &Activation) -> Self {
        Self {
            license: activation.license.to_string(),
            fingerprint: activation.fingerprint.as_str().to_owned(),
            id: activation.id.to_string(),
            tenant: activation.tenant.to_string(),
            mode: activation.mode.to_string(),
            hostname: activation.hostname.as_deref().map(str::to_owned),
            os: activation.os.as_deref().map(str::to_owned),
            metadata: activation.metadata.to_json(),
            first_seen: activation.first_seen.as_micros(),
            last_seen: activation.last_seen.as_micros(),
            released_at: stored_time(activation.released_at),
            version: stored_version(activation.version),
        }
    }
}

impl TryFrom<ActivationRow> for Activation {
    type Error = StoreError;

    fn try_from(row: ActivationRow) -> Result<Self, StoreError> {
        let key = [row.id.as_str()];
        let place = Place::of("activations", &key);
        let metadata = place.json("metadata", &row.metadata)?;
        Ok(Self {
            id: place.read("id", ActivationId::parse(&row.id))?,
            license: place.read("license", LicenseId::parse(&row.license))?,
            tenant: place.read("tenant", TenantId::parse(&row.tenant))?,
            mode: place.read("mode", Mode::parse(&row.mode))?,
            fingerprint: place.read("fingerprint", Fingerprint::parse(&row.fingerprint))?,
            metadata: place.read("metadata", Metadata::parse(metadata))?,
            first_seen: Timestamp::from_micros(row.first_seen),
            last_seen: Timestamp::from_micros(row.last_seen),
            released_at: row.released_at.map(Timestamp::from_micros),
            version: place.number("version", row.version)?,
            hostname: row.hostname.as_deref().map(DeviceText::truncated),
            os: row.os.as_deref().map(DeviceText::truncated),
        })
    }
}
