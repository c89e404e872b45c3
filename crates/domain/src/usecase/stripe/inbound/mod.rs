//! Receiving Stripe events. One commit records the event together with all its effects.

mod account;
mod deauthorized;
mod discount;
mod dispute;
mod found;
mod invoice;
mod lines;
mod lost_order;
mod order;
mod own;
mod own_event;
mod payment;
mod refund;
mod retrieve;
mod session;
mod subscribed;
mod subscription;
mod verdict;

pub use found::apply_found;
pub use lines::KeyRefused;
pub(crate) use lines::add_lines;
pub(crate) use own::{Claimed, named, resolve, sell};
pub(crate) use session::{Paid, fulfil};
pub(crate) use subscribed::begin;
pub(crate) use verdict::Verdict;
pub use verdict::{InboundError, InboundStore};

use crate::base::id::StripeAccountId;
use crate::base::mode::Mode;
use crate::base::slug::TenantId;
use crate::base::time::Timestamp;
use crate::commit::guards::Refusal;
use crate::commit::row::Row;
use crate::commit::write::Write;
use crate::model::sales::order::OrderStatus;
use crate::model::stripe::account::AccountRef;
use crate::model::stripe::event::{EventData, StripeEvent};
use crate::model::stripe::event_endpoint::EventEndpoint;
use crate::model::stripe::processed_event::{EventOutcome, ProcessedEvent, WaitingEvent};
use crate::ports::{Catalog, Commit, Stripe, Tenants};
use crate::usecase::commit_loop::{Decision, settle};
use crate::usecase::env::Env;
use crate::usecase::failure::Failure;

/// A received event whose signature was verified.
#[derive(Debug, Clone)]
pub struct Inbound {
    /// The endpoint whose secret signed the event.
    pub endpoint: EventEndpoint,
    /// The parsed event.
    pub event: StripeEvent,
    /// The raw event as Stripe sent it, which is stored while the event is parked.
    pub payload: Vec<u8>,
    /// The record of the event, if it was parked and is retried.
    pub parked: Option<ProcessedEvent>,
}

impl Inbound {
    /// For whom Stripe is asked before this event can be decided, if it is: the connected account, or the
    /// tenant of the endpoint.
    pub fn asks_for(&self) -> Option<&str> {
        let tenant = self.endpoint.tenant();
        let asks = match &self.event.data {
            EventData::Deauthorized
            | EventData::AccountUpdated
            | EventData::Dispute(_)
            | EventData::Subscription(_)
            | EventData::Refund(_) => true,
            EventData::SessionCompleted(facts) => {
                facts.subscription.is_some() || tenant.is_some() && facts.own.claim.lacks_lines()
            }
            EventData::Invoice(facts) => facts.lacks_payment(),
            EventData::SessionPaymentFailed(_)
            | EventData::SessionExpired(_)
            | EventData::Payout(_)
            | EventData::Other => false,
        };
        let account = self.event.account.as_ref().map(StripeAccountId::as_str);
        tenant.map(TenantId::as_str).or(account).filter(|_| asks)
    }
}

/// The outcome of receiving an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The event's changes were committed.
    Applied,
    /// The event was received before.
    Duplicate,
    /// The event changed nothing, for this reason.
    Ignored(String),
    /// The event could not mint a license that was paid for, for this reason. It is retried.
    Parked(String),
}

impl Outcome {
    /// The outcome in one word: `applied`, `duplicate`, `ignored` or `parked`.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::Duplicate => "duplicate",
            Self::Ignored(_) => "ignored",
            Self::Parked(_) => "parked",
        }
    }
}

/// Receives an event, and blocks until the outcome is known.
pub fn receive(
    store: &(impl InboundStore + ?Sized),
    stripe: &dyn Stripe,
    env: &Env<'_>,
    inbound: &Inbound,
) -> Result<Outcome, InboundError> {
    settle(store, |refused| {
        decide(store, store, stripe, env, inbound, refused)
    })
}

