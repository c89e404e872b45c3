//! Tenants.

use diesel::prelude::*;
use mintage_domain::base::email::Email;
use mintage_domain::base::page::{Cursor, Page, PageRequest};
use mintage_domain::base::slug::TenantId;
use mintage_domain::base::time::Timestamp;
use mintage_domain::commit::changes::Changes;
use mintage_domain::commit::row::Row;
use mintage_domain::model::sellers::tenant::{Plan, Tenant, TenantStatus};
use mintage_domain::ports::StoreError;

use super::super::super::db::{Conn, Db};
use crate::error::Error;
use crate::lookup::Lookup;
use crate::paging::{all, behind, fetch, one};
use crate::place::{Place, stored_version};
use crate::schema::tenants;
use crate::table::Value;
use crate::table::stored;
use crate::writes::Writes;

/// A row of `tenants`.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = tenants)]
pub struct TenantRow {
    id: String,
    email: String,
    plan: String,
    created_at: i64,
    version: i64,
    mails: bool,
    status: String,
}

impl From<&Tenant> for TenantRow {
    fn from(tenant: &Tenant) -> Self {
        Self {
            id: tenant.id.to_string(),
            email: tenant.email.to_string(),
            plan: tenant.plan.as_str().to_owned(),
            created_at: tenant.created_at.as_micros(),
            version: stored_version(tenant.version),
            mails: tenant.mails,
            status: tenant.status.as_str().to_owned(),
        }
    }
}

impl TryFrom<TenantRow> for Tenant {
    type Error = StoreError;

    fn try_from(row: TenantRow) -> Result<Self, StoreError> {
        let key = [row.id.as_str()];
        let place = Place::of("tenants", &key);
        Ok(Self {
            id: place.read("id", TenantId::parse(&row.id))?,
            email: place.read("email", Email::parse(&row.email))?,
            plan: place.read("plan", Plan::parse(&row.plan))?,
            created_at: Timestamp::from_micros(row.created_at),
            version: place.number("version", row.version)?,
            mails: row.mails,
            status: place.read("status", TenantStatus::parse(&row.status))?,
        })
    }
}

stored!(TenantRow: tenants { key id, set email, set plan, fixed created_at, set version, set mails, set status });

/// How a guard finds a tenant.
pub(crate) const LOOKUP: Lookup = Lookup::new("tenants", &["id"], |row| match row {
    Row::Tenant(id) => Some(vec![Value::text(id)]),
    _ => None,
});

/// Write what a commit changes.
pub(crate) fn write(changes: &Changes, writes: &mut Writes) {
    writes.add_guarded::<TenantRow, _>(&changes.tenants);
}

/// Get a tenant.
pub fn get(conn: &mut Conn, id: &TenantId) -> Result<Option<Tenant>, Error> {
    let row = tenants::table
        .find(id.as_str())
        .select(TenantRow::as_select())
        .first(conn)
        .optional()?;
    one(row)
}

/// List all tenants, newest first.
pub fn list(conn: &mut Conn, page: &PageRequest) -> Result<Page<Tenant>, Error> {
    let mut query = tenants::table
        .select(TenantRow::as_select())
        .order((tenants::created_at.desc(), tenants::id.desc()))
        .limit(fetch(page))
        .into_boxed::<Db>();
    if let Some(after) = &page.after {
        query = query.filter(behind!(tenants::created_at, tenants::id, after));
    }
    Ok(Page::of(
        all(query.load(conn)?)?,
        page.limit(),
        |it: &Tenant| Cursor {
            at: it.created_at,
            id: it.id.to_string(),
        },
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stored(email: &str, plan: &str, version: i64) -> TenantRow {
        TenantRow {
            id: "acme".to_owned(),
            email: email.to_owned(),
            plan: plan.to_owned(),
            created_at: 0,
            version,
            mails: true,
            status: "active".to_owned(),
        }
    }

    #[test]
    fn a_row_that_makes_no_sense_is_told_by_its_column_and_id_and_not_by_its_content() {
        for (row, column) in [
            (stored("sesame", "pro", 1), "email"),
            (stored("a@b.test", "sesame", 1), "plan"),
            (stored("a@b.test", "pro", -1), "version"),
        ] {
            let Err(StoreError::Inconsistent { table, reason }) = Tenant::try_from(row) else {
                panic!("a {column} that makes no sense was read");
            };
            assert_eq!(table, "tenants");
            assert!(
                reason.starts_with(&format!("column {column} of acme: ")),
                "{reason}"
            );
            assert!(!reason.contains("sesame"), "{reason}");
        }
    }
}
