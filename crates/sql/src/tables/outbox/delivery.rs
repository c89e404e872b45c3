//! Deliveries of webhook events, and the attempts at them.

use std::collections::HashMap;

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use mintage_domain::base::id::{CustomerId, DeliveryId, LicenseId, WebhookEndpointId};
use mintage_domain::base::mode::Mode;
use mintage_domain::base::page::{Cursor, Page, PageRequest};
use mintage_domain::base::seal::Sealed;
use mintage_domain::base::slug::TenantId;
use mintage_domain::base::time::Timestamp;
use mintage_domain::base::url::WebUrl;
use mintage_domain::commit::changes::Changes;
use mintage_domain::commit::row::Row;
use mintage_domain::model::outbox::delivery::{Attempt, Delivery, DeliveryStatus};
use mintage_domain::model::outbox::event::{EventCustomer, EventName};
use mintage_domain::model::sales::customer::ExternalId;
use mintage_domain::ports::StoreError;

use super::super::super::db::{Conn, Db};
use crate::claim::QueueRow;
use crate::error::Error;
use crate::lookup::Lookup;
use crate::paging::{all, behind, fetch, one};
use crate::place::{Place, stored_text, stored_version};
use crate::schema::{attempts, deliveries};
use crate::table::{Value, stored};
use crate::writes::{Form, Writes};

/// A row of `deliveries`.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = deliveries)]
pub struct DeliveryRow {
    id: String,
    tenant: String,
    event: String,
    license: String,
    sealed_body: Vec<u8>,
    status: String,
    attempts: i64,
    schedule_from: i64,
    due_at: i64,
    created_at: i64,
    version: i64,
    sequence: i64,
    customer: Option<String>,
    external_id: Option<String>,
    endpoint: Option<String>,
    waits_in: Option<String>,
}

impl From<&Delivery> for DeliveryRow {
    fn from(delivery: &Delivery) -> Self {
        let customer = delivery.customer.as_ref();
        Self {
            id: delivery.id.to_string(),
            tenant: delivery.tenant.to_string(),
            event: delivery.event.as_str().to_owned(),
            license: delivery
                .license
                .as_ref()
                .map_or("", LicenseId::as_str)
                .to_owned(),
            sealed_body: delivery.sealed_body.to_bytes(),
            status: delivery.status.as_str().to_owned(),
            attempts: i64::from(delivery.attempts),
            schedule_from: i64::from(delivery.schedule_from),
            due_at: delivery.due_at.as_micros(),
            created_at: delivery.created_at.as_micros(),
            version: stored_version(delivery.version),
            sequence: stored_version(delivery.sequence),
            customer: customer.map(|it| it.id.to_string()),
            external_id: customer.and_then(|it| it.external_id.as_deref().map(stored_text)),
            endpoint: (delivery.endpoint != WebhookEndpointId::first_of(&delivery.tenant))
                .then(|| delivery.endpoint.to_string()),
            waits_in: delivery.waits_in.map(|mode| mode.as_str().to_owned()),
        }
    }
}

impl TryFrom<DeliveryRow> for Delivery {
    type Error = StoreError;

