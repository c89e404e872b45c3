//! Idempotency keys.

use diesel::prelude::*;
use mintage_domain::base::id::{ApiKeyId, LicenseId};
use mintage_domain::base::mode::Mode;
use mintage_domain::base::secret::SecretHash;
use mintage_domain::base::slug::{ProductId, TenantId};
use mintage_domain::base::time::Timestamp;
use mintage_domain::commit::changes::Changes;
use mintage_domain::commit::row::Row;
use mintage_domain::model::access::idempotency::{
    IdempotencyId, IdempotencyKey, IdempotencyRecord,
};
use mintage_domain::ports::StoreError;

use super::super::super::db::Conn;
use crate::error::Error;
use crate::lookup::Lookup;
use crate::paging::one;
use crate::place::{Place, stored_version};
use crate::schema::idempotency_records;
use crate::table::{Value, stored};
use crate::writes::Writes;

/// A row of `idempotency_records`.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = idempotency_records)]
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
            api_key: stored_api_key(record.api_key.as_ref()),
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
            api_key: place.read_some("api_key", api_key(&row.api_key), ApiKeyId::parse)?,
            expires_at: Timestamp::from_micros(row.expires_at),
            version: place.number("version", row.version)?,
        })
    }
}

/// The column of the API key, which may not be null: it is empty if no API key made the call.
fn stored_api_key(id: Option<&ApiKeyId>) -> String {
    id.map(ToString::to_string).unwrap_or_default()
}

fn api_key(column: &str) -> Option<&str> {
    (!column.is_empty()).then_some(column)
}

stored!(IdempotencyRow: idempotency_records { key key, key tenant, key product, key mode, set body, set license, set api_key, set expires_at, set version });

/// How a guard finds the record of a call.
pub(crate) const LOOKUP: Lookup = Lookup::new(
    "idempotency_records",
    &["key", "tenant", "product", "mode"],
    |row| match row {
        Row::Call(call) => Some(vec![
            Value::text(call.key.as_str()),
            Value::text(&call.tenant),
            Value::text(&call.product),
            Value::text(&call.mode),
        ]),
        _ => None,
    },
);

/// Write what a commit changes.
pub(crate) fn write(changes: &Changes, writes: &mut Writes) {
    writes.add_guarded::<IdempotencyRow, _>(&changes.idempotency);
}

/// Get the record of a call.
pub fn get(conn: &mut Conn, id: &IdempotencyId) -> Result<Option<IdempotencyRecord>, Error> {
    let key = (
        id.key.as_str(),
        id.tenant.as_str(),
        id.product.as_str(),
        id.mode.as_str(),
    );
    let row = idempotency_records::table
        .find(key)
        .select(IdempotencyRow::as_select())
        .first(conn)
        .optional()?;
    one(row)
}
