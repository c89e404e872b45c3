//! Refunds: a full refund revokes the license that was bought; a partial refund is only recorded.

use crate::base::time::Timestamp;
use crate::commit::write::Write;
use crate::model::licenses::standing::RevocationReason;
use crate::model::sales::payment::{Payment, PaymentKey};
use crate::model::sellers::audit::Actor;
use crate::model::stripe::account::AccountRef;
use crate::model::stripe::event::RefundFacts;
use crate::usecase::env::Env;
use crate::usecase::licenses::transition::revoke_into;
use crate::usecase::stripe::inbound::verdict::{InboundError, InboundStore, Verdict};

/// Interprets a refunded charge. If the sale was not processed yet, the refund is recorded in the
/// payment, which the sale reads.
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
    let stored = store.payment(&key)?;
    let mut payment = stored.unwrap_or_else(|| Payment::new(key, now));
    if !payment.record_refund(facts.amount_refunded, facts.fully) {
        return Ok(Verdict::Ignore("nothing new about this refund"));
    }
    let mut changes = env.changes(now);
    if let (Some(order), true) = (&payment.order, payment.fully_refunded) {
        for record in store.licenses_of_order(order)? {
            let reason = RevocationReason::Refund;
            revoke_into(&mut changes, env, record, reason, Actor::Stripe, now);
        }
    }
    changes.payments.push(Write::changed(payment));
    Ok(Verdict::Apply(Box::new(changes)))
}
