//! Disputes. A bank opens and decides them; the API only reads them.

use serde_json::json;

use crate::base::error::{ApiResult, StripeError};
use crate::base::scope::Scope;
use crate::engine::balance::{Movement, dispute_fee, stripe_fee_entry};
use crate::engine::world::World;
use crate::model::balance_transaction::BalanceTransaction;
use crate::model::charge::Charge;
use crate::model::dispute::{Dispute, DisputeStatus};
use crate::model::event::EventRequest;
use crate::model::object::StripeObject;
use crate::model::payment_method::PaymentStatus;
use crate::params::spec::Kind::{Positive, Text};
use crate::params::spec::{CREATED, Param, optional};

pub(crate) const LIST: &[Param] = &[
    optional("charge", Text),
    CREATED,
    optional("limit", Positive),
    optional("payment_intent", Text),
    optional("starting_after", Text),
];

/// Opens a dispute or an inquiry about a charge, and emits the events. Without an amount all that was
/// charged is disputed.
pub(crate) fn open(
    world: &mut World,
    scope: &Scope,
    charge: &str,
    (amount, reason): (Option<i64>, &str),
    is_inquiry: bool,
) -> ApiResult {
    let charge = world.store.get_mut::<Charge>(scope, charge)?;
    if charge.status != PaymentStatus::Succeeded {
        let message = format!("Charge {} has not been paid.", charge.id);
        return Err(StripeError::invalid(message));
    }
    let amount = amount.unwrap_or(charge.amount);
    if !(1..=charge.amount).contains(&amount) {
        let message = "The amount must be between 1 and the amount of the charge.";
        return Err(StripeError::invalid(message));
    }
    charge.disputed = true;
    let (id, currency) = (charge.id.clone(), charge.currency.clone());
    let payment_intent = charge.payment_intent.clone();
    let dispute = Dispute {
        id: world.ids.object_id("du_"),
        livemode: scope.mode.livemode(),
        created: world.clock.now(),
        amount,
        currency,
        charge: id,
        payment_intent,
        reason: reason.to_owned(),
        status: if is_inquiry {
            DisputeStatus::WarningNeedsResponse
        } else {
            DisputeStatus::NeedsResponse
        },
        booked: Vec::new(),
    };
    let id = dispute.id.clone();
    world.store.insert(scope, dispute);
    if !is_inquiry {
        book(world, scope, &id, WITHDRAWN)?;
    }
    let json = world.store.get::<Dispute>(scope, &id)?.to_json();
    let request = EventRequest::default();
    world.emit(scope, "charge.dispute.created", &json, &request);
    if !is_inquiry {
        world.emit(scope, "charge.dispute.funds_withdrawn", &json, &request);
    }
    Ok(json)
}

/// What happens to a dispute.
#[derive(Clone, Copy)]
pub(crate) enum Step {
    /// The seller responds.
    Respond,
    /// The bank decides for the seller.
    Win,
    /// The bank decides against the seller.
    Lose,
    /// A lost dispute is opened again.
    Reopen,
    /// An inquiry becomes a dispute.
    Escalate,
    /// An inquiry ends.
    Close,
}

/// Takes a step of a dispute, and emits the events.
pub(crate) fn step(world: &mut World, scope: &Scope, id: &str, step: Step) -> ApiResult {
    let dispute = world.store.get_mut::<Dispute>(scope, id)?;
    let before = dispute.status;
    let Some((status, kinds)) = after(before, step) else {
        let message = format!("Dispute {id} is {} and cannot do this.", before.as_str());
        return Err(StripeError::invalid(message));
    };
    dispute.status = status;
    for kind in kinds {
        book(world, scope, id, kind)?;
    }
    let json = world.store.get::<Dispute>(scope, id)?.to_json();
    let previous = json!({ "status": before.as_str() });
    for kind in kinds {
        match *kind {
            UPDATED => world.emit_update(scope, UPDATED, &json, &previous),
            kind => world.emit(scope, kind, &json, &EventRequest::default()),
        }
    }
    Ok(json)
}

const UPDATED: &str = "charge.dispute.updated";
const CLOSED: &str = "charge.dispute.closed";
const WITHDRAWN: &str = "charge.dispute.funds_withdrawn";
const REINSTATED: &str = "charge.dispute.funds_reinstated";

/// Books what an event of a dispute moves: the disputed amount and the fee for the dispute leave the balance
/// or return to it. Other events move nothing.
fn book(world: &mut World, scope: &Scope, id: &str, kind: &str) -> Result<(), StripeError> {
    let dispute = world.store.get::<Dispute>(scope, id)?;
    let (amount, currency) = (dispute.amount, dispute.currency.clone());
    let fee = dispute_fee(&currency);
    let (reporting_category, amount, fee, description) = match kind {
        WITHDRAWN => (
            "dispute",
            -amount,
            stripe_fee_entry(fee, "Dispute fee"),
            "Chargeback withdrawal",
        ),
        REINSTATED => (
            "dispute_reversal",
            amount,
            stripe_fee_entry(-fee, "Dispute fee returned"),
            "Chargeback reversal",
        ),
        _ => return Ok(()),
    };
    let movement = Movement {
        kind: "adjustment",
        reporting_category,
        amount,
        currency: &currency,
        fees: vec![fee],
        source: Some(id),
        description: Some(description),
    };
    let transaction = world.book(scope, movement);
    let transaction = world.store.get::<BalanceTransaction>(scope, &transaction)?;
    let booked = transaction.to_json();
    world
        .store
        .get_mut::<Dispute>(scope, id)?
        .booked
        .push(booked);
    Ok(())
}

/// The status after a step, and the events of the step; `None` if the step cannot be taken.
fn after(status: DisputeStatus, step: Step) -> Option<(DisputeStatus, &'static [&'static str])> {
    use DisputeStatus as Status;
    match (step, status) {
        (Step::Respond, Status::NeedsResponse) => Some((Status::UnderReview, &[UPDATED])),
        (Step::Respond, Status::AppealNeedsResponse) => {
            Some((Status::AppealUnderReview, &[UPDATED]))
        }
        (Step::Win, status) if status.is_open() => Some((Status::Won, &[CLOSED, REINSTATED])),
        (Step::Lose, status) if status.is_open() => Some((Status::Lost, &[CLOSED])),
        (Step::Reopen, Status::Lost) => Some((Status::AppealNeedsResponse, &[UPDATED])),
        (Step::Escalate, Status::WarningNeedsResponse) => {
            Some((Status::NeedsResponse, &[UPDATED, WITHDRAWN]))
        }
        (Step::Close, Status::WarningNeedsResponse) => Some((Status::WarningClosed, &[CLOSED])),
        _ => None,
    }
}
