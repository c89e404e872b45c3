//! Refunds: a payment given back in full revokes what it bought; part of it is only recorded.

use crate::base::time::Timestamp;
use crate::commit::counter::{Count, Counter};
use crate::commit::write::Write;
use crate::model::licenses::standing::RevocationReason;
use crate::model::outbox::event::EventName;
use crate::model::sales::payment::{Payment, PaymentKey};
use crate::model::sellers::audit::Actor;
use crate::model::stripe::account::AccountRef;
use crate::model::stripe::event::RefundFacts;
use crate::usecase::env::Env;
use crate::usecase::outbox::event::masked_license_event;
use crate::usecase::stripe::inbound::verdict::{InboundError, InboundStore, Verdict};

/// Judges a refunded charge. News of a payment whose order is not known (yet) is kept: the sale
/// finds it there.
pub(crate) fn interpret(
    store: &(impl InboundStore + ?Sized),
    env: &Env<'_>,
    account: &AccountRef,
    facts: &RefundFacts,
    now: Timestamp,
) -> Result<Verdict, InboundError> {
    let Some(intent) = &facts.payment_intent else {
        return Ok(Verdict::Ignore("a charge without a PaymentIntent"));
    };
    let key = PaymentKey {
        account: account.account.clone(),
        intent: intent.clone(),
    };
    let mut payment = match store.payment(&key)? {
        Some(known) => known,
        None => Payment::new(key, now),
    };
    if !payment.record_refund(facts.amount_refunded, facts.fully) {
        return Ok(Verdict::Ignore("nothing new about this refund"));
    }
    let mut changes = env.changes(now);
    if let (Some(order), true) = (&payment.order, payment.fully_refunded) {
        for mut record in store.licenses_of_order(order)? {
            let license = &mut record.license;
            let counted = license.standing.revocation().is_none();
            if !license.standing.revoke(RevocationReason::Refund, now) {
                continue;
            }
            if counted {
                changes.counters.push(Count {
                    counter: Counter::of_licenses(license),
                    add: -1,
                    cap: None,
                });
            }
            let told = masked_license_event(env, &record, EventName::LicenseRefunded, now);
            changes.deliveries.push(Write::new(told));
            let license = record.license;
            changes.audit.push(env.audit(
                &license.tenant,
                now,
                Actor::Stripe,
                "license.refunded",
                license.id.as_str(),
            ));
            changes.licenses.push(Write::changed(license));
        }
    }
    changes.payments.push(Write::changed(payment));
    Ok(Verdict::Apply(Box::new(changes)))
}
