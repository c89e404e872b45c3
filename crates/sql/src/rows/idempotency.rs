//! IdempotencyKeys that may be sent again.

use diesel::prelude::*;
use mintage_domain::base::id::{ApiKeyId, LicenseId};
use mintage_domain::base::mode::Mode;
use mintage_domain::base::secret::SecretHash;
use mintage_domain::base::slug::{ProductId, TenantId};
use mintage_domain::base::time::Timestamp;
use mintage_domain::model::access::idempotency::{
    IdempotencyId, IdempotencyKey, IdempotencyRecord,
};
use mintage_domain::ports::StoreError;

use crate::place::{Place, stored_version};
use crate::schema::idempotency_records;

/// A row of `idempotency_records`.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = idempotency_records, treat_none_as_default_value = false)]
pub struct IdempotencyRow {
    key: String,
    tenant: String,
    product: String,
    mode: String,
    body: Vec<u8>,
    license: String,
    api_key: String,
    expires_at: i64,
    version: i64,
}

impl From<&IdempotencyRecord> for IdempotencyRow {
    fn from(record: &IdempotencyRecord) -> Self {
        let call = &record.call;
        Self {
            key: call.key.as_str().to_owned(),
            tenant: call.tenant.to_string(),
            product: call.product.to_string(),
            mode: call.mode.to_string(),
            body: record.body.as_bytes().to_vec(),
            license: record.license.to_string(),
            api_key: record.api_key.to_string(),
            expires_at: record.expires_at.as_micros(),
            version: stored_version(record.version),
        }
    }
}

impl TryFrom<IdempotencyRow> for IdempotencyRecord {
    type Error = StoreError;

    fn try_from(row: IdempotencyRow) -> Result<Self, StoreError> {
        let key = [row.tenant.as_str(), row.key.as_str()];
        let place = Place::of("idempotency_records", &key);
        Ok(Self {
            call: IdempotencyId {
                tenant: place.read("tenant", TenantId::parse(&row.tenant))?,
                product: place.read("product", ProductId::parse(&row.product))?,
                mode: place.read("mode", Mode::parse(&row.mode))?,
                key: place.read("key", IdempotencyKey::parse(&row.key))?,
            },
            body: SecretHash::from_bytes(place.hash("body", &row.body)?),
            license: place.read("license", LicenseId::parse(&row.license))?,
            api_key: place.read("api_key", ApiKeyId::parse(&row.api_key))?,
            expires_at: Timestamp::from_micros(row.expires_at),
            version: place.number("version", row.version)?,
        })
    }
}
