//! `/v1/payouts`: payouts to the owners of accounts, which the control plane makes.

use crate::base::error::{ApiResult, StripeError};
use crate::base::scope::Scope;
use crate::engine::balance::Movement;
use crate::engine::world::World;
use crate::model::balance_transaction::BalanceTransaction;
use crate::model::event::EventRequest;
use crate::model::object::StripeObject;
use crate::model::payout::{Payout, PayoutStatus};
use crate::params::spec::Kind::{Enum, Positive, Text};
use crate::params::spec::{CREATED, Param, optional};

pub(crate) const LIST: &[Param] = &[
    CREATED,
    optional("limit", Positive),
    optional("starting_after", Text),
    optional(
        "status",
        Enum(&["canceled", "failed", "in_transit", "paid", "pending"]),
    ),
];

/// Pays out so much to the owner of an account, or else all of the balance; returns the payout. What is
/// paid out by amount may exceed the balance, as it may at Stripe after later refunds.
pub(crate) fn pay(
    world: &mut World,
    scope: &Scope,
    amount: Option<i64>,
    currency: &str,
) -> ApiResult {
    let amount = amount.unwrap_or_else(|| balance(world, scope, currency));
    if amount < 1 {
        let message = "You have insufficient funds in your Stripe account for this transfer.";
        return Err(StripeError::invalid(message).code("balance_insufficient"));
    }
    let (id, created) = (world.ids.object_id("po_"), world.clock.now());
    let movement = Movement {
        kind: "payout",
        reporting_category: "payout",
        amount: -amount,
        currency,
        fees: Vec::new(),
        source: Some(&id),
        description: Some("STRIPE PAYOUT"),
    };
    let balance_transaction = world.book(scope, movement);
    let payout = Payout {
        id,
        livemode: scope.mode.livemode(),
        created,
        arrival_date: created,
        amount,
        currency: currency.to_owned(),
        status: PayoutStatus::Paid,
        balance_transaction,
        failure_balance_transaction: None,
    };
    let json = payout.to_json();
    world.store.insert(scope, payout);
    world.emit(scope, "payout.paid", &json, &EventRequest::default());
    Ok(json)
}

/// What an account has in a currency, pending or not.
fn balance(world: &World, scope: &Scope, currency: &str) -> i64 {
    let transactions = world.store.list::<BalanceTransaction>(scope);
    let of_currency = transactions.filter(|it| it.currency == currency);
    of_currency.map(BalanceTransaction::net).sum()
}

/// A payout comes back from the owner's bank; returns the payout.
pub(crate) fn fail(world: &mut World, scope: &Scope, id: &str) -> ApiResult {
    let payout = world.store.get::<Payout>(scope, id)?;
    if payout.status == PayoutStatus::Failed {
        return Err(StripeError::invalid("This payout has failed already."));
    }
    let (amount, currency) = (payout.amount, payout.currency.clone());
    let movement = Movement {
        kind: "payout_failure",
        reporting_category: "payout_reversal",
        amount,
        currency: &currency,
        fees: Vec::new(),
        source: Some(id),
        description: Some("STRIPE PAYOUT FAILURE"),
    };
    let failure = world.book(scope, movement);
    let payout = world.store.get_mut::<Payout>(scope, id)?;
    payout.status = PayoutStatus::Failed;
    payout.failure_balance_transaction = Some(failure);
    let json = payout.to_json();
    world.emit(scope, "payout.failed", &json, &EventRequest::default());
    Ok(json)
}
