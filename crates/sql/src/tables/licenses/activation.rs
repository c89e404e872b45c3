//! Activations of licenses on devices.

use diesel::prelude::*;
use mintage_domain::base::id::{ActivationId, LicenseId};
use mintage_domain::base::metadata::Metadata;
use mintage_domain::base::mode::Mode;
use mintage_domain::base::page::{Cursor, Page, PageRequest};
use mintage_domain::base::slug::TenantId;
use mintage_domain::base::time::Timestamp;
use mintage_domain::commit::changes::Changes;
use mintage_domain::commit::row::Row;
use mintage_domain::model::licenses::activation::{Activation, DeviceText, Fingerprint};
use mintage_domain::ports::StoreError;

use super::super::super::db::{Conn, Db};
use crate::error::Error;
use crate::lookup::Lookup;
use crate::paging::{all, behind, fetch, one};
use crate::place::{Place, stored_time, stored_version};
use crate::schema::activations;
use crate::table::{Value, stored};
use crate::writes::Writes;

/// A row of `activations`.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = activations)]
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

stored!(ActivationRow: activations { key license, key fingerprint, set id, fixed tenant, set mode, set hostname, set os, set metadata, set first_seen, set last_seen, set released_at, set version });

/// How a guard finds the activation of a device.
pub(crate) const LOOKUP: Lookup =
    Lookup::new(
        "activations",
        &["license", "fingerprint"],
        |row| match row {
            Row::Activation(license, fingerprint) => Some(vec![
                Value::text(license),
                Value::text(fingerprint.as_str()),
            ]),
            _ => None,
        },
    );

/// Write what a commit changes.
pub(crate) fn write(changes: &Changes, writes: &mut Writes) {
    writes.add_guarded::<ActivationRow, _>(&changes.activations);
}

/// Get the activation of a device.
pub fn get(
    conn: &mut Conn,
    license: &LicenseId,
    fingerprint: &Fingerprint,
) -> Result<Option<Activation>, Error> {
    let row = activations::table
        .find((license.as_str(), fingerprint.as_str()))
        .select(ActivationRow::as_select())
        .first(conn)
        .optional()?;
    one(row)
}

/// Get an activation by its id.
pub fn get_by_id(
    conn: &mut Conn,
    license: &LicenseId,
    id: &ActivationId,
) -> Result<Option<Activation>, Error> {
    let row = activations::table
        .filter(activations::id.eq(id.as_str()))
        .filter(activations::license.eq(license.as_str()))
        .select(ActivationRow::as_select())
        .first(conn)
        .optional()?;
    one(row)
}

/// List the activations of a license, newest first.
pub fn list(
    conn: &mut Conn,
    tenant: &TenantId,
    license: &LicenseId,
    page: &PageRequest,
) -> Result<Page<Activation>, Error> {
    let mut query = activations::table
        .filter(activations::license.eq(license.as_str()))
        .filter(activations::tenant.eq(tenant.as_str()))
        .select(ActivationRow::as_select())
        .order((activations::first_seen.desc(), activations::id.desc()))
        .limit(fetch(page))
        .into_boxed::<Db>();
    if let Some(after) = &page.after {
        query = query.filter(behind!(activations::first_seen, activations::id, after));
    }
    let rows = all(query.load::<ActivationRow>(conn)?)?;
    Ok(Page::of(rows, page.limit(), |it: &Activation| Cursor {
        at: it.first_seen,
        id: it.id.to_string(),
    }))
}
