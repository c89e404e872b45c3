//! Stripe events that were processed.

use std::cmp::Reverse;

use diesel::dsl::sql;
use diesel::expression::SqlLiteral;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use mintage_domain::base::id::{StripeAccountId, StripeEventId};
use mintage_domain::base::page::{Cursor, Page, PageRequest};
use mintage_domain::base::slug::TenantId;
use mintage_domain::base::time::Timestamp;
use mintage_domain::commit::changes::Changes;
use mintage_domain::commit::row::Row;
use mintage_domain::model::stripe::event_endpoint::EventEndpoint;
use mintage_domain::model::stripe::processed_event::{EventOutcome, ProcessedEvent, WaitingEvent};
use mintage_domain::ports::StoreError;

use super::super::super::db::{Conn, Db};
use crate::error::Error;
use crate::lookup::Lookup;
use crate::paging::{all, behind, fetch, one};
use crate::place::{Place, stored_text, stored_time, stored_version};
use crate::schema::{account_links, stripe_events};
use crate::table::{Value, stored};
use crate::writes::Writes;

/// A row of `stripe_events`.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = stripe_events)]
pub struct StripeEventRow {
    id: String,
    endpoint: String,
    kind: String,
    account: Option<String>,
    outcome: String,
    reason: Option<String>,
    payload: Option<Vec<u8>>,
    retry_at: Option<i64>,
    received_at: i64,
    version: i64,
    tenant: Option<String>,
    attempts: i64,
}

impl From<&ProcessedEvent> for StripeEventRow {
    fn from(event: &ProcessedEvent) -> Self {
        let waiting = event.outcome.waiting();
        let reason = match &event.outcome {
            EventOutcome::Applied => None,
            EventOutcome::Ignored(reason) => Some(reason),
            EventOutcome::Parked { waiting, .. } | EventOutcome::GivenUp(waiting) => {
                Some(&waiting.reason)
            }
        };
        let retry_at = match event.outcome {
            EventOutcome::Parked { retry_at, .. } => Some(retry_at),
            _ => None,
        };
        Self {
            id: event.id.to_string(),
            endpoint: event.endpoint.to_string(),
            kind: stored_text(&event.kind),
            account: event.account.as_ref().map(ToString::to_string),
            outcome: event.outcome.as_str().to_owned(),
            reason: reason.map(|reason| stored_text(reason)),
            payload: waiting.map(|waiting| waiting.payload.clone()),
            retry_at: stored_time(retry_at),
            received_at: event.received_at.as_micros(),
            version: stored_version(event.version),
            tenant: waiting
                .and_then(|it| it.tenant.as_ref())
                .map(ToString::to_string),
            attempts: waiting.map_or(0, |waiting| i64::from(waiting.attempts)),
        }
    }
}

impl TryFrom<StripeEventRow> for ProcessedEvent {
    type Error = StoreError;

    fn try_from(row: StripeEventRow) -> Result<Self, StoreError> {
        let key = [row.id.as_str(), row.endpoint.as_str()];
        let place = Place::of("stripe_events", &key);
        let tenant = place.read_some("tenant", row.tenant.as_deref(), TenantId::parse)?;
        let attempts = place.number("attempts", row.attempts)?;
        let waiting = |reason, payload| WaitingEvent {
            tenant,
            reason,
            payload,
            attempts,
        };
        let outcome = match (row.outcome.as_str(), row.reason, row.payload, row.retry_at) {
            ("applied", None, None, None) => EventOutcome::Applied,
            ("ignored", Some(reason), None, None) => EventOutcome::Ignored(reason),
            ("parked", Some(reason), Some(payload), Some(retry_at)) => EventOutcome::Parked {
                waiting: waiting(reason, payload),
                retry_at: Timestamp::from_micros(retry_at),
            },
            ("given-up", Some(reason), Some(payload), None) => {
                EventOutcome::GivenUp(waiting(reason, payload))
            }
            _ => return Err(place.wrong("outcome", "does not go with its details")),
        };
        Ok(Self {
            endpoint: place.read("endpoint", EventEndpoint::parse(&row.endpoint))?,
            id: place.read("id", StripeEventId::parse(&row.id))?,
            kind: row.kind,
            account: place.read_some("account", row.account.as_deref(), StripeAccountId::parse)?,
            outcome,
            received_at: Timestamp::from_micros(row.received_at),
            version: place.number("version", row.version)?,
        })
    }
}

stored!(StripeEventRow: stripe_events { key id, key endpoint, fixed kind, set account, set outcome, set reason, set payload, set retry_at, fixed received_at, set version, set tenant, set attempts });

