//! The coupons that prove a permission of restricted keys.

use diesel::prelude::*;
use mintage_domain::base::id::ProbeCouponId;
use mintage_domain::base::mode::Mode;
use mintage_domain::base::seal::Sealed;
use mintage_domain::base::slug::TenantId;
use mintage_domain::base::time::Timestamp;
use mintage_domain::commit::changes::Changes;
use mintage_domain::commit::row::Row;
use mintage_domain::model::stripe::restricted_key::ProbeCoupon;
use mintage_domain::ports::StoreError;

use super::super::super::db::{Conn, Db};
use crate::error::Error;
use crate::lookup::Lookup;
use crate::paging::{all, one};
use crate::place::{Place, stored_version};
use crate::schema::probe_coupons;
use crate::table::{Column, Kind, Role, Table, Value, stored};
use crate::writes::{Form, Writes};

/// A row of `probe_coupons`.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = probe_coupons)]
pub struct ProbeCouponRow {
    id: String,
    tenant: String,
    mode: String,
    sealed_key: Vec<u8>,
    orphan: bool,
    created_at: i64,
    retry_at: i64,
    version: i64,
}

impl From<&ProbeCoupon> for ProbeCouponRow {
    fn from(coupon: &ProbeCoupon) -> Self {
        Self {
            id: coupon.id.to_string(),
            tenant: coupon.tenant.to_string(),
            mode: coupon.mode.as_str().to_owned(),
            sealed_key: coupon.sealed_key.to_bytes(),
            orphan: coupon.is_orphan,
            created_at: coupon.created_at.as_micros(),
            retry_at: coupon.retry_at.as_micros(),
            version: stored_version(coupon.version),
        }
    }
}

impl TryFrom<ProbeCouponRow> for ProbeCoupon {
    type Error = StoreError;

    fn try_from(row: ProbeCouponRow) -> Result<Self, StoreError> {
        let key = [row.id.as_str()];
        let place = Place::of("probe_coupons", &key);
        Ok(Self {
            id: place.read("id", ProbeCouponId::parse(&row.id))?,
            tenant: place.read("tenant", TenantId::parse(&row.tenant))?,
            mode: place.read("mode", Mode::parse(&row.mode))?,
            sealed_key: place.read("sealed_key", Sealed::from_bytes(&row.sealed_key))?,
            is_orphan: row.orphan,
            created_at: Timestamp::from_micros(row.created_at),
            retry_at: Timestamp::from_micros(row.retry_at),
            version: place.number("version", row.version)?,
        })
    }
}

stored!(ProbeCouponRow: probe_coupons { key id, fixed tenant, fixed mode, set sealed_key, set orphan, fixed created_at, set retry_at, set version });

/// A row, by its id.
const BY_ID: Table = Table {
    name: "probe_coupons",
    columns: &[Column {
        name: "id",
        role: Role::Key,
        kind: Kind::Text,
    }],
};

/// How a guard finds a coupon.
pub(crate) const LOOKUP: Lookup = Lookup::new("probe_coupons", &["id"], |row| match row {
    Row::ProbeCoupon(id) => Some(vec![Value::text(id)]),
    _ => None,
});

/// Write what a commit changes. What is removed was written by an earlier commit.
pub(crate) fn write(changes: &Changes, writes: &mut Writes) {
    writes.add_guarded::<ProbeCouponRow, _>(&changes.probe_coupons);
    let removed = changes.removed_probe_coupons.iter();
    let removed = removed.map(|id| vec![Value::text(id)]).collect();
    writes.add_values(&BY_ID, Form::Delete, removed);
}

/// Get a coupon.
pub fn get(conn: &mut Conn, id: &ProbeCouponId) -> Result<Option<ProbeCoupon>, Error> {
    let row = probe_coupons::table
        .find(id.as_str())
        .select(ProbeCouponRow::as_select())
        .first(conn)
        .optional()?;
    one(row)
}

/// List the coupons that a sweep tries to delete by now.
pub fn list_due(conn: &mut Conn, now: Timestamp, n: usize) -> Result<Vec<ProbeCoupon>, Error> {
    let rows = probe_coupons::table
        .filter(probe_coupons::retry_at.le(now.as_micros()))
        .order((probe_coupons::retry_at, probe_coupons::id))
        .limit(i64::try_from(n).unwrap_or(i64::MAX))
        .select(ProbeCouponRow::as_select())
        .load(conn)?;
    all(rows)
}

/// List the coupons that could not be deleted: those of a tenant in a mode, or all.
pub fn list_orphans(
    conn: &mut Conn,
    of: Option<(&TenantId, Mode)>,
    n: usize,
) -> Result<Vec<ProbeCoupon>, Error> {
    let mut query = probe_coupons::table
        .filter(probe_coupons::orphan)
        .into_boxed::<Db>();
    if let Some((tenant, mode)) = of {
        query = query
            .filter(probe_coupons::tenant.eq(tenant.as_str()))
            .filter(probe_coupons::mode.eq(mode.as_str()));
    }
    let rows = query
        .order(probe_coupons::id)
        .limit(i64::try_from(n).unwrap_or(i64::MAX))
        .select(ProbeCouponRow::as_select())
        .load(conn)?;
    all(rows)
}
