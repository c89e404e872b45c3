//! Refunds: a license is revoked while its payment is refunded in full, and given back if a refund
//! fails. A partial refund is only told to the seller. A refunded invoice takes its period back.

use crate::base::money::Currency;
use crate::base::time::Timestamp;
use crate::commit::changes::Changes;
use crate::commit::write::Write;
use crate::model::licenses::standing::RevocationReason;
use crate::model::sales::payment::{Payment, PaymentKey};
use crate::model::sellers::audit::Actor;
use crate::model::stripe::account::AccountRef;
use crate::model::stripe::event::{RefundFacts, RefundReport};
use crate::ports::{LicenseRecord, Stripe};
use crate::usecase::env::Env;
use crate::usecase::licenses::transition::{refund_part_into, restore_into, revoke_into};
use crate::usecase::stripe::inbound::subscribed::{follow_refund, paid, paid_invoice};
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
    let key = PaymentKey {
        account: account.account.clone(),
        intent: intent.clone(),
    };
    let stored = store.payment(&key)?;
    let before = stored.unwrap_or_else(|| Payment::new(key, now));
    let mut payment = before.clone();
    record(&mut payment, facts);
    if payment == before {
        return Ok(Verdict::Ignore("nothing new about this refund"));
    }
    let mut changes = env.changes(now);
    let mut found = None;
    if payment.order.is_none() && payment.invoice.is_none() {
        found = paid_invoice(stripe, account, facts)?;
        payment.invoice = found.as_ref().and_then(paid);
    }
    if let Some(invoice) = payment.invoice.clone() {
        let payments = (&before, &payment);
        follow_refund(
            &mut changes,
            store,
            env,
            payments,
            (&invoice, found.as_ref()),
            now,
        )?;
    }
    if let Some(order) = &payment.order {
        for license in store.licenses_of_order(order)? {
            follow(&mut changes, store, env, (&before, &payment), license, now)?;
        }
    }
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

/// Makes a license follow its payment.
fn follow(
    changes: &mut Changes,
    store: &(impl InboundStore + ?Sized),
    env: &Env<'_>,
    (before, payment): (&Payment, &Payment),
    mut record: LicenseRecord,
    now: Timestamp,
) -> Result<(), InboundError> {
    let actor = Actor::Stripe;
    if payment.is_fully_refunded() {
        let reason = RevocationReason::Refund;
        revoke_into(changes, env, record, reason, actor, now);
        return Ok(());
    }
    // What was refunded before the charge was known is told once the charge is.
    let is_news = payment.refunded() > before.refunded() || before.charged.is_none();
    let is_part = is_news && payment.is_partly_refunded();
    if is_part {
        refund_part_into(changes, env, &mut record, payment, now);
    }
    let revocation = record.license.standing.revocation();
    if revocation.is_some_and(|it| it.reason() == RevocationReason::Refund) {
        let seller = store.tenant(&record.license.tenant)?;
        restore_into(changes, env, record, seller.as_ref(), now);
    } else if is_part {
        changes.licenses.push(Write::changed(record.license));
    }
    Ok(())
}