    fn try_from(row: DeliveryRow) -> Result<Self, StoreError> {
        let key = [row.id.as_str()];
        let place = Place::of("deliveries", &key);
        let tenant = place.read("tenant", TenantId::parse(&row.tenant))?;
        let event = place.read("event", EventName::parse(&row.event))?;
        let has_license = event.is_about_license() || !row.license.is_empty();
        let license = has_license.then_some(row.license.as_str());
        let endpoint = row.endpoint.as_deref();
        let endpoint = place.read_some("endpoint", endpoint, WebhookEndpointId::parse)?;
        Ok(Self {
            id: place.read("id", DeliveryId::parse(&row.id))?,
            endpoint: endpoint.unwrap_or_else(|| WebhookEndpointId::first_of(&tenant)),
            tenant,
            waits_in: place.read_some("waits_in", row.waits_in.as_deref(), Mode::parse)?,
            event,
            license: place.read_some("license", license, LicenseId::parse)?,
            sealed_body: place.read("sealed_body", Sealed::from_bytes(&row.sealed_body))?,
            status: place.read("status", DeliveryStatus::parse(&row.status))?,
            attempts: place.number("attempts", row.attempts)?,
            schedule_from: place.number("schedule_from", row.schedule_from)?,
            due_at: Timestamp::from_micros(row.due_at),
            created_at: Timestamp::from_micros(row.created_at),
            version: place.number("version", row.version)?,
            sequence: place.number("sequence", row.sequence)?,
            customer: place
                .read_some("customer", row.customer.as_deref(), CustomerId::parse)?
                .map(|id| EventCustomer {
                    id,
                    external_id: row.external_id.as_deref().map(ExternalId::truncated),
                }),
        })
    }
}

/// A row of `attempts`.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = attempts)]
pub struct AttemptRow {
    delivery: String,
    number: i64,
    at: i64,
    url: String,
    status: Option<i64>,
    snippet: String,
}

impl From<&Attempt> for AttemptRow {
    fn from(attempt: &Attempt) -> Self {
        Self {
            delivery: attempt.delivery.to_string(),
            number: i64::from(attempt.number),
            at: attempt.at.as_micros(),
            url: attempt.url.as_str().to_owned(),
            status: attempt.status.map(i64::from),
            snippet: stored_text(&attempt.snippet),
        }
    }
}

impl TryFrom<AttemptRow> for Attempt {
    type Error = StoreError;

    fn try_from(row: AttemptRow) -> Result<Self, StoreError> {
        let key = [row.delivery.as_str()];
        let place = Place::of("attempts", &key);
        Ok(Self {
            delivery: place.read("delivery", DeliveryId::parse(&row.delivery))?,
            number: place.number("number", row.number)?,
            at: Timestamp::from_micros(row.at),
            url: place.read("url", WebUrl::parse(&row.url))?,
            status: row
                .status
                .map(|status| place.number("status", status))
                .transpose()?,
            snippet: row.snippet,
        })
    }
}

stored!(DeliveryRow: deliveries { key id, fixed tenant, fixed event, fixed license, fixed sealed_body, set status, set attempts, set schedule_from, set due_at, fixed created_at, set version, fixed sequence, fixed customer, fixed external_id, set endpoint, set waits_in });

stored!(AttemptRow: attempts { key delivery, key number, set at, set url, set status, set snippet });

/// How a guard finds a delivery.
pub(crate) const LOOKUP: Lookup = Lookup::of_random_id("deliveries", |row| match row {
    Row::Delivery(id) => Some(vec![Value::text(id)]),
    _ => None,
});

/// Write what a commit changes.
pub(crate) fn write(changes: &Changes, writes: &mut Writes) {
    writes.add_guarded::<DeliveryRow, _>(&changes.deliveries);
    writes.add(
        Form::InsertNew,
        changes.attempts.iter().map(AttemptRow::from),
    );
}

/// Get a delivery of a tenant with its attempts.
pub fn get(
    conn: &mut Conn,
    tenant: &TenantId,
    id: &DeliveryId,
) -> Result<Option<(Delivery, Vec<Attempt>)>, Error> {
    let row = deliveries::table
        .find(id.as_str())
        .filter(deliveries::tenant.eq(tenant.as_str()))
        .select(DeliveryRow::as_select())
        .first(conn)
        .optional()?;
    let Some(delivery) = one(row)? else {
        return Ok(None);
    };
    let made = attempts::table
        .filter(attempts::delivery.eq(id.as_str()))
        .order(attempts::number)
        .select(AttemptRow::as_select())
        .load(conn)?;
    Ok(Some((delivery, all(made)?)))
}

