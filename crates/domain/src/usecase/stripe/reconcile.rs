//! Reconciling with Stripe: what Stripe lists is applied as if its events had been received, so that
//! after an outage, or on a restored backup, every paid order has its licenses.
//!
//! Nothing here mints: each found state goes through the use case of its event, whose guards let a
//! unit mint once. So a reconciliation may run at any time, beside others and beside the events.

use std::time::Duration;

use crate::base::id::StripeAccountId;
use crate::base::mode::Mode;
use crate::base::slug::TenantId;
use crate::base::time::Timestamp;
use crate::model::stripe::account::AccountRef;
use crate::model::stripe::event_endpoint::EventEndpoint;
use crate::model::stripe::restricted_key::RestrictedKey;
use crate::ports::{
    Connections, HistoryKind, HistoryPage, HistoryQuery, RestrictedKeys, StoreError, Stripe,
    StripeAccess, StripeError, WebhookError, Webhooks,
};
use crate::usecase::env::Env;
use crate::usecase::stripe::inbound::{Inbound, InboundError, InboundStore, Outcome, apply_found};
use crate::usecase::stripe::restricted_key::seller_key;

/// The number of connections that are read at once.
const CONNECTIONS: usize = 100;

/// The largest number of pages of one list that are read.
const MAX_PAGES: usize = 100_000;

/// How often a page is asked for while Stripe limits the rate or cannot be reached.
const TRIES: u32 = 4;

/// The first wait before a page is asked for again; each further wait is twice as long.
const FIRST_WAIT: Duration = Duration::from_secs(1);

/// The longest wait before a page is asked for again.
const MAX_WAIT: Duration = Duration::from_secs(30);

/// How far a reconciliation looks back if nobody says otherwise: Stripe repeats events for three days.
pub const LOOK_BACK: Duration = Duration::from_hours(72);

/// The clock of a reconciliation, which may take long.
pub trait Pace {
    /// Waits until the next call of Stripe may be made.
    fn before_call(&self);
    /// Waits because Stripe asked for it.
    fn wait(&self, duration: Duration);
    /// Whether the reconciliation shall end early.
    fn is_stopped(&self) -> bool;
}

/// The result of a reconciliation.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reconciliation {
    /// The number of accounts that were read.
    pub accounts: usize,
    /// The number of objects that Stripe listed.
    pub objects: usize,
    /// What was found and applied: the tenant, and the kind of the event that had been missed.
    pub applied: Vec<Applied>,
    /// The number of sales that could not mint; they are retried as parked events are.
    pub parked: usize,
    /// What could not be read or applied.
    pub failed: Vec<FailedAccount>,
}

/// A missed change that was applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applied {
    /// The tenant of the account.
    pub tenant: TenantId,
    /// The account on which the change happened.
    pub account: StripeAccountId,
    /// The type of the event that would have reported the change.
    pub kind: String,
}

/// An account that was not reconciled, or not completely.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailedAccount {
    /// The tenant of the account.
    pub tenant: TenantId,
    /// The account.
    pub account: StripeAccountId,
    /// Why, in a sentence.
    pub reason: String,
}

