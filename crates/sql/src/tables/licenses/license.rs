//! Licenses.

use std::collections::BTreeMap;

use diesel::prelude::*;
use mintage_domain::base::id::{CustomerId, LicenseId, OrderId, SessionId};
use mintage_domain::base::metadata::Metadata;
use mintage_domain::base::mode::Mode;
use mintage_domain::base::seal::Sealed;
use mintage_domain::base::slug::{KeyTypeId, ProductId, TenantId};
use mintage_domain::base::time::Timestamp;
use mintage_domain::commit::changes::Changes;
use mintage_domain::commit::row::Row;
use mintage_domain::model::licenses::key::KeyHash;
use mintage_domain::model::licenses::license::{License, Notes, OrderUnit};
use mintage_domain::model::licenses::standing::{
    HoldCause, HoldStatus, Lapse, Revocation, RevocationReason, Standing,
};
use mintage_domain::model::sales::customer::ExternalId;
use mintage_domain::ports::{LicenseRecord, StoreError};
use serde_json::Value as Json;

use super::super::super::db::Conn;
use crate::error::Error;
use crate::lookup::Lookup;
use crate::place::stored_text;
use crate::place::{Place, stored_json, stored_time, stored_version};
use crate::schema::{customers, license_metadata, licenses, orders};
use crate::table::{Value, stored};
use crate::terms::{days, entitlements, stored_days, stored_entitlements};
use crate::writes::{Form, Writes};

/// What the column `state` says. A license whose term has ended stays active or frozen there until its
/// end is noticed.
pub(super) const ACTIVE: &str = "active";
pub(super) const FROZEN: &str = "frozen";
pub(super) const EXPIRED: &str = "expired";
pub(super) const REVOKED: &str = "revoked";

/// A row of `licenses`. Its holds are a JSON object of cause to status; `held` says whether any of
/// them holds it now, so that lists can ask for it.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = licenses)]
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
    state: String,
    event_sequence: i64,
    updates_until: Option<i64>,
    pending_term: Option<i64>,
    subscription: Option<String>,
    frozen_from: Option<i64>,
    frozen_by: Option<String>,
    noticed_end: Option<i64>,
    reminded_end: Option<i64>,
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
                .map(|(cause, status)| (cause.to_string(), Json::from(stored_status(status))))
                .collect::<Json>()
                .to_string(),
            held: is_held(standing),
            created_at: license.created_at.as_micros(),
            version: stored_version(license.version),
            notes: license.notes.as_deref().map(stored_text),
            metadata: license.metadata.to_json(),
            state: stored_state(license).to_owned(),
            event_sequence: stored_version(license.event_sequence),
            updates_until: stored_time(license.updates_until),
            pending_term: stored_days(standing.pending_term()),
            subscription: license.subscription.as_ref().map(stored_json),
            frozen_from: standing.lapse().map(|lapse| lapse.from.as_micros()),
            frozen_by: standing.lapse().map(|lapse| lapse.cause.to_string()),
            noticed_end: stored_time(license.noticed_end),
            reminded_end: stored_time(license.reminded_end),
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
            updates_until: row.updates_until.map(Timestamp::from_micros),
            subscription: place.json_some("subscription", row.subscription.as_deref())?,
            created_at: Timestamp::from_micros(row.created_at),
            version: place.number("version", row.version)?,
            event_sequence: place.number("event_sequence", row.event_sequence)?,
            noticed_end: row.noticed_end.map(Timestamp::from_micros),
            reminded_end: row.reminded_end.map(Timestamp::from_micros),
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
#[derive(Debug, Clone)]
pub struct LicenseMetadataRow {
    license: String,
    key: String,
    tenant: String,
    value: String,
    created_at: i64,
}

