//! Hearing Stripe: one commit holds that an event was heard and all that follows from it.

use super::{Decision, Failure, fails_by, fulfil, refund, settle};
use crate::audit::Actor;
use crate::changes::{Changes, Put};
use crate::connection::AccountRef;
use crate::env::Env;
use crate::guard::{Refusal, Row};
use crate::id::{SessionId, StripeAccountId};
use crate::mode::Mode;
use crate::order::OrderStatus;
use crate::ports::{
    Catalog, Commit, Connections, HeardEvents, Licenses, Orders, Payments, Stripe, StripeError,
    Tenants,
};
use crate::stripe_event::{HeardEvent, HeardOutcome, News, StripeEvent};
use crate::time::Timestamp;
use std::time::Duration;

/// An event whose signature was checked, on its way in.
#[derive(Debug, Clone)]
pub struct Inbound {
    /// The mode whose secret signed it.
    pub endpoint: Mode,
    /// What it says.
    pub event: StripeEvent,
    /// The event as Stripe sent it, kept while it is parked.
    pub payload: Vec<u8>,
    /// Its record, when it was parked and is tried again.
    pub parked: Option<HeardEvent>,
}

/// What came of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It did what it should.
    Applied,
    /// It was heard before.
    Duplicate,
    /// There was nothing to do; why.
    Ignored(String),
    /// It should have minted and could not yet; why.
    Parked(String),
}