#[derive(Debug, thiserror::Error)]
enum AccountError {
    #[error("Stripe: {0}")]
    Stripe(#[from] StripeError),
    #[error("an object that Stripe lists: {0}")]
    Object(#[from] WebhookError),
    #[error(transparent)]
    Inbound(#[from] InboundError),
}

/// The ports of a reconciliation.
pub struct Ports<'a, S: ?Sized> {
    /// The store.
    pub store: &'a S,
    /// Stripe's API.
    pub stripe: &'a dyn Stripe,
    /// The parser of events.
    pub webhooks: &'a dyn Webhooks,
    /// When calls may be made.
    pub pace: &'a dyn Pace,
}

/// Reconciles all connected accounts with what changed at Stripe at `since` or later: those that are connected
/// by OAuth, and those of restricted keys.
pub fn reconcile<S: InboundStore + Connections + RestrictedKeys + ?Sized>(
    ports: &Ports<'_, S>,
    env: &Env<'_>,
    since: Timestamp,
) -> Result<Reconciliation, StoreError> {
    let mut result = Reconciliation::default();
    reconcile_connections(ports, env, since, &mut result)?;
    reconcile_keys(ports, env, since, &mut result)?;
    Ok(result)
}

fn reconcile_connections<S: InboundStore + Connections + ?Sized>(
    ports: &Ports<'_, S>,
    env: &Env<'_>,
    since: Timestamp,
    result: &mut Reconciliation,
) -> Result<(), StoreError> {
    let mut after: Option<TenantId> = None;
    loop {
        let connections = ports.store.connected(after.as_ref(), CONNECTIONS)?;
        let Some(last) = connections.last() else {
            return Ok(());
        };
        after = Some(last.tenant.clone());
        for connection in connections {
            if ports.pace.is_stopped() {
                return Ok(());
            }
            let Some(account) = connection.state.account() else {
                continue;
            };
            let source = Source {
                tenant: &connection.tenant,
                access: StripeAccess::Connect(account.clone()),
                endpoint: EventEndpoint::Connect(account.mode),
                kinds: &HistoryKind::ALL,
                begun: None,
            };
            let read = reconcile_account(ports, env, &source, since, result);
            result.count(&connection.tenant, account.account, read);
        }
    }
}

/// Reconciles the accounts whose sellers have connected a restricted key.
fn reconcile_keys<S: InboundStore + Connections + RestrictedKeys + ?Sized>(
    ports: &Ports<'_, S>,
    env: &Env<'_>,
    since: Timestamp,
    result: &mut Reconciliation,
) -> Result<(), StoreError> {
    let mut after: Option<(TenantId, Mode)> = None;
    loop {
        let last = after.as_ref().map(|(tenant, mode)| (tenant, *mode));
        let keys = ports.store.connected_keys(last, CONNECTIONS)?;
        let Some(last) = keys.last() else {
            return Ok(());
        };
        after = Some((last.tenant.clone(), last.mode));
        for row in keys {
            if ports.pace.is_stopped() {
                return Ok(());
            }
            let Some(account) = row.account() else {
                continue;
            };
            let read = reconcile_key(ports, env, &row, &account, since, result);
            result.count(&row.tenant, account.account, read);
        }
    }
}

fn reconcile_key<S: InboundStore + Connections + RestrictedKeys + ?Sized>(
    ports: &Ports<'_, S>,
    env: &Env<'_>,
    row: &RestrictedKey,
    account: &AccountRef,
    since: Timestamp,
    result: &mut Reconciliation,
) -> Result<(), AccountError> {
    let key = seller_key(ports.store, env, &row.tenant, row.mode);
    let Some(key) = key.map_err(InboundError::from)? else {
        return Ok(());
    };
    let link = ports.store.account_link(account);
    let link = link.map_err(InboundError::from)?;
    let source = Source {
        tenant: &row.tenant,
        access: StripeAccess::Key(key),
        endpoint: EventEndpoint::RestrictedKey(row.tenant.clone(), row.mode),
        kinds: &HistoryKind::BY_KEY,
        begun: link.map(|link| link.linked_at),
    };
    reconcile_account(ports, env, &source, since, result)
}

/// An account, and how its lists are read and applied.
struct Source<'a> {
    tenant: &'a TenantId,
    access: StripeAccess,
    /// The endpoint that would have received the events.
    endpoint: EventEndpoint,
    kinds: &'a [HistoryKind],
    /// What was sold before is not applied, since the seller has delivered it in another way.
    begun: Option<Timestamp>,
}

impl Reconciliation {
    /// Counts an account that was read.
    fn count(
        &mut self,
        tenant: &TenantId,
        account: StripeAccountId,
        read: Result<(), AccountError>,
    ) {
        self.accounts = self.accounts.saturating_add(1);
        if let Err(error) = read {
            self.failed.push(FailedAccount {
                tenant: tenant.clone(),
                account,
                reason: error.to_string(),
            });
        }
    }
}

/// Reconciles one account, list by list. Sessions come first, so that what follows finds its licenses.
fn reconcile_account<S: InboundStore + ?Sized>(
    ports: &Ports<'_, S>,
    env: &Env<'_>,
    source: &Source<'_>,
    since: Timestamp,
    result: &mut Reconciliation,
) -> Result<(), AccountError> {
    for kind in source.kinds.iter().copied() {
        let since = since.minus(kind.changes_for());
        let mut query = HistoryQuery {
            kind,
            since: source.begun.map_or(since, |begun| begun.max(since)),
            now: env.now(),
            after: None,
        };
        for _ in 0..MAX_PAGES {
            let page = page(ports, &source.access, &query)?;
            result.objects = result.objects.saturating_add(page.objects);
            for payload in page.events {
                apply(ports, env, source, payload, result)?;
            }
            query.after = page.next;
            if query.after.is_none() || ports.pace.is_stopped() {
                break;
            }
        }
    }
    Ok(())
}

/// Reads a page. While Stripe is busy or away, the page is asked for again.
fn page<S: ?Sized>(
    ports: &Ports<'_, S>,
    access: &StripeAccess,
    query: &HistoryQuery,
) -> Result<HistoryPage, StripeError> {
    let mut wait = FIRST_WAIT;
    for _ in 1..TRIES {
        ports.pace.before_call();
        match ports.stripe.history(access, query) {
            Err(StripeError::Busy { retry_after }) => {
                ports.pace.wait(retry_after.unwrap_or(wait).min(MAX_WAIT));
            }
            Err(StripeError::Unavailable(_)) => ports.pace.wait(wait),
            answer => return answer,
        }
        wait = wait.saturating_mul(2).min(MAX_WAIT);
    }
    ports.pace.before_call();
    ports.stripe.history(access, query)
}

fn apply<S: InboundStore + ?Sized>(
    ports: &Ports<'_, S>,
    env: &Env<'_>,
    source: &Source<'_>,
    payload: Vec<u8>,
    result: &mut Reconciliation,
) -> Result<(), AccountError> {
    let event = ports.webhooks.reread(&payload)?;
    let kind = event.kind.clone();
    let found = Inbound {
        endpoint: source.endpoint.clone(),
        event,
        payload,
        parked: None,
    };
    match apply_found(ports.store, ports.stripe, env, &found)? {
        Outcome::Applied => result
            .applied
            .extend(source.access.account().map(|account| Applied {
                tenant: source.tenant.clone(),
                account: account.clone(),
                kind,
            })),
        Outcome::Parked(_) => result.parked = result.parked.saturating_add(1),
        Outcome::Duplicate | Outcome::Ignored(_) => {}
    }
    Ok(())
}
