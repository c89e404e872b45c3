//! Webhook endpoints.

use diesel::prelude::*;
use mintage_domain::base::seal::Sealed;
use mintage_domain::base::slug::TenantId;
use mintage_domain::base::time::Timestamp;
use mintage_domain::base::url::WebUrl;
use mintage_domain::commit::changes::Changes;
use mintage_domain::commit::row::Row;
use mintage_domain::model::outbox::endpoint_health::EndpointHealth;
use mintage_domain::model::outbox::webhook_endpoint::WebhookEndpoint;
use mintage_domain::ports::StoreError;

use super::super::super::db::Conn;
use crate::error::Error;
use crate::lookup::Lookup;
use crate::paging::one;
use crate::place::{Place, stored_time, stored_version};
use crate::schema::endpoints;
use crate::table::{Value, stored};
use crate::writes::Writes;

/// A row of `endpoints`.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = endpoints)]
pub struct EndpointRow {
    tenant: String,
    url: Option<String>,
    sealed_secret: Vec<u8>,
    gone_since: Option<i64>,
    version: i64,
    failing_since: Option<i64>,
    failures: i64,
    unresponsive: bool,
    width: Option<i64>,
    paused_at: Option<i64>,
    probed: bool,
}

impl EndpointRow {
    /// The tenant, also of a row that is no endpoint of the domain.
    pub(crate) fn tenant(&self) -> &str {
        &self.tenant
    }
}

impl From<&WebhookEndpoint> for EndpointRow {
    fn from(endpoint: &WebhookEndpoint) -> Self {
        Self {
            tenant: endpoint.tenant.to_string(),
            url: endpoint.url.as_ref().map(|url| url.as_str().to_owned()),
            sealed_secret: endpoint.sealed_secret.to_bytes(),
            gone_since: stored_time(endpoint.gone_since),
            version: stored_version(endpoint.version),
            failing_since: stored_time(endpoint.health.failing_since),
            failures: i64::from(endpoint.health.failures),
            unresponsive: endpoint.health.is_unresponsive,
            width: endpoint.health.width.map(i64::from),
            paused_at: stored_time(endpoint.health.paused_at),
            probed: endpoint.health.is_probed,
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
            health: EndpointHealth {
                failing_since: row.failing_since.map(Timestamp::from_micros),
                failures: place.number("failures", row.failures)?,
                is_unresponsive: row.unresponsive,
                width: row
                    .width
                    .map(|width| place.number("width", width))
                    .transpose()?,
                paused_at: row.paused_at.map(Timestamp::from_micros),
                is_probed: row.probed,
            },
            version: place.number("version", row.version)?,
        })
    }
}

stored!(EndpointRow: endpoints { key tenant, set url, set sealed_secret, set gone_since, set version, set failing_since, set failures, set unresponsive, set width, set paused_at, set probed });

/// How a guard finds an endpoint.
pub(crate) const LOOKUP: Lookup = Lookup::new("endpoints", &["tenant"], |row| match row {
    Row::WebhookEndpoint(tenant) => Some(vec![Value::text(tenant)]),
    _ => None,
});

/// Write what a commit changes.
pub(crate) fn write(changes: &Changes, writes: &mut Writes) {
    writes.add_guarded::<EndpointRow, _>(&changes.endpoints);
}

/// Get the endpoint of a tenant.
pub fn get(conn: &mut Conn, tenant: &TenantId) -> Result<Option<WebhookEndpoint>, Error> {
    let row = endpoints::table
        .find(tenant.as_str())
        .select(EndpointRow::as_select())
        .first(conn)
        .optional()?;
    one(row)
}
