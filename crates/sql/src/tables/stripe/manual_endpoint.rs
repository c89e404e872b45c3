//! Manual endpoints of tenants.

use diesel::prelude::*;
use mintage_domain::base::mode::Mode;
use mintage_domain::base::seal::Sealed;
use mintage_domain::base::slug::TenantId;
use mintage_domain::base::time::Timestamp;
use mintage_domain::commit::changes::Changes;
use mintage_domain::commit::row::Row;
use mintage_domain::model::stripe::manual_endpoint::ManualEndpoint;
use mintage_domain::ports::StoreError;

use super::super::super::db::Conn;
use crate::error::Error;
use crate::lookup::Lookup;
use crate::paging::one;
use crate::place::{Place, stored_text, stored_time, stored_version};
use crate::schema::manual_endpoints;
use crate::table::{Value, stored};
use crate::writes::Writes;

/// A row of `manual_endpoints`. An erased secret, and one that is not there, has no bytes.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = manual_endpoints)]
pub struct ManualEndpointRow {
    tenant: String,
    mode: String,
    sealed_secret: Vec<u8>,
    hint: String,
    sealed_old_secret: Vec<u8>,
    old_secret_until: Option<i64>,
    set_at: i64,
    version: i64,
}

impl From<&ManualEndpoint> for ManualEndpointRow {
    fn from(endpoint: &ManualEndpoint) -> Self {
        let old = endpoint.old_secret.as_ref();
        Self {
            tenant: endpoint.tenant.to_string(),
            mode: endpoint.mode.as_str().to_owned(),
            sealed_secret: endpoint.sealed_secret.to_bytes(),
            hint: stored_text(&endpoint.hint),
            sealed_old_secret: old.map_or_else(Vec::new, |(sealed, _)| sealed.to_bytes()),
            old_secret_until: stored_time(old.map(|(_, until)| *until)),
            set_at: endpoint.set_at.as_micros(),
            version: stored_version(endpoint.version),
        }
    }
}

impl TryFrom<ManualEndpointRow> for ManualEndpoint {
    type Error = StoreError;

    fn try_from(row: ManualEndpointRow) -> Result<Self, StoreError> {
        let key = [row.tenant.as_str(), row.mode.as_str()];
        let place = Place::of("manual_endpoints", &key);
        let sealed = |column, bytes: &[u8]| place.read(column, Sealed::from_bytes(bytes));
        let old_secret = match row.old_secret_until {
            Some(until) => Some((
                sealed("sealed_old_secret", &row.sealed_old_secret)?,
                Timestamp::from_micros(until),
            )),
            None => None,
        };
        Ok(Self {
            tenant: place.read("tenant", TenantId::parse(&row.tenant))?,
            mode: place.read("mode", Mode::parse(&row.mode))?,
            sealed_secret: sealed("sealed_secret", &row.sealed_secret)?,
            old_secret,
            set_at: Timestamp::from_micros(row.set_at),
            version: place.number("version", row.version)?,
            hint: row.hint,
        })
    }
}

stored!(ManualEndpointRow: manual_endpoints { key tenant, key mode, set sealed_secret, set hint, set sealed_old_secret, set old_secret_until, set set_at, set version });

/// How a guard finds a manual endpoint.
pub(crate) const LOOKUP: Lookup =
    Lookup::new("manual_endpoints", &["tenant", "mode"], |row| match row {
        Row::ManualEndpoint(tenant, mode) => Some(vec![Value::text(tenant), Value::text(mode)]),
        _ => None,
    });

/// Write what a commit changes.
pub(crate) fn write(changes: &Changes, writes: &mut Writes) {
    writes.add_guarded::<ManualEndpointRow, _>(&changes.manual_endpoints);
}

/// Get the manual endpoint of a tenant in a mode.
pub fn get(
    conn: &mut Conn,
    tenant: &TenantId,
    mode: Mode,
) -> Result<Option<ManualEndpoint>, Error> {
    let row = manual_endpoints::table
        .find((tenant.as_str(), mode.as_str()))
        .select(ManualEndpointRow::as_select())
        .first(conn)
        .optional()?;
    one(row)
}
