//! Customers.

use diesel::prelude::*;
use mintage_domain::base::email::EmailStart;
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

use super::super::super::db::{AMONG, Conn, Db};
use crate::error::Error;
use crate::newest::{OnPage, Range};
use crate::paging::{all, fetch, one};
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
            email: place.email("email", &row.email)?,
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

/// List the customers of a tenant that match a filter, newest first, or by address.
pub fn list(
    conn: &mut Conn,
    tenant: &TenantId,
    filter: &CustomerFilter,
    page: &PageRequest,
) -> Result<Page<Customer>, Error> {
    if let (Some(start), true) = (&filter.email_start, filter.is_by_address()) {
        return list_by_address(conn, tenant, start, modes(filter), page);
    }
    let rows = customers::table
        .filter(OnPage::new(
            "customers.id",
            AMONG,
            ranges(tenant, filter),
            page,
        ))
        .select(CustomerRow::as_select())
        .order((customers::created_at.desc(), customers::id.desc()))
        .into_boxed::<Db>()
        .load(conn)?;
    Ok(page_of(all(rows)?, page))
}

/// What a list that is sorted by age is merged from.
fn ranges(tenant: &TenantId, filter: &CustomerFilter) -> Vec<Range> {
    let customers = || Range::new("customers as c", "c.created_at", "c.id");
    let few = match (&filter.email, &filter.external_id) {
        (Some(email), _) => customers().text("c.email = ", email),
        (None, Some(id)) => customers().text("c.external_id = ", id.as_str()),
        (None, None) => {
            return modes(filter)
                .iter()
                .map(|mode| {
                    customers()
                        .text("c.tenant = ", tenant)
                        .text("c.mode = ", mode.as_str())
                })
                .collect();
        }
    };
    // Few have the same address or external id: the rest is written so that no index is tried for it.
    let mut few = few.text("c.tenant = ", tenant).checked();
    if let Some(mode) = filter.mode {
        few = few.check("c.mode = ", mode.as_str());
    }
    if let (Some(_), Some(id)) = (&filter.email, &filter.external_id) {
        few = few.check("c.external_id = ", id.as_str());
    }
    if let Some((from, until)) = filter.email_start.as_ref().map(EmailStart::range) {
        few = few.check("c.email >= ", from);
        if let Some(until) = until {
            few = few.check("c.email < ", &until);
        }
    }
    vec![few]
}

fn page_of(found: Vec<Customer>, page: &PageRequest) -> Page<Customer> {
    Page::of(found, page.limit(), |it: &Customer| Cursor {
        at: it.created_at,
        id: it.id.to_string(),
    })
}

fn modes(filter: &CustomerFilter) -> &'static [Mode] {
    match filter.mode {
        None => &Mode::ALL,
        Some(Mode::Live) => &[Mode::Live],
        Some(Mode::Sandbox) => &[Mode::Sandbox],
    }
}

/// The customers whose address begins with a text, by address and mode. However many there are, the
/// first of them are next to each other in an index.
fn list_by_address(
    conn: &mut Conn,
    tenant: &TenantId,
    start: &EmailStart,
    modes: &[Mode],
    page: &PageRequest,
) -> Result<Page<Customer>, Error> {
    // A customer keeps its address, and is never deleted.
    let after: Option<(String, String)> = match &page.after {
        None => None,
        Some(after) => customers::table
            .find(&after.id)
            .filter(customers::tenant.eq(tenant.as_str()))
            .select((customers::email, customers::mode))
            .first(conn)
            .optional()?,
    };
    // A range, not `like`: it needs no escapes, and the index serves it.
    let (from, until) = start.range();
    let mut found: Vec<Customer> = Vec::new();
    for mode in modes {
        let mut query = customers::table
            .filter(customers::tenant.eq(tenant.as_str()))
            .filter(customers::mode.eq(mode.as_str()))
            .filter(customers::email.ge(from.to_owned()))
            .select(CustomerRow::as_select())
            .order(customers::email)
            .limit(fetch(page))
            .into_boxed::<Db>();
        if let Some(until) = until.clone() {
            query = query.filter(customers::email.lt(until));
        }
        query = match &after {
            None => query,
            Some((email, last)) if mode.as_str() > last.as_str() => {
                query.filter(customers::email.ge(email.clone()))
            }
            Some((email, _)) => query.filter(customers::email.gt(email.clone())),
        };
        found.extend(all::<CustomerRow, Customer>(query.load(conn)?)?);
    }
    found.sort_by(|a, b| (&a.email, a.mode.as_str()).cmp(&(&b.email, b.mode.as_str())));
    found.truncate(usize::try_from(fetch(page)).unwrap_or(usize::MAX));
    Ok(page_of(found, page))
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
