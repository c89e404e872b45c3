//! Webhook endpoints.

use std::collections::BTreeSet;

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Text};
use mintage_domain::base::id::WebhookEndpointId;
use mintage_domain::base::mode::Mode;
use mintage_domain::base::seal::Sealed;
use mintage_domain::base::slug::TenantId;
use mintage_domain::base::time::Timestamp;
use mintage_domain::base::url::WebUrl;
use mintage_domain::commit::changes::Changes;
use mintage_domain::commit::fan_out::Subscribers;
use mintage_domain::commit::row::Row;
use mintage_domain::model::outbox::endpoint_health::EndpointHealth;
use mintage_domain::model::outbox::event::EventName;
use mintage_domain::model::outbox::subscription::{Subscriber, Subscription};
use mintage_domain::model::outbox::webhook_endpoint::{
    EndpointDescription, OldSecret, WebhookEndpoint,
};
use mintage_domain::ports::StoreError;

use super::super::super::db::Conn;
use crate::error::Error;
use crate::lookup::Lookup;
use crate::paging::{all, one};
use crate::place::{Place, stored_time, stored_version};
use crate::schema::endpoints;
use crate::table::{Value, stored};
use crate::writes::Writes;

/// A row of `endpoints`. The column `tenant` is the key of the lane: the tenant for the first endpoint, and
/// the id for any other, whose tenant is the `owner`.
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
    owner: Option<String>,
    mode: Option<String>,
    description: Option<String>,
    events: Option<String>,
    disabled: bool,
    created_at: Option<i64>,
    sealed_old_secret: Option<Vec<u8>>,
    old_secret_until: Option<i64>,
}

impl EndpointRow {
    /// The id and the tenant of the endpoint. The first one of a tenant has no owner.
    fn identity(&self, place: &Place<'_>) -> Result<(WebhookEndpointId, TenantId), StoreError> {
        if let Some(owner) = &self.owner {
            let id = place.read("tenant", WebhookEndpointId::parse(&self.tenant))?;
            return Ok((id, place.read("owner", TenantId::parse(owner))?));
        }
        let tenant = place.read("tenant", TenantId::parse(&self.tenant))?;
        Ok((WebhookEndpointId::first_of(&tenant), tenant))
    }

    /// The key of the lane, also of a row that is no endpoint of the domain.
    pub(crate) fn lane_key(&self) -> &str {
        &self.tenant
    }
}

/// The key of the lane of an endpoint.
pub(crate) fn lane_key(tenant: &TenantId, id: &WebhookEndpointId) -> String {
    if *id == WebhookEndpointId::first_of(tenant) {
        tenant.to_string()
    } else {
        id.to_string()
    }
}

/// The names of events, as they are stored.
fn stored_events(events: &BTreeSet<EventName>) -> String {
    let names: Vec<&str> = events.iter().map(|event| event.as_str()).collect();
    names.join(" ")
}

/// The stored names of events, as far as this version knows them.
fn known_events(names: &str) -> BTreeSet<EventName> {
    let names = names.split(' ');
    names.filter_map(|it| EventName::parse(it).ok()).collect()
}

impl From<&WebhookEndpoint> for EndpointRow {
    fn from(endpoint: &WebhookEndpoint) -> Self {
        let (subscription, old) = (&endpoint.subscription, endpoint.old_secret.as_ref());
        Self {
            tenant: endpoint.lane_key().to_owned(),
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
            owner: (!endpoint.is_first()).then(|| endpoint.tenant.to_string()),
            mode: subscription.mode.map(|mode| mode.as_str().to_owned()),
            description: endpoint.description.as_ref().map(ToString::to_string),
            events: subscription.events.as_ref().map(stored_events),
            disabled: !subscription.is_enabled,
            created_at: stored_time(endpoint.created_at),
            sealed_old_secret: old.map(|old| old.sealed.to_bytes()),
            old_secret_until: old.map(|old| old.until.as_micros()),
        }
    }
}

impl TryFrom<EndpointRow> for WebhookEndpoint {
    type Error = StoreError;