/// List the deliveries of a tenant, or those to an endpoint, with the last attempt at each, newest first.
pub fn list(
    conn: &mut Conn,
    tenant: &TenantId,
    endpoint: Option<&WebhookEndpointId>,
    page: &PageRequest,
) -> Result<Page<(Delivery, Option<Attempt>)>, Error> {
    let mut query = deliveries::table
        .filter(deliveries::tenant.eq(tenant.as_str()))
        .select(DeliveryRow::as_select())
        .order((deliveries::created_at.desc(), deliveries::id.desc()))
        .limit(fetch(page))
        .into_boxed::<Db>();
    if let Some(endpoint) = endpoint {
        query = if *endpoint == WebhookEndpointId::first_of(tenant) {
            query.filter(deliveries::endpoint.is_null())
        } else {
            query.filter(deliveries::endpoint.eq(endpoint.as_str()))
        };
    }
    if let Some(after) = &page.after {
        query = query.filter(behind!(deliveries::created_at, deliveries::id, after));
    }
    let found: Vec<Delivery> = all(query.load(conn)?)?;
    let made = attempts::table
        .filter(attempts::delivery.eq_any(found.iter().map(|it| it.id.as_str())))
        .order(attempts::number)
        .select(AttemptRow::as_select())
        .load(conn)?;
    // The last attempt of each stays.
    let mut last: HashMap<DeliveryId, Attempt> = all(made)?
        .into_iter()
        .map(|attempt: Attempt| (attempt.delivery.clone(), attempt))
        .collect();
    let told = found
        .into_iter()
        .map(|delivery| {
            let attempt = last.remove(&delivery.id);
            (delivery, attempt)
        })
        .collect();
    Ok(Page::of(told, page.limit(), |(it, _): &(Delivery, _)| {
        Cursor {
            at: it.created_at,
            id: it.id.to_string(),
        }
    }))
}

/// List deliveries, of one tenant or of all, that wait for the first endpoint of their tenant although
/// another endpoint receives them. A row that this version cannot read is left to one that can.
pub fn list_waiting(
    conn: &mut Conn,
    tenant: Option<&TenantId>,
    n: usize,
) -> Result<Vec<Delivery>, Error> {
    let mut query = deliveries::table
        .filter(sql::<Bool>(IS_RECEIVED))
        .order((
            deliveries::tenant,
            deliveries::waits_in,
            deliveries::created_at,
        ))
        .limit(i64::try_from(n).unwrap_or(i64::MAX))
        .select(DeliveryRow::as_select())
        .into_boxed::<Db>();
    if let Some(tenant) = tenant {
        query = query.filter(deliveries::tenant.eq(tenant.as_str()));
    }
    let rows: Vec<DeliveryRow> = query.load(conn)?;
    let readable = rows.into_iter().filter_map(|row| row.try_into().ok());
    Ok(readable.collect())
}

/// That another endpoint than the first one of the tenant receives a delivery that waits. The first one
/// needs no help. The first line is that of an index, word by word.
const IS_RECEIVED: &str = "deliveries.status = 'pending' and deliveries.waits_in is not null \
    and deliveries.attempts = 0 \
    and deliveries.tenant in (select o.owner from endpoints o \
        where o.owner is not null and o.url is not null) \
    and exists (select 1 from endpoints e \
        where e.owner = deliveries.tenant and e.url is not null \
        and not e.disabled and coalesce(e.mode, deliveries.waits_in) = deliveries.waits_in \
        and (e.events is null or ' ' || e.events || ' ' like '% ' || deliveries.event || ' %')) \
    and not exists (select 1 from endpoints f where f.tenant = deliveries.tenant and f.url is not null)";

impl QueueRow for DeliveryRow {
    type Item = Delivery;

    fn id(&self) -> &str {
        &self.id
    }

    fn lane(&self) -> &str {
        self.endpoint.as_deref().unwrap_or(&self.tenant)
    }

    fn leased(self, until: Timestamp) -> Result<Delivery, StoreError> {
        let mut delivery = Delivery::try_from(self)?;
        delivery.lease(until);
        Ok(delivery)
    }
}