/// Decides one attempt of [`receive`], for callers that commit by themselves. What is read from
/// `catalog` may be a few seconds old.
pub fn decide(
    store: &(impl InboundStore + ?Sized),
    catalog: &(impl Tenants + Catalog + ?Sized),
    stripe: &dyn Stripe,
    env: &Env<'_>,
    inbound: &Inbound,
    refused: Option<&Refusal>,
) -> Result<Decision<Outcome>, InboundError> {
    if let Some(Refusal::Exists(Row::Event(..)) | Refusal::Stale(Row::Event(..))) = refused {
        return Ok(Decision::Answer(Outcome::Duplicate));
    }
    let now = env.now();
    let verdict = match account_of(inbound)? {
        Ok(account) => {
            let facts = (&inbound.endpoint, &account, &inbound.event.data);
            match interpret_session((store, catalog), stripe, env, facts, refused, now)? {
                Some(verdict) => verdict,
                None => interpret_event(store, stripe, env, facts, now)?,
            }
        }
        Err(ignored) => ignored,
    };
    let (mut changes, outcome) = match verdict {
        Verdict::Apply(changes) => (*changes, EventOutcome::Applied),
        Verdict::Ignore(reason) => (env.changes(now), EventOutcome::Ignored(reason.to_owned())),
        Verdict::Confirm(changes, reason) => (*changes, EventOutcome::Ignored(reason.to_owned())),
        Verdict::Park(tenant, reason) => {
            let parked = parked_outcome(inbound, Some(tenant), reason, now);
            (env.changes(now), parked)
        }
    };
    let answer = match &outcome {
        EventOutcome::Applied => Outcome::Applied,
        EventOutcome::Ignored(reason) => Outcome::Ignored(reason.clone()),
        EventOutcome::Parked { waiting, .. } | EventOutcome::GivenUp(waiting) => {
            Outcome::Parked(waiting.reason.clone())
        }
    };
    changes.events.push(record(inbound, outcome, now));
    Ok(Decision::commit(changes, answer))
}

/// The outcome of an attempt that failed, counted after those that failed before.
fn parked_outcome(
    inbound: &Inbound,
    tenant: Option<TenantId>,
    reason: String,
    now: Timestamp,
) -> EventOutcome {
    let parked = inbound.parked.as_ref();
    let before = parked.and_then(|parked| parked.outcome.waiting());
    let waiting = WaitingEvent {
        tenant: tenant
            .or_else(|| before?.tenant.clone())
            .or_else(|| inbound.endpoint.tenant().cloned()),
        reason,
        payload: inbound.payload.clone(),
        attempts: before.map_or(1, |before| before.attempts.saturating_add(1)),
    };
    let received_at = parked.map_or(now, |parked| parked.received_at);
    waiting.into_outcome(received_at, now)
}

/// Records that an attempt at a parked event failed before it could be decided, so that the event
/// waits like any other parked one.
pub(crate) fn postpone(
    store: &(impl Commit + ?Sized),
    env: &Env<'_>,
    inbound: &Inbound,
    reason: &str,
) -> Result<(), Failure> {
    settle(store, |refused| {
        if refused.is_some() {
            // Another node has tried the event.
            return Ok(Decision::Answer(()));
        }
        let now = env.now();
        let outcome = parked_outcome(inbound, None, reason.to_owned(), now);
        let mut changes = env.changes(now);
        changes.events.push(record(inbound, outcome, now));
        Ok(Decision::commit(changes, ()))
    })
}

fn record(inbound: &Inbound, outcome: EventOutcome, now: Timestamp) -> Write<ProcessedEvent> {
    match &inbound.parked {
        Some(parked) => Write::changed(ProcessedEvent {
            outcome,
            ..parked.clone()
        }),
        None => Write::new(ProcessedEvent {
            endpoint: inbound.endpoint.clone(),
            id: inbound.event.id.clone(),
            kind: inbound.event.kind.clone(),
            account: inbound.event.account.clone(),
            outcome,
            received_at: now,
            version: 1,
        }),
    }
}

