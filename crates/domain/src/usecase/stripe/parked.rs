//! Parked events: retrying one at once, because its cause was repaired.

use crate::base::id::StripeEventId;
use crate::base::slug::TenantId;
use crate::commit::write::Write;
use crate::model::sellers::audit::Actor;
use crate::model::stripe::account::AccountRef;
use crate::model::stripe::event_endpoint::EventEndpoint;
use crate::model::stripe::processed_event::{EventOutcome, ProcessedEvent};
use crate::ports::{Commit, Connections, ProcessedEvents, StoreError};
use crate::usecase::commit_loop::{Decision, settle};
use crate::usecase::env::Env;
use crate::usecase::failure::{Failure, from_port_errors};

/// Why an event is not retried.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RetryError {
    /// The tenant has no such event that waits.
    #[error("not found")]
    NotFound,
    /// The store failed.
    #[error(transparent)]
    Failure(#[from] Failure),
}

from_port_errors!(RetryError);

/// Retries an event of a tenant with the next sweep, also one that was given up. Its waits begin anew.
pub fn retry(
    store: &(impl ProcessedEvents + Connections + Commit + ?Sized),
    env: &Env<'_>,
    tenant: &TenantId,
    id: &StripeEventId,
    actor: &Actor,
) -> Result<ProcessedEvent, RetryError> {
    settle(store, |_| {
        let mut event = waiting_event(store, tenant, id)?.ok_or(RetryError::NotFound)?;
        let mut waiting = event
            .outcome
            .waiting()
            .cloned()
            .ok_or(RetryError::NotFound)?;
        waiting.attempts = 0;
        let now = env.now();
        event.outcome = EventOutcome::Parked {
            waiting,
            retry_at: now,
        };
        let write = Write::changed(event);
        let event = write.value.clone();
        let mut changes = env.changes(now);
        changes.events.push(write);
        changes.audit.push(env.audit(
            tenant,
            now,
            actor.clone(),
            "stripe.event-retried",
            id.as_str(),
        ));
        Ok(Decision::commit(changes, event))
    })
}

/// The event with this id that waits and belongs to the tenant. Several endpoints may have received it.
fn waiting_event(
    store: &(impl ProcessedEvents + Connections + ?Sized),
    tenant: &TenantId,
    id: &StripeEventId,
) -> Result<Option<ProcessedEvent>, StoreError> {
    for endpoint in EventEndpoint::all_of(tenant) {
        let Some(event) = store.processed_event(&endpoint, id)? else {
            continue;
        };
        let Some(waiting) = event.outcome.waiting() else {
            continue;
        };
        let owner = match (&waiting.tenant, &event.account) {
            (Some(owner), _) => Some(owner.clone()),
            (None, Some(account)) => {
                let (mode, account) = (endpoint.mode(), account.clone());
                let link = store.account_link(&AccountRef { mode, account })?;
                link.map(|link| link.tenant)
            }
            (None, None) => None,
        };
        if owner.as_ref() == Some(tenant) {
            return Ok(Some(event));
        }
    }
    Ok(None)
}