    fn try_from(row: EndpointRow) -> Result<Self, StoreError> {
        let key = [row.tenant.as_str()];
        let place = Place::of("endpoints", &key);
        let (id, tenant) = row.identity(&place)?;
        let old_secret = match (&row.sealed_old_secret, row.old_secret_until) {
            (Some(sealed), Some(until)) => Some(OldSecret {
                sealed: place.read("sealed_old_secret", Sealed::from_bytes(sealed))?,
                until: Timestamp::from_micros(until),
            }),
            _ => None,
        };
        Ok(Self {
            id,
            tenant,
            description: place.read_some(
                "description",
                row.description.as_deref(),
                EndpointDescription::parse,
            )?,
            subscription: Subscription {
                mode: place.read_some("mode", row.mode.as_deref(), Mode::parse)?,
                events: row.events.as_deref().map(known_events),
                is_enabled: !row.disabled,
            },
            old_secret,
            created_at: row.created_at.map(Timestamp::from_micros),
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

stored!(EndpointRow: endpoints { key tenant, set url, set sealed_secret, set gone_since, set version, set failing_since, set failures, set unresponsive, set width, set paused_at, set probed, fixed owner, fixed mode, set description, set events, set disabled, set created_at, set sealed_old_secret, set old_secret_until });

/// How a guard finds an endpoint.
pub(crate) const LOOKUP: Lookup = Lookup::new("endpoints", &["tenant"], |row| match row {
    Row::WebhookEndpoint(tenant, id) => Some(vec![Value::Text(Some(lane_key(tenant, id)))]),
    _ => None,
});

/// Write what a commit changes.
pub(crate) fn write(changes: &Changes, writes: &mut Writes) {
    writes.add_guarded::<EndpointRow, _>(&changes.endpoints);
}

/// That a row is one of a tenant, as the index of endpoints says it.
const OF_TENANT: &str = "coalesce(owner, tenant) = ";

/// Get an endpoint of a tenant.
pub fn get(
    conn: &mut Conn,
    tenant: &TenantId,
    id: &WebhookEndpointId,
) -> Result<Option<WebhookEndpoint>, Error> {
    let row = endpoints::table
        .find(lane_key(tenant, id))
        .filter(sql::<Bool>(OF_TENANT).bind::<Text, _>(tenant.as_str()))
        .select(EndpointRow::as_select())
        .first(conn)
        .optional()?;
    one(row)
}

/// List the endpoints of a tenant that have a URL, the first one first.
pub fn list(conn: &mut Conn, tenant: &TenantId) -> Result<Vec<WebhookEndpoint>, Error> {
    let rows = endpoints::table
        .filter(sql::<Bool>(OF_TENANT).bind::<Text, _>(tenant.as_str()))
        .filter(endpoints::url.is_not_null())
        .select(EndpointRow::as_select())
        .load(conn)?;
    let mut found: Vec<WebhookEndpoint> = all(rows)?;
    found.sort_by_cached_key(|it| (!it.is_first(), it.id.clone()));
    Ok(found)
}

/// An endpoint as one text.
pub(crate) const SUBSCRIBER: &str = "coalesce(e.owner, e.tenant) || ' ' || e.tenant || ' ' || \
    coalesce(e.mode, '*') || ' ' || case when e.disabled then '-' else coalesce(e.events, '*') end";

/// Reads what [`SUBSCRIBER`] selects: the tenant, the key of the lane, the mode, and the names of the
/// events, separated by spaces.
pub(crate) fn subscriber(text: &str) -> Option<(TenantId, Subscriber)> {
    let mut parts = text.splitn(4, ' ');
    let tenant = TenantId::parse(parts.next()?).ok()?;
    let key = parts.next()?;
    let endpoint = if key == tenant.as_str() {
        WebhookEndpointId::first_of(&tenant)
    } else {
        WebhookEndpointId::parse(key).ok()?
    };
    let (mode, events) = (parts.next()?, parts.next()?);
    let subscription = Subscription {
        mode: match mode {
            "*" => None,
            mode => Some(Mode::parse(mode).ok()?),
        },
        events: (events != "*").then(|| known_events(events)),
        is_enabled: events != "-",
    };
    Some((
        tenant,
        Subscriber {
            endpoint,
            subscription,
        },
    ))
}

/// The endpoints of tenants, from what [`SUBSCRIBER`] selects.
pub(crate) fn subscribers(texts: impl IntoIterator<Item = String>) -> Subscribers {
    let mut found = Subscribers::new();
    for (tenant, subscriber) in texts.into_iter().filter_map(|text| subscriber(&text)) {
        found.entry(tenant).or_default().push(subscriber);
    }
    for (tenant, all) in &mut found {
        let first = WebhookEndpointId::first_of(tenant);
        all.sort_by_cached_key(|it| (it.endpoint != first, it.endpoint.clone()));
    }
    found
}
