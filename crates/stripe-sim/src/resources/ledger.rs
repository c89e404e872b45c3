//! Movements of money that no other call makes: disputes, payouts and adjustments.

use crate::base::error::{ApiResult, StripeError};
use crate::base::metadata::Metadata;
use crate::base::scope::Scope;
use crate::engine::balance::{Movement, dispute_fee, stripe_fee_entry};
use crate::engine::world::World;
use crate::model::balance_transaction::BalanceTransaction;
use crate::model::charge::Charge;
use crate::model::ledger_objects::{LedgerDispute, LedgerPayout};
use crate::model::object::StripeObject;
use crate::model::payment_intent::{PaymentIntent, PaymentIntentData};
use crate::model::payment_method::{PaymentMethod, PaymentStatus};
use crate::resources::payment_intents;

/// A buyer pays outside of any session.
pub(crate) fn charge(world: &mut World, scope: &Scope, currency: &str, amount: i64) -> ApiResult {
    let id = world.ids.object_id("pi_");
    let charge_id = world.ids.object_id("ch_");
    let (created, livemode) = (world.clock.now(), scope.mode.livemode());
    let payment_method = PaymentMethod::card("4242424242424242");
    let data = PaymentIntentData {
        application: None,
        application_fee_amount: None,
        description: None,
        metadata: Metadata::new(),
    };
    let charge = Charge {
        id: charge_id.clone(),
        livemode,
        created,
        amount,
        amount_refunded: 0,
        currency: currency.to_owned(),
        application: None,
        application_fee_amount: None,
        application_fee: None,
        balance_transaction: None,
        payment_intent: id.clone(),
        status: PaymentStatus::Pending,
        email: None,
        description: None,
        metadata: Metadata::new(),
        payment_method: payment_method.clone(),
    };
    let intent = PaymentIntent {
        client_secret: format!("{id}_secret"),
        id: id.clone(),
        livemode,
        created,
        amount,
        currency: currency.to_owned(),
        data,
        status: PaymentStatus::Pending,
        charge: charge_id.clone(),
        payment_method,
    };
    world.store.insert(scope, intent);
    world.store.insert(scope, charge);
    payment_intents::succeed(world, scope, &id)?;
    Ok(world.store.get::<Charge>(scope, &charge_id)?.to_json())
}

/// Withdraws a charge and the fee for its dispute.
pub(crate) fn dispute(world: &mut World, scope: &Scope, charge: &str) -> ApiResult {
    let (id, created) = (world.ids.object_id("du_"), world.clock.now());
    let charge = world.store.get::<Charge>(scope, charge)?;
    let dispute = LedgerDispute {
        id: id.clone(),
        livemode: scope.mode.livemode(),
        created,
        amount: charge.amount - charge.amount_refunded,
        currency: charge.currency.clone(),
        charge: charge.id.clone(),
        payment_intent: charge.payment_intent.clone(),
        status: "needs_response",
    };
    if dispute.amount == 0 {
        return Err(StripeError::invalid("The charge is refunded already."));
    }
    let fee = dispute_fee(&dispute.currency);
    let movement = Movement {
        kind: "adjustment",
        reporting_category: "dispute",
        amount: -dispute.amount,
        currency: &dispute.currency,
        fees: vec![stripe_fee_entry(fee, "Dispute fee")],
        source: Some(&id),
        description: Some("Chargeback withdrawal"),
    };
    world.book(scope, movement);
    let json = dispute.to_json();
    world.store.insert(scope, dispute);
    Ok(json)
}

/// Ends a dispute. A dispute that is won gives the money and the fee back.
pub(crate) fn close_dispute(world: &mut World, scope: &Scope, id: &str, won: bool) -> ApiResult {
    let dispute = world.store.get_mut::<LedgerDispute>(scope, id)?;
    if dispute.status != "needs_response" {
        return Err(StripeError::invalid("This dispute is closed already."));
    }
    dispute.status = if won { "won" } else { "lost" };
    let (amount, currency) = (dispute.amount, dispute.currency.clone());
    let json = dispute.to_json();
    if won {
        let fee = dispute_fee(&currency);
        let movement = Movement {
            kind: "adjustment",
            reporting_category: "dispute_reversal",
            amount,
            currency: &currency,
            fees: vec![stripe_fee_entry(-fee, "Dispute fee returned")],
            source: Some(id),
            description: Some("Chargeback reversal"),
        };
        world.book(scope, movement);
    }
    Ok(json)
}

/// Pays an amount out. Stripe refuses a payout of more than the balance.
pub(crate) fn pay_out(
    world: &mut World,
    scope: &Scope,
    currency: &str,
    amount: Option<i64>,
) -> ApiResult {
    let transactions = world.store.list::<BalanceTransaction>(scope);
    let of_currency = transactions.filter(|it| it.currency == currency);
    let balance: i64 = of_currency.map(BalanceTransaction::net).sum();
    let amount = amount.unwrap_or(balance);
    if amount < 1 || amount > balance {
        let message = "You have insufficient funds in your Stripe account for this transfer.";
        return Err(StripeError::invalid(message).code("balance_insufficient"));
    }
    let id = world.ids.object_id("po_");
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
    let payout = LedgerPayout {
        id: id.clone(),
        livemode: scope.mode.livemode(),
        created: world.clock.now(),
        amount,
        currency: currency.to_owned(),
        balance_transaction,
        status: "paid",
        failure_balance_transaction: None,
    };
    let json = payout.to_json();
    world.store.insert(scope, payout);
    Ok(json)
}

/// The bank sends a payout back.
pub(crate) fn fail_payout(world: &mut World, scope: &Scope, id: &str) -> ApiResult {
    let payout = world.store.get::<LedgerPayout>(scope, id)?;
    if payout.status != "paid" {
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
    let payout = world.store.get_mut::<LedgerPayout>(scope, id)?;
    payout.status = "failed";
    payout.failure_balance_transaction = Some(failure);
    Ok(payout.to_json())
}