impl LicenseMetadataRow {
    /// All rows of a license.
    pub fn of(license: &License) -> impl Iterator<Item = Self> {
        license.metadata.searched().map(|(key, value)| Self {
            license: license.id.to_string(),
            key: key.to_owned(),
            tenant: license.tenant.to_string(),
            value: value.to_owned(),
            created_at: license.created_at.as_micros(),
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
    let pending_term = days(place, "pending_term", row.pending_term)?;
    let standing =
        Standing::from_parts(expires_at, revocation, holds).with_pending_term(pending_term);
    Ok(standing.with_subscription(expires_at, lapse(place, row)?))
}

fn lapse(place: &Place<'_>, row: &LicenseRow) -> Result<Option<Lapse>, StoreError> {
    match (&row.frozen_by, row.frozen_from) {
        (None, None) => Ok(None),
        (Some(cause), Some(from)) => Ok(Some(Lapse {
            cause: place.read("frozen_by", HoldCause::parse(cause))?,
            from: Timestamp::from_micros(from),
        })),
        _ => Err(place.wrong("frozen_by", "a lapse and its beginning go together")),
    }
}

fn is_held(standing: &Standing) -> bool {
    standing
        .holds()
        .any(|(_, status)| status == HoldStatus::Held)
}

/// The state as it follows without a clock. A license with a lapse counts as frozen before the lapse
/// begins.
fn stored_state(license: &License) -> &'static str {
    let standing = &license.standing;
    if standing.revocation().is_some() {
        REVOKED
    } else if license.is_end_noticed() {
        EXPIRED
    } else if is_held(standing) || standing.lapse().is_some() {
        FROZEN
    } else {
        ACTIVE
    }
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

impl LicenseRow {
    /// The id.
    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    /// The hash of the license key.
    pub(crate) fn key_hash(&self) -> &[u8] {
        &self.key_hash
    }
}

/// A license with its customer's address and external id, and the session of its order.
pub type LicenseRecordRow = (LicenseRow, String, Option<String>, Option<String>);

/// Reads a license with its customer's address and external id, and the session of its order.
pub fn license_record(
    (license, email, external_id, session): LicenseRecordRow,
) -> Result<LicenseRecord, StoreError> {
    let id = license.id.clone();
    let key = [id.as_str()];
    let place = Place::of("licenses", &key);
    Ok(LicenseRecord {
        email: place.email("customers.email", &email)?,
        external_id: external_id.as_deref().map(ExternalId::truncated),
        session: place.read_some("orders.session", session.as_deref(), SessionId::parse)?,
        license: license.try_into()?,
    })
}

stored!(LicenseRow: licenses { key id, fixed tenant, fixed mode, fixed product, set key_type, set customer, fixed order_id, fixed line, fixed unit, set key_hash, set masked_key, set sealed_key, set activation_limit, set entitlements, set expires_at, set revocation, set revoked_at, set holds, set held, fixed created_at, set version, set notes, fixed metadata, set state, set event_sequence, fixed updates_until, set pending_term, set subscription, set frozen_from, set frozen_by, set noticed_end, set reminded_end });

stored!(LicenseMetadataRow: license_metadata { key license, key key, set tenant, set value, set created_at });

/// How a guard finds a license.
pub(crate) const LOOKUP: Lookup = Lookup::of_random_id("licenses", |row| match row {
    Row::License(id) => Some(vec![Value::text(id)]),
    _ => None,
});

/// How a guard finds the license of a unit. That a unit has one never changes.
pub(crate) const LOOKUP_BY_UNIT: Lookup =
    Lookup::of_fixed("licenses", &["order_id", "line", "unit"], |row| match row {
        Row::LicenseUnit(unit) => Some(vec![
            Value::text(&unit.order),
            Value::from(i64::from(unit.line)),
            Value::from(i64::from(unit.unit)),
        ]),
        _ => None,
    });

/// How a guard finds the license with a key. That a key is taken never changes.
pub(crate) const LOOKUP_BY_KEY: Lookup = Lookup::of_fixed(
    "licenses",
    &["key_hash", "tenant", "mode"],
    |row| match row {
        Row::LicenseKey(tenant, mode, hash) => Some(vec![
            Value::bytes(hash.as_bytes()),
            Value::text(tenant),
            Value::text(mode),
        ]),
        _ => None,
    },
);

/// Write what a commit changes. The metadata of a license never changes, so a license that is changed
/// adds no texts by which it is found.
pub(crate) fn write(changes: &Changes, writes: &mut Writes) {
    writes.add_guarded::<LicenseRow, _>(&changes.licenses);
    let new = changes.licenses.iter().filter(|write| write.is_new());
    let mut new: Vec<&License> = new.map(|write| &write.value).collect();
    new.sort_by_key(|license| &license.id);
    let texts = new.into_iter().flat_map(LicenseMetadataRow::of);
    writes.add(Form::InsertNew, texts);
}

/// Get a license of a tenant.
pub fn get(
    conn: &mut Conn,
    tenant: &TenantId,
    id: &LicenseId,
) -> Result<Option<LicenseRecord>, Error> {
    let row = licenses::table
        .inner_join(customers::table)
        .left_join(orders::table)
        .filter(licenses::id.eq(id.as_str()))
        .filter(licenses::tenant.eq(tenant.as_str()))
        .select((
            LicenseRow::as_select(),
            customers::email,
            customers::external_id,
            orders::session.nullable(),
        ))
        .first(conn)
        .optional()?;
    Ok(row.map(license_record).transpose()?)
}

/// List the licenses of an order by line and unit.
pub fn list_of_order(conn: &mut Conn, order: &OrderId) -> Result<Vec<LicenseRecord>, Error> {
    let rows = licenses::table
        .inner_join(customers::table)
        .left_join(orders::table)
        .filter(licenses::order_id.eq(order.as_str()))
        .order((licenses::line, licenses::unit))
        .select((
            LicenseRow::as_select(),
            customers::email,
            customers::external_id,
            orders::session.nullable(),
        ))
        .load(conn)?;
    records(rows)
}

pub(super) fn records(rows: Vec<LicenseRecordRow>) -> Result<Vec<LicenseRecord>, Error> {
    Ok(rows
        .into_iter()
        .map(license_record)
        .collect::<Result<_, _>>()?)
}
