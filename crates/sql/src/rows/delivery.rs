//! License webhooks, their deliveries and the attempts at them.

use diesel::prelude::*;
use mintage_domain::base::id::{DeliveryId, LicenseId};
use mintage_domain::base::seal::Sealed;
use mintage_domain::base::slug::TenantId;
use mintage_domain::base::time::Timestamp;
use mintage_domain::base::url::WebUrl;
use mintage_domain::model::outbox::delivery::{Attempt, Delivery, DeliveryStatus};
use mintage_domain::model::outbox::event::EventName;
use mintage_domain::model::outbox::webhook_endpoint::WebhookEndpoint;
use mintage_domain::ports::StoreError;

use crate::place::{Place, stored_text, stored_time, stored_version};
use crate::schema::{attempts, deliveries, endpoints};

/// A row of `endpoints`.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = endpoints, treat_none_as_default_value = false)]
pub struct EndpointRow {
    tenant: String,
    url: Option<String>,
    sealed_secret: Vec<u8>,
    gone_since: Option<i64>,
    version: i64,
}

impl From<&WebhookEndpoint> for EndpointRow {
    fn from(endpoint: &WebhookEndpoint) -> Self {
        Self {
            tenant: endpoint.tenant.to_string(),
            url: endpoint.url.as_ref().map(|url| url.as_str().to_owned()),
            sealed_secret: endpoint.sealed_secret.to_bytes(),
            gone_since: stored_time(endpoint.gone_since),
            version: stored_version(endpoint.version),
        }
    }
}

impl TryFrom<EndpointRow> for WebhookEndpoint {
    type Error = StoreError;

    fn try_from(row: EndpointRow) -> Result<Self, StoreError> {
        let key = [row.tenant.as_str()];
        let place = Place::of("endpoints", &key);
        Ok(Self {
            tenant: place.read("tenant", TenantId::parse(&row.tenant))?,
            url: place.read_some("url", row.url.as_deref(), WebUrl::parse)?,
            sealed_secret: place.read("sealed_secret", Sealed::from_bytes(&row.sealed_secret))?,
            gone_since: row.gone_since.map(Timestamp::from_micros),
            version: place.number("version", row.version)?,
        })
    }
}

/// A row of `deliveries`.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = deliveries, treat_none_as_default_value = false)]
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
}

impl From<&Delivery> for DeliveryRow {
    fn from(delivery: &Delivery) -> Self {
        Self {
            id: delivery.id.to_string(),
            tenant: delivery.tenant.to_string(),
            event: delivery.event.as_str().to_owned(),
            license: delivery.license.to_string(),
            sealed_body: delivery.sealed_body.to_bytes(),
            status: delivery.status.as_str().to_owned(),
            attempts: i64::from(delivery.attempts),
            schedule_from: i64::from(delivery.schedule_from),
            due_at: delivery.due_at.as_micros(),
            created_at: delivery.created_at.as_micros(),
            version: stored_version(delivery.version),
        }
    }
}

impl TryFrom<DeliveryRow> for Delivery {
    type Error = StoreError;

    fn try_from(row: DeliveryRow) -> Result<Self, StoreError> {
        let key = [row.id.as_str()];
        let place = Place::of("deliveries", &key);
        Ok(Self {
            id: place.read("id", DeliveryId::parse(&row.id))?,
            tenant: place.read("tenant", TenantId::parse(&row.tenant))?,
            event: place.read("event", EventName::parse(&row.event))?,
            license: place.read("license", LicenseId::parse(&row.license))?,
            sealed_body: place.read("sealed_body", Sealed::from_bytes(&row.sealed_body))?,
            status: place.read("status", DeliveryStatus::parse(&row.status))?,
            attempts: place.number("attempts", row.attempts)?,
            schedule_from: place.number("schedule_from", row.schedule_from)?,
            due_at: Timestamp::from_micros(row.due_at),
            created_at: Timestamp::from_micros(row.created_at),
            version: place.number("version", row.version)?,
        })
    }
}

/// A row of `attempts`.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = attempts, treat_none_as_default_value = false)]
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
