//! Customers.

use diesel::prelude::*;
use mintage_domain::base::email::Email;
use mintage_domain::base::id::CustomerId;
use mintage_domain::base::mode::Mode;
use mintage_domain::base::page::{Cursor, Page, PageRequest};
use mintage_domain::base::slug::TenantId;
use mintage_domain::base::time::Timestamp;
use mintage_domain::commit::join_customers::JoinedCustomers;
use mintage_domain::model::sales::customer::{
    Customer, CustomerIdentity, CustomerName, ExternalId,
};
use mintage_domain::ports::{CustomerFilter, StoreError};
use serde_json::Value as Json;

use super::super::super::db::{Conn, Db};
use crate::error::Error;
use crate::paging::{all, behind, fetch, one};
use crate::place::Place;
use crate::place::stored_text;
use crate::schema::customers;
use crate::table::stored;
use crate::writes::{Form, Writes};

/// A row of `customers`.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = customers)]
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
            metadata: Json::Object(customer.metadata.clone()).to_string(),
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

stored!(CustomerRow: customers { key id, fixed tenant, fixed mode, fixed email, set name, set external_id, set metadata, fixed created_at });

/// Write what a commit changes of its customers, which have joined those that exist.
pub(crate) fn write(joined: &JoinedCustomers, writes: &mut Writes) {
    writes.add(Form::InsertNew, joined.insert.iter().map(CustomerRow::from));
    writes.add(Form::Update, joined.update.iter().map(CustomerRow::from));
}

/// Get a customer of a tenant.
pub fn get(conn: &mut Conn, tenant: &TenantId, id: &CustomerId) -> Result<Option<Customer>, Error> {
    let row = customers::table
        .find(id.as_str())
        .filter(customers::tenant.eq(tenant.as_str()))
        .select(CustomerRow::as_select())
        .first(conn)
        .optional()?;
    one(row)
}

/// List the customers of a tenant that match a filter, newest first.
pub fn list(
    conn: &mut Conn,
    tenant: &TenantId,
    filter: &CustomerFilter,
    page: &PageRequest,
) -> Result<Page<Customer>, Error> {
    let mut query = customers::table
        .filter(customers::tenant.eq(tenant.as_str()))
        .select(CustomerRow::as_select())
        .order((customers::created_at.desc(), customers::id.desc()))
        .limit(fetch(page))
        .into_boxed::<Db>();
    if let Some(mode) = filter.mode {
        query = query.filter(customers::mode.eq(mode.as_str()));
    }
    if let Some(email) = &filter.email {
        query = query.filter(customers::email.eq(email.as_str()));
    }
    if let Some(start) = &filter.email_start {
        // A range, not `like`: it needs no escapes, and the index serves it.
        let (from, until) = start.range();
        query = query.filter(customers::email.ge(from.to_owned()));
        if let Some(until) = until {
            query = query.filter(customers::email.lt(until));
        }
    }
    if let Some(id) = &filter.external_id {
        query = query.filter(customers::external_id.eq(id.as_str()));
    }
    if let Some(after) = &page.after {
        query = query.filter(behind!(customers::created_at, customers::id, after));
    }
    Ok(Page::of(
        all(query.load(conn)?)?,
        page.limit(),
        |it: &Customer| Cursor {
            at: it.created_at,
            id: it.id.to_string(),
        },
    ))
}

/// Get the customer with an identity.
pub fn get_by_identity(
    conn: &mut Conn,
    identity: &CustomerIdentity,
) -> Result<Option<Customer>, Error> {
    let row = customers::table
        .filter(customers::email.eq(identity.email.as_str()))
        .filter(customers::tenant.eq(identity.tenant.as_str()))
        .filter(customers::mode.eq(identity.mode.as_str()))
        .select(CustomerRow::as_select())
        .first(conn)
        .optional()?;
    one(row)
}
