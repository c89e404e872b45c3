//! Sweeps: background work that retries what failed, repairs what crashes left, and notices what has
//! ended. [`crate::usecase::retention`] deletes what is old.

use std::time::Duration;

use crate::model::stripe::event::{EventData, StripeEvent};
use crate::model::stripe::processed_event::ProcessedEvent;
use crate::ports::{Store, StoreError, Stripe, WebhookError, Webhooks};
use crate::usecase::env::Env;
use crate::usecase::failure::Failure;
use crate::usecase::licenses::expiry::{notice_ends, notice_lapses, remind};
use crate::usecase::outbox::waiting::assign_waiting;
use crate::usecase::sales::checkout;
use crate::usecase::stripe::inbound::{self, Inbound, InboundError, InboundStore, Outcome};
use crate::usecase::stripe::leave::retire;

/// The largest number of objects of each kind that one sweep processes.
const MAX_PER_SWEEP: usize = 50;

/// The largest number of checkout sessions of one account that one sweep expires.
const MAX_SESSIONS: usize = 200;

/// The largest number of parked events that one sweep retries. They are retried in the order of their
/// retries, so that those which fail again and again delay no other for long.
const MAX_PARKED_PER_SWEEP: usize = 200;

/// The age after which an order that is still opening is abandoned. Since a crash interrupted its
/// checkout, no buyer has its payment page.
const STUCK_AFTER: Duration = Duration::from_hours(1);

/// The results of one sweep.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SweepReport {
    /// Number of parked events that were processed.
    pub unparked: usize,
    /// Number of stuck orders that were abandoned.
    pub abandoned: usize,
    /// Number of connections whose former grants were revoked at Stripe.
    pub retired: usize,
    /// Number of objects that failed again.
    pub failed: usize,
    /// Number of events that waited for an endpoint and were assigned to one.
    pub assigned: usize,
    /// Number of licenses whose end was noticed.
    pub ended: usize,
    /// Number of licenses whose grace was noticed to be over.
    pub lapsed: usize,
    /// Number of licenses of whose end a seller was reminded.
    pub reminded: usize,
}

/// Sweeps once. A failure of one object does not stop the others.
pub fn sweep(
    store: &dyn Store,
    stripe: &dyn Stripe,
    webhooks: &dyn Webhooks,
    env: &Env<'_>,
) -> Result<SweepReport, StoreError> {
    let mut report = SweepReport::default();
    for event in store.parked_due(env.now(), MAX_PARKED_PER_SWEEP)? {
        match unpark(store, stripe, webhooks, env, event) {
            Ok(Outcome::Parked(_)) | Err(_) => increment(&mut report.failed),
            Ok(_) => increment(&mut report.unparked),
        }
    }
    for order in store.stuck_orders(env.now().minus(STUCK_AFTER), MAX_PER_SWEEP)? {
        match checkout::record_result(store, env, &order, None) {
            Ok(()) => increment(&mut report.abandoned),
            Err(_) => increment(&mut report.failed),
        }
    }
    match assign_waiting(store, env, None) {
        Ok(assigned) => report.assigned = assigned,
        Err(_) => increment(&mut report.failed),
    }
    match notice_ends(store, env) {
        Ok(ended) => report.ended = ended,
        Err(_) => increment(&mut report.failed),
    }
    match notice_lapses(store, env) {
        Ok(lapsed) => report.lapsed = lapsed,
        Err(_) => increment(&mut report.failed),
    }
    match remind(store, env) {
        Ok(reminded) => report.reminded = reminded,
        Err(_) => increment(&mut report.failed),
    }
    Ok(report)
}

/// Revokes the grants of former accounts at Stripe, after their open sessions are expired. Not a part of [`sweep`], so that a slow Stripe delays
/// nothing else.
pub fn revoke_grants(
    store: &dyn Store,
    stripe: &dyn Stripe,
    env: &Env<'_>,
) -> Result<SweepReport, StoreError> {
    let mut report = SweepReport::default();
    for connection in store.retiring(MAX_PER_SWEEP)? {
        match retire(store, stripe, env, &connection.tenant, MAX_SESSIONS) {
            Ok(true) => increment(&mut report.retired),
            Ok(false) => {}
            Err(_) => increment(&mut report.failed),
        }
    }
    Ok(report)
}

fn increment(count: &mut usize) {
    *count = count.saturating_add(1);
}

/// Processes a parked event again, as if it had just been received. If that fails, the event waits
/// longer; it must not be the first one due for ever.
fn unpark(
    store: &(impl InboundStore + ?Sized),
    stripe: &dyn Stripe,
    webhooks: &dyn Webhooks,
    env: &Env<'_>,
    parked: ProcessedEvent,
) -> Result<Outcome, UnparkError> {
    let Some(waiting) = parked.outcome.waiting() else {
        return Ok(Outcome::Duplicate);
    };
    let payload = waiting.payload.clone();
    let (event, unreadable) = match webhooks.reread(&payload) {
        Ok(event) => (event, None),
        Err(error) => (placeholder(&parked), Some(UnparkError::from(error))),
    };
    let inbound = Inbound {
        endpoint: parked.endpoint.clone(),
        event,
        payload,
        parked: Some(parked),
    };
    let result = match unreadable {
        Some(error) => Err(error),
        None => inbound::receive(store, stripe, env, &inbound).map_err(UnparkError::from),
    };
    if let Err(error) = &result
        && !error.is_outage()
    {
        inbound::postpone(store, env, &inbound, &error.to_string())?;
    }
    result
}

/// Stands for an event whose payload cannot be read; only its record is written again.
fn placeholder(parked: &ProcessedEvent) -> StripeEvent {
    StripeEvent {
        id: parked.id.clone(),
        kind: parked.kind.clone(),
        account: parked.account.clone(),
        livemode: parked.endpoint.mode().livemode(),
        data: EventData::Other,
    }
}

#[derive(Debug, thiserror::Error)]
enum UnparkError {
    #[error(transparent)]
    Unreadable(#[from] WebhookError),
    #[error(transparent)]
    Inbound(#[from] InboundError),
    #[error(transparent)]
    Failure(#[from] Failure),
}

impl UnparkError {
    /// Whether the store is away, which is no failure of the event.
    fn is_outage(&self) -> bool {
        let failure = match self {
            Self::Inbound(InboundError::Failure(failure)) | Self::Failure(failure) => failure,
            Self::Inbound(_) | Self::Unreadable(_) => return false,
        };
        matches!(failure, Failure::Store(StoreError::Unavailable(_)))
    }
}
