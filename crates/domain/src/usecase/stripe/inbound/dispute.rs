//! Disputes: an open one freezes the licenses of its payment, a lost one revokes them.
//!
//! The payment is read first, then the dispute is retrieved from Stripe, and then both are committed
//! under the payment's version. So of two events the one that is committed later knows a later status,
//! whatever their order and their times. That holds too for an event that finds what is stored, so it writes
//! the payment as well.

use crate::base::time::Timestamp;
use crate::commit::write::Write;
use crate::model::sales::disputes::{Dispute, DisputeStatus, Source};
use crate::model::stripe::account::AccountRef;
use crate::model::stripe::event::DisputeFacts;
use crate::ports::{Stripe, StripeAccess, StripeError};
use crate::usecase::env::Env;
use crate::usecase::stripe::inbound::payment::{NOTHING_NEW, apply, stored_payment};
use crate::usecase::stripe::inbound::retrieve::invoice_paid_by;
use crate::usecase::stripe::inbound::subscribed::paid;
use crate::usecase::stripe::inbound::verdict::{InboundError, InboundStore, Verdict};

/// Interprets an event about a dispute.
pub(crate) fn interpret(
    store: &(impl InboundStore + ?Sized),
    stripe: &dyn Stripe,
    env: &Env<'_>,
    (account, facts): (&AccountRef, &DisputeFacts),
    now: Timestamp,
) -> Result<Verdict, InboundError> {
    let Some(intent) = &facts.payment_intent else {
        return Ok(Verdict::Ignore("a dispute without a PaymentIntent"));
    };
    let before = stored_payment(store, account, intent, now)?;
    let mut payment = before.clone();
    let mut found = None;
    if payment.order.is_none() && payment.invoice.is_none() {
        found = invoice_paid_by(stripe, account, intent)?;
        payment.invoice = found.as_ref().and_then(paid);
    }
    let (dispute, source) = retrieve(stripe, account, facts)?;
    payment.disputes.record(&facts.id, dispute, source);
    if payment == before {
        let mut changes = env.changes(now);
        changes.payments.push(Write::changed(payment));
        return Ok(Verdict::Confirm(Box::new(changes), NOTHING_NEW));
    }
    let is_ours = found.and_then(|it| it.is_ours);
    apply(store, env, (&before, payment), is_ours, now)
}

/// Retrieves a dispute. What the event says counts if Stripe refuses to tell, for example because the
/// account is not connected any more. If Stripe cannot answer now, it sends the event again.
fn retrieve(
    stripe: &dyn Stripe,
    account: &AccountRef,
    facts: &DisputeFacts,
) -> Result<(Dispute, Source), StripeError> {
    if account.account.is_own() {
        return Ok((dispute(facts), Source::Reported));
    }
    let access = StripeAccess::from(account.clone());
    match stripe.dispute(&access, &facts.id) {
        Ok(found) => Ok((dispute(&found), Source::Retrieved)),
        Err(error @ (StripeError::Busy { .. } | StripeError::Unavailable(_))) => Err(error),
        Err(_) => Ok((dispute(facts), Source::Reported)),
    }
}

fn dispute(facts: &DisputeFacts) -> Dispute {
    Dispute {
        status: DisputeStatus::of(&facts.status),
        amount: facts.amount,
        reason: facts.reason.clone(),
    }
}
