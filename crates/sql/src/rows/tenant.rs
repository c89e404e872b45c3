//! Tenants.

use diesel::prelude::*;
use mintage_domain::base::email::Email;
use mintage_domain::base::slug::TenantId;
use mintage_domain::base::time::Timestamp;
use mintage_domain::model::sellers::tenant::{Plan, Tenant};
use mintage_domain::ports::StoreError;

use crate::place::{Place, stored_version};
use crate::schema::tenants;

/// A row of `tenants`.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = tenants, treat_none_as_default_value = false)]
pub struct TenantRow {
    id: String,
    email: String,
    plan: String,
    created_at: i64,
    version: i64,
    mails: bool,
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
        })
    }
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