/// The account that an event is about, or why the event is ignored.
fn account_of(inbound: &Inbound) -> Result<Result<AccountRef, Verdict>, InboundError> {
    let event = &inbound.event;
    match (inbound.endpoint.mode(), Mode::from_livemode(event.livemode)) {
        (Mode::Sandbox, Mode::Live) => return Err(InboundError::LiveEventOnSandbox),
        (Mode::Live, Mode::Sandbox) => {
            let reason = "a sandbox event on the live endpoint";
            return Ok(Err(Verdict::Ignore(reason)));
        }
        (Mode::Sandbox, Mode::Sandbox) | (Mode::Live, Mode::Live) => {}
    }
    let mode = inbound.endpoint.mode();
    if let Some(tenant) = inbound.endpoint.tenant() {
        // Whichever account the event names: the endpoint speaks for its tenant only.
        return Ok(Ok(AccountRef::own(tenant, mode)));
    }
    let Some(account) = event.account.clone() else {
        let reason = "the event is not about a connected account";
        return Ok(Err(Verdict::Ignore(reason)));
    };
    Ok(Ok(AccountRef { mode, account }))
}

/// Interprets an event about a session; `None` if it is about something else. The order of a session
/// names its account, so the account's link to a tenant is not read.
fn interpret_session(
    (store, catalog): (
        &(impl InboundStore + ?Sized),
        &(impl Tenants + Catalog + ?Sized),
    ),
    stripe: &dyn Stripe,
    env: &Env<'_>,
    (endpoint, account, data): (&EventEndpoint, &AccountRef, &EventData),
    refused: Option<&Refusal>,
    now: Timestamp,
) -> Result<Option<Verdict>, InboundError> {
    let (session, to) = match data {
        EventData::SessionCompleted(facts) => {
            if let Some(tenant) = endpoint.tenant() {
                let facts = (tenant, endpoint.mode(), facts);
                return own::interpret((store, catalog), stripe, env, facts, refused, now)
                    .map(Some);
            }
            let facts = (account, facts);
            return session::interpret((store, catalog), stripe, env, facts, refused, now)
                .map(Some);
        }
        EventData::SessionPaymentFailed(session) => (session, OrderStatus::PaymentFailed),
        EventData::SessionExpired(session) => (session, OrderStatus::Expired),
        EventData::Refund(_)
        | EventData::Dispute(_)
        | EventData::Invoice(_)
        | EventData::Subscription(_)
        | EventData::AccountUpdated
        | EventData::Payout(_)
        | EventData::Deauthorized
        | EventData::Other => return Ok(None),
    };
    if let Some(tenant) = endpoint.tenant() {
        let order = own::order_of_session(store, tenant, endpoint.mode(), session)?;
        return Ok(Some(order::change_status(order, env, to, now)));
    }
    order::change_order_status(store, env, &account.account, session, to, now).map(Some)
}

/// Interprets an event about a charge or an account.
fn interpret_event(
    store: &(impl InboundStore + ?Sized),
    stripe: &dyn Stripe,
    env: &Env<'_>,
    (endpoint, account, data): (&EventEndpoint, &AccountRef, &EventData),
    now: Timestamp,
) -> Result<Verdict, InboundError> {
    if let Some(tenant) = endpoint.tenant() {
        let about = (tenant, endpoint.mode(), data);
        return own_event::interpret(store, stripe, env, about, now);
    }
    if store.account_link(account)?.is_none() {
        return Ok(Verdict::Ignore(
            "the account was never connected to this server",
        ));
    }
    match data {
        EventData::Refund(facts) => refund::interpret(store, stripe, env, (account, facts), now),
        EventData::Invoice(facts) => invoice::interpret(store, stripe, env, (account, facts), now),
        EventData::Subscription(facts) => {
            subscription::interpret(store, stripe, env, (account, facts), now)
        }
        EventData::Dispute(facts) => dispute::interpret(store, stripe, env, (account, facts), now),
        EventData::AccountUpdated => account::updated(store, stripe, env, account, now),
        EventData::Payout(facts) => account::payout(store, env, account, facts, now),
        EventData::Deauthorized => deauthorized::interpret(store, stripe, env, account, now),
        EventData::SessionCompleted(_)
        | EventData::SessionPaymentFailed(_)
        | EventData::SessionExpired(_)
        | EventData::Other => Ok(Verdict::Ignore("events of this type have no effect")),
    }
}
