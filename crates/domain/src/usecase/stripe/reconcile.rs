//! Reconciling with Stripe: what Stripe lists is applied as if its events had been received, so that
//! after an outage, or on a restored backup, every paid order has its licenses.
//!
//! Nothing here mints: each found state goes through the use case of its event, whose guards let a
//! unit mint once. So a reconciliation may run at any time, beside others and beside the events.

use std::time::Duration;

use crate::base::id::StripeAccountId;
use crate::base::slug::TenantId;
use crate::base::time::Timestamp;
use crate::model::stripe::account::AccountRef;
use crate::model::stripe::event_endpoint::EventEndpoint;
use crate::ports::{
    Connections, HistoryKind, HistoryPage, HistoryQuery, StoreError, Stripe, StripeAccess,
    StripeError, WebhookError, Webhooks,
};
use crate::usecase::env::Env;
use crate::usecase::stripe::inbound::{Inbound, InboundError, InboundStore, Outcome, apply_found};

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

/// Reconciles all connected accounts with what changed at Stripe at `since` or later.
pub fn reconcile<S: InboundStore + Connections + ?Sized>(
    ports: &Ports<'_, S>,
    env: &Env<'_>,
    since: Timestamp,
) -> Result<Reconciliation, StoreError> {
    let mut result = Reconciliation::default();
    let mut after: Option<TenantId> = None;
    loop {
        let connections = ports.store.connected(after.as_ref(), CONNECTIONS)?;
        let Some(last) = connections.last() else {
            return Ok(result);
        };
        after = Some(last.tenant.clone());
        for connection in connections {
            if ports.pace.is_stopped() {
                return Ok(result);
            }
            let Some(account) = connection.state.account() else {
                continue;
            };
            result.accounts = result.accounts.saturating_add(1);
            let of = (&connection.tenant, &account);
            if let Err(error) = reconcile_account(ports, env, of, since, &mut result) {
                result.failed.push(FailedAccount {
                    tenant: connection.tenant,
                    account: account.account,
                    reason: error.to_string(),
                });
            }
        }
    }
}

/// Reconciles one account, list by list. Sessions come first, so that what follows finds its licenses.
fn reconcile_account<S: InboundStore + ?Sized>(
    ports: &Ports<'_, S>,
    env: &Env<'_>,
    (tenant, account): (&TenantId, &AccountRef),
    since: Timestamp,
    result: &mut Reconciliation,
) -> Result<(), AccountError> {
    let access = StripeAccess::Connect(account.clone());
    for kind in HistoryKind::ALL {
        let mut query = HistoryQuery {
            kind,
            since: since.minus(kind.changes_for()),
            now: env.now(),
            after: None,
        };
        for _ in 0..MAX_PAGES {
            let page = page(ports, &access, &query)?;
            result.objects = result.objects.saturating_add(page.objects);
            for payload in page.events {
                apply(ports, env, (tenant, account), payload, result)?;
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
    (tenant, account): (&TenantId, &AccountRef),
    payload: Vec<u8>,
    result: &mut Reconciliation,
) -> Result<(), AccountError> {
    let event = ports.webhooks.reread(&payload)?;
    let kind = event.kind.clone();
    let found = Inbound {
        endpoint: EventEndpoint::Connect(account.mode),
        event,
        payload,
        parked: None,
    };
    match apply_found(ports.store, ports.stripe, env, &found)? {
        Outcome::Applied => result.applied.push(Applied {
            tenant: tenant.clone(),
            account: account.account.clone(),
            kind,
        }),
        Outcome::Parked(_) => result.parked = result.parked.saturating_add(1),
        Outcome::Duplicate | Outcome::Ignored(_) => {}
    }
    Ok(())
}
