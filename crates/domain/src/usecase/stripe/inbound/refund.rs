//! Refunds: a license is revoked while its payment is refunded in full, and given back if a refund
//! fails. A partial refund is only told to the seller. A refunded invoice takes its period back.

use crate::base::money::Currency;
use crate::base::time::Timestamp;
use crate::commit::write::Write;
use crate::model::sales::payment::Payment;
use crate::model::stripe::account::AccountRef;
use crate::model::stripe::event::{RefundFacts, RefundReport};
use crate::ports::Stripe;
use crate::usecase::env::Env;
use crate::usecase::stripe::inbound::payment::{NOTHING_NEW, apply, stored_payment};
use crate::usecase::stripe::inbound::retrieve::paid_invoice;
use crate::usecase::stripe::inbound::subscribed::{follow_refund, paid};
use crate::usecase::stripe::inbound::verdict::{InboundError, InboundStore, Verdict};

/// Interprets an event about the refunds of a charge. If the sale was not processed yet, the report is
/// recorded in the payment, which the sale reads.
pub(crate) fn interpret(
    store: &(impl InboundStore + ?Sized),
    stripe: &dyn Stripe,
    env: &Env<'_>,
    (account, facts): (&AccountRef, &RefundFacts),
    now: Timestamp,
) -> Result<Verdict, InboundError> {
    let Some(intent) = &facts.payment_intent else {
        return Ok(Verdict::Ignore("a charge without a PaymentIntent"));
    };
    let before = stored_payment(store, account, intent, now)?;
    let mut payment = before.clone();
    record(&mut payment, facts);
    if payment == before {
        return Ok(Verdict::Ignore(NOTHING_NEW));
    }
    let mut found = None;
    if payment.order.is_none() && payment.invoice.is_none() {
        found = paid_invoice(stripe, account, facts)?;
        payment.invoice = found.as_ref().and_then(paid);
    }
    let Some(invoice) = payment.invoice.clone() else {
        return apply(store, env, (&before, payment), None, now);
    };
    let mut changes = env.changes(now);
    let (payments, invoice) = ((&before, &payment), (&invoice, found.as_ref()));
    follow_refund(&mut changes, store, env, payments, invoice, now)?;
    changes.payments.push(Write::changed(payment));
    Ok(Verdict::Apply(Box::new(changes)))
}

/// Records what an event reports. Without a time, a total is taken for an old one and a failure for a
/// late one, so that the failure counts.
fn record(payment: &mut Payment, facts: &RefundFacts) {
    let currency = facts.currency.as_deref();
    let currency = currency.and_then(|code| Currency::parse(code).ok());
    payment.currency = currency.or(payment.currency);
    match &facts.report {
        RefundReport::Charge { charged, refunded } => {
            payment.charged = charged.or(payment.charged);
            let at = facts.at.unwrap_or(Timestamp::EPOCH);
            if *refunded > 0 {
                payment.refunds.report_total(at, *refunded);
            }
        }
        RefundReport::Refund { id, amount, failed } => {
            let at = facts.at.unwrap_or(Timestamp::MAX);
            let failed_at = failed.then_some(at);
            payment.refunds.report(id.clone(), *amount, failed_at);
        }
    }
}
