//! Sweeping: finding what a crash left, and what waits for better times.

use std::time::Duration;

use crate::model::stripe::processed_event::{EventOutcome, ProcessedEvent};
use crate::ports::{Store, StoreError, Stripe, WebhookError, Webhooks};
use crate::usecase::env::Env;
use crate::usecase::sales::checkout;
use crate::usecase::stripe::connect;
use crate::usecase::stripe::inbound::{self, Inbound, InboundError, InboundStore, Outcome};

/// How many things of a kind one sweep takes up.
const AT_A_TIME: usize = 50;

/// An order still opening after this was left by a crash: no page was ever handed out.
const STUCK_AFTER: Duration = Duration::from_hours(1);

/// How often one sweep prunes at most, so that it comes to an end.
const PRUNINGS: usize = 200;

/// How many rows of a kind a store forgets in one step: where as many went, there may be more.
const PRUNED_AT_ONCE: usize = 1_000;

/// What one sweep found and did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SweepReport {
    /// Parked events that went through this time.
    pub unparked: usize,
    /// Orders that a crash left, now abandoned.
    pub abandoned: usize,
    /// Accounts whose grant was ended at Stripe.
    pub retired: usize,
    /// Things that did not work this time either.
    pub failed: usize,
    /// Expired rows forgotten.
    pub pruned: usize,
}

/// Sweeps once. One thing that fails does not keep the others from being done.
pub fn sweep(
    store: &dyn Store,
    stripe: &dyn Stripe,
    webhooks: &dyn Webhooks,
    env: &Env<'_>,
) -> Result<SweepReport, StoreError> {
    let mut swept = SweepReport::default();
    for event in store.parked_due(env.now(), AT_A_TIME)? {
        match unpark(store, stripe, webhooks, env, event) {
            Ok(Outcome::Parked(_)) | Err(_) => count(&mut swept.failed),
            Ok(_) => count(&mut swept.unparked),
        }
    }
    let before = crate::base::time::Timestamp::from_micros(
        env.now()
            .as_micros()
            .saturating_sub(i64::try_from(STUCK_AFTER.as_micros()).unwrap_or(i64::MAX)),
    );
    for order in store.stuck_orders(before, AT_A_TIME)? {
        match checkout::record_result(store, env, &order, None) {
            Ok(()) => count(&mut swept.abandoned),
            Err(_) => count(&mut swept.failed),
        }
    }
    for connection in store.retiring(AT_A_TIME)? {
        match connect::retire(store, stripe, env, &connection.tenant) {
            Ok(()) => count(&mut swept.retired),
            Err(_) => count(&mut swept.failed),
        }
    }
    swept.pruned = prune(store, env)?;
    Ok(swept)
}

/// Prunes step by step while there may be more: a busy minute leaves more signatures and rates
/// behind than one step forgets.
fn prune(store: &dyn Store, env: &Env<'_>) -> Result<usize, StoreError> {
    let mut pruned: usize = 0;
    for _ in 0..PRUNINGS {
        let step = store.prune(env.now())?;
        pruned = pruned.saturating_add(step);
        if step < PRUNED_AT_ONCE {
            break;
        }
    }
    Ok(pruned)
}

fn count(n: &mut usize) {
    *n = n.saturating_add(1);
}

/// Tries a parked event again. It is judged as when it came.
fn unpark(
    store: &(impl InboundStore + ?Sized),
    stripe: &dyn Stripe,
    webhooks: &dyn Webhooks,
    env: &Env<'_>,
    parked: ProcessedEvent,
) -> Result<Outcome, UnparkError> {
    let EventOutcome::Parked { payload, .. } = &parked.outcome else {
        return Ok(Outcome::Duplicate);
    };
    let payload = payload.clone();
    let event = webhooks.reread(&payload)?;
    let inbound = Inbound {
        endpoint: parked.endpoint,
        event,
        payload,
        parked: Some(parked),
    };
    Ok(inbound::receive(store, stripe, env, &inbound)?)
}

#[derive(Debug, thiserror::Error)]
enum UnparkError {
    #[error(transparent)]
    Unreadable(#[from] WebhookError),
    #[error(transparent)]
    Inbound(#[from] InboundError),
}