/// How a guard finds an event.
pub(crate) const LOOKUP: Lookup =
    Lookup::new("stripe_events", &["id", "endpoint"], |row| match row {
        Row::Event(endpoint, id) => Some(vec![Value::text(id), Value::text(endpoint)]),
        _ => None,
    });

/// Write what a commit changes.
pub(crate) fn write(changes: &Changes, writes: &mut Writes) {
    writes.add_guarded::<StripeEventRow, _>(&changes.events);
}

/// Get an event as one endpoint received it.
pub fn get(
    conn: &mut Conn,
    endpoint: &EventEndpoint,
    id: &StripeEventId,
) -> Result<Option<ProcessedEvent>, Error> {
    let row = stripe_events::table
        .find((id.as_str(), endpoint.to_string()))
        .select(StripeEventRow::as_select())
        .first(conn)
        .optional()?;
    one(row)
}

/// List parked events that are due for a retry, the longest due first.
pub fn list_due(conn: &mut Conn, now: Timestamp, n: usize) -> Result<Vec<ProcessedEvent>, Error> {
    let rows = stripe_events::table
        // As the partial index says it.
        .filter(sql::<Bool>("outcome = 'parked'"))
        .filter(stripe_events::retry_at.le(now.as_micros()))
        .order((stripe_events::retry_at, stripe_events::id))
        .limit(i64::try_from(n).unwrap_or(i64::MAX))
        .select(StripeEventRow::as_select())
        .load(conn)?;
    all(rows)
}

/// List the events that wait for a license of a tenant, newest first. An event of an unknown tenant
/// belongs to the tenant of its account.
///
/// The tenant has a range of an index, and so has each of its accounts, which are few.
pub fn list_parked(
    conn: &mut Conn,
    tenant: &TenantId,
    page: &PageRequest,
) -> Result<Page<ProcessedEvent>, Error> {
    let theirs: Vec<(String, String)> = account_links::table
        .filter(account_links::tenant.eq(tenant.as_str()))
        .select((account_links::account, account_links::mode))
        .load(conn)?;
    let waiting = || {
        // As the partial indexes say it: bound values would hide them from the planner.
        let waiting: SqlLiteral<Bool> = sql("outcome in ('parked', 'given-up')");
        let mut query = stripe_events::table
            .filter(waiting)
            .select(StripeEventRow::as_select())
            .limit(fetch(page))
            .into_boxed::<Db>();
        if let Some(after) = &page.after {
            query = query.filter(behind!(
                stripe_events::received_at,
                stripe_events::endpoint,
                stripe_events::id,
                after
            ));
        }
        query
    };
    let of_tenant = waiting()
        .filter(stripe_events::tenant.eq(tenant.as_str()))
        .order((
            stripe_events::received_at.desc(),
            stripe_events::endpoint.desc(),
            stripe_events::id.desc(),
        ));
    let mut rows: Vec<StripeEventRow> = of_tenant.load(conn)?;
    for (account, endpoint) in theirs {
        let of_account = waiting()
            .filter(stripe_events::tenant.is_null())
            .filter(stripe_events::account.eq(account))
            .filter(stripe_events::endpoint.eq(endpoint))
            .order((stripe_events::received_at.desc(), stripe_events::id.desc()));
        rows.extend(of_account.load::<StripeEventRow>(conn)?);
    }
    let place = |row: &StripeEventRow| (row.received_at, row.endpoint.clone(), row.id.clone());
    rows.sort_by_cached_key(|row| Reverse(place(row)));
    rows.truncate(usize::try_from(fetch(page)).unwrap_or(usize::MAX));
    // Several endpoints may receive the same event.
    Ok(Page::of(all(rows)?, page.limit(), |it: &ProcessedEvent| {
        Cursor {
            at: it.received_at,
            id: format!("{}/{}", it.endpoint, it.id),
        }
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outcome_comes_with_just_the_details_it_has() {
        let row = |outcome: &str, reason: Option<&str>, retry_at: Option<i64>| StripeEventRow {
            id: "evt_1".to_owned(),
            endpoint: "live".to_owned(),
            kind: "charge.refunded".to_owned(),
            account: None,
            outcome: outcome.to_owned(),
            reason: reason.map(str::to_owned),
            payload: retry_at.map(|_| b"{}".to_vec()),
            retry_at,
            received_at: 0,
            version: 1,
            tenant: None,
            attempts: 0,
        };
        for (row, fine) in [
            (row("applied", None, None), true),
            (row("applied", Some("why"), None), false),
            (row("ignored", Some("why"), None), true),
            (row("ignored", None, None), false),
            (row("parked", Some("why"), Some(5)), true),
            (row("parked", Some("why"), None), false),
            (row("lost", None, None), false),
        ] {
            let told = format!("{row:?}");
            assert_eq!(ProcessedEvent::try_from(row).is_ok(), fine, "{told}");
        }
    }
}
