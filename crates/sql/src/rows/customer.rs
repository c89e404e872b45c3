//! Customers.

use diesel::prelude::*;
use mintage_domain::base::email::Email;
use mintage_domain::base::id::CustomerId;
use mintage_domain::base::mode::Mode;
use mintage_domain::base::slug::TenantId;
use mintage_domain::base::time::Timestamp;
use mintage_domain::model::sales::customer::{Customer, CustomerName, ExternalId};
use mintage_domain::ports::StoreError;
use serde_json::Value;

use crate::place::{Place, stored_text};
use crate::schema::customers;

/// A row of `customers`.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = customers, treat_none_as_default_value = false)]
pub struct CustomerRow {
    id: String,
    tenant: String,
    mode: String,
    email: String,
    name: Option<String>,
    external_id: Option<String>,
    metadata: String,
    created_at: i64,
}

impl From<&Customer> for CustomerRow {
    fn from(customer: &Customer) -> Self {
        Self {
            id: customer.id.to_string(),
            tenant: customer.tenant.to_string(),
            mode: customer.mode.as_str().to_owned(),
            email: customer.email.to_string(),
            name: customer.name.as_deref().map(stored_text),
            external_id: customer.external_id.as_deref().map(stored_text),
            metadata: Value::Object(customer.metadata.clone()).to_string(),
            created_at: customer.created_at.as_micros(),
        }
    }
}

impl TryFrom<CustomerRow> for Customer {
    type Error = StoreError;

    fn try_from(row: CustomerRow) -> Result<Self, StoreError> {
        let key = [row.id.as_str()];
        let place = Place::of("customers", &key);
        Ok(Self {
            id: place.read("id", CustomerId::parse(&row.id))?,
            tenant: place.read("tenant", TenantId::parse(&row.tenant))?,
            mode: place.read("mode", Mode::parse(&row.mode))?,
            email: place.read("email", Email::parse(&row.email))?,
            metadata: place.json("metadata", &row.metadata)?,
            name: row.name.as_deref().map(CustomerName::truncated),
            external_id: row.external_id.as_deref().map(ExternalId::truncated),
            created_at: Timestamp::from_micros(row.created_at),
        })
    }
}