/// Why an event could not be heard. It is not recorded, so that Stripe sends it again.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InboundError {
    /// The sandbox endpoint's secret signed an event that says it is live.
    #[error("a live event was signed with the sandbox secret")]
    LiveEventOnSandbox,
    /// Stripe had to be asked, and did not answer.
    #[error(transparent)]
    Stripe(#[from] StripeError),
    /// It could not be done.
    #[error(transparent)]
    Failure(#[from] Failure),
}

fails_by!(InboundError);

/// What hearing an event needs of a store.
pub trait InboundStore:
    Connections + HeardEvents + Orders + Payments + Licenses + Catalog + Tenants + Commit
{
}

impl<T> InboundStore for T where
    T: Connections
        + HeardEvents
        + Orders
        + Payments
        + Licenses
        + Catalog
        + Tenants
        + Commit
        + ?Sized
{
}

/// For how long a parked event rests before it is tried again.
pub const PARKED_FOR: Duration = Duration::from_mins(5);

/// What an event comes to, before it is written down.
pub(super) enum Verdict {
    /// Do this.
    Apply(Box<Changes>),
    /// Nothing to do.
    Ignore(&'static str),
    /// It should mint and cannot.
    Park(String),
}

/// Hears an event, waiting for the outcome.
pub fn hear(
    store: &(impl InboundStore + ?Sized),
    stripe: &dyn Stripe,
    env: &Env<'_>,
    inbound: &Inbound,
) -> Result<Outcome, InboundError> {
    settle(store, |refused| {
        decide(store, stripe, env, inbound, refused)
    })
}

/// Decides what an event comes to. For callers with a commit loop of their own; others use
/// [`hear`].
pub fn decide(
    store: &(impl InboundStore + ?Sized),
    stripe: &dyn Stripe,
    env: &Env<'_>,
    inbound: &Inbound,
    refused: Option<&Refusal>,
) -> Result<Decision<Outcome>, InboundError> {
    if let Some(Refusal::Exists(Row::Event(..)) | Refusal::Stale(Row::Event(..))) = refused {
        return Ok(Decision::Answer(Outcome::Duplicate));
    }
    let now = env.now();
    let verdict = judge(store, stripe, env, inbound, now)?;
    let (mut changes, outcome) = match verdict {
        Verdict::Apply(changes) => (*changes, HeardOutcome::Applied),
        Verdict::Ignore(reason) => (env.changes(now), HeardOutcome::Ignored(reason.to_owned())),
        Verdict::Park(reason) => (
            env.changes(now),
            HeardOutcome::Parked {
                reason,
                payload: inbound.payload.clone(),
                retry_at: now.plus(PARKED_FOR),
            },
        ),
    };
    let answer = match &outcome {
        HeardOutcome::Applied => Outcome::Applied,
        HeardOutcome::Ignored(reason) => Outcome::Ignored(reason.clone()),
        HeardOutcome::Parked { reason, .. } => Outcome::Parked(reason.clone()),
    };
    changes.events.push(record(inbound, outcome, now));
    Ok(Decision::commit(changes, answer))
}

fn record(inbound: &Inbound, outcome: HeardOutcome, now: Timestamp) -> Put<HeardEvent> {
    match &inbound.parked {
        Some(parked) => Put::changed(HeardEvent {
            outcome,
            ..parked.clone()
        }),
        None => Put::new(HeardEvent {
            endpoint: inbound.endpoint,
            id: inbound.event.id.clone(),
            kind: inbound.event.kind.clone(),
            account: inbound.event.account.clone(),
            outcome,
            received_at: now,
            version: 1,
        }),
    }
}

fn judge(
    store: &(impl InboundStore + ?Sized),
    stripe: &dyn Stripe,
    env: &Env<'_>,
    inbound: &Inbound,
    now: Timestamp,
) -> Result<Verdict, InboundError> {
    let event = &inbound.event;
    match (inbound.endpoint, Mode::from_livemode(event.livemode)) {
        (Mode::Sandbox, Mode::Live) => return Err(InboundError::LiveEventOnSandbox),
        (Mode::Live, Mode::Sandbox) => {
            return Ok(Verdict::Ignore("a test event on the live endpoint"));
        }
        (Mode::Sandbox, Mode::Sandbox) | (Mode::Live, Mode::Live) => {}
    }
    let Some(account) = &event.account else {
        return Ok(Verdict::Ignore("not about a connected account"));
    };
    let account = AccountRef {
        mode: inbound.endpoint,
        account: account.clone(),
    };
    if store.account_link(&account)?.is_none() {
        return Ok(Verdict::Ignore("an account that was never connected here"));
    }
    match &event.news {
        News::SessionCompleted(facts) => fulfil::judge(store, env, &account, facts, now),
        News::SessionPaymentFailed(session) => {
            let to = OrderStatus::PaymentFailed;
            move_order(store, env, &account.account, session, to, now)
        }
        News::SessionExpired(session) => {
            let to = OrderStatus::Expired;
            move_order(store, env, &account.account, session, to, now)
        }
        News::ChargeRefunded(facts) => refund::judge(store, env, &account, facts, now),
        News::Deauthorized => deauthorized(store, stripe, env, &account, now),
        News::Other => Ok(Verdict::Ignore("nothing follows from this type")),
    }
}

/// Moves an order on that was not paid.
pub(super) fn move_order(
    store: &(impl InboundStore + ?Sized),
    env: &Env<'_>,
    account: &StripeAccountId,
    session: &SessionId,
    to: OrderStatus,
    now: Timestamp,
) -> Result<Verdict, InboundError> {
    let Some(mut order) = store.order_of_session(account, session)? else {
        return Ok(Verdict::Ignore(fulfil::FOREIGN_SESSION));
    };
    if !order.status.may_become(to) {
        return Ok(Verdict::Ignore("the order is past this"));
    }
    order.status = to;
    let mut changes = env.changes(now);
    changes.orders.push(Put::changed(order));
    Ok(Verdict::Apply(Box::new(changes)))
}

/// The seller ended the grant at Stripe. The news may be older than a new grant, so Stripe is
/// asked whether the account is really gone.
fn deauthorized(
    store: &(impl InboundStore + ?Sized),
    stripe: &dyn Stripe,
    env: &Env<'_>,
    account: &AccountRef,
    now: Timestamp,
) -> Result<Verdict, InboundError> {
    let Some(mut link) = store.account_link(account)?.filter(|link| link.active) else {
        return Ok(Verdict::Ignore("the account was left already"));
    };
    match stripe.account(account) {
        Err(StripeError::AccountGone) => {}
        Ok(_) => return Ok(Verdict::Ignore("the account has been connected again")),
        Err(error) => return Err(error.into()),
    }
    let tenant = link.tenant.clone();
    link.active = false;
    let mut changes = env.changes(now);
    changes.accounts.push(Put::changed(link));
    if let Some(mut connection) = store.connection(&tenant)?
        && connection.state.account().as_ref() == Some(account)
    {
        connection.disconnect(true);
        changes.connections.push(Put::changed(connection));
        changes
            .forgotten_prices
            .push((tenant.clone(), account.account.clone()));
    }
    changes.audit.push(env.audit(
        &tenant,
        now,
        Actor::Stripe,
        "stripe.deauthorized",
        account.account.as_str(),
    ));
    Ok(Verdict::Apply(Box::new(changes)))
}
