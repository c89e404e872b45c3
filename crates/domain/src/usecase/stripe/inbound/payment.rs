//! Payments: what an event changes of one, and the licenses that it paid for.

use crate::base::id::PaymentIntentId;
use crate::base::time::Timestamp;
use crate::commit::write::Write;
use crate::model::sales::payment::{Payment, PaymentKey};
use crate::model::sellers::audit::Actor;
use crate::model::stripe::account::AccountRef;
use crate::ports::StoreError;
use crate::usecase::env::Env;
use crate::usecase::licenses::follow_payment::{Followed, follow_payment};
use crate::usecase::stripe::inbound::subscribed::{revoked_besides, with_payment};
use crate::usecase::stripe::inbound::verdict::{InboundError, InboundStore, Verdict};

/// The payment with this id as it is stored, or a new one.
pub(crate) fn stored_payment(
    store: &(impl InboundStore + ?Sized),
    account: &AccountRef,
    intent: &PaymentIntentId,
    now: Timestamp,
) -> Result<Payment, StoreError> {
    let key = PaymentKey {
        account: account.account.clone(),
        intent: intent.clone(),
    };
    let stored = store.payment(&key)?;
    Ok(stored.unwrap_or_else(|| Payment::new(key, now)))
}

/// Why an event that brings no news of its payment is ignored.
pub(crate) const NOTHING_NEW: &str = "nothing new about this payment";

/// Writes a payment that an event changed, and makes its licenses follow. If the sale was not processed
/// yet, the sale reads the payment. `is_ours` says whether the payment is of a subscription of this server,
/// if that is known.
pub(crate) fn apply(
    store: &(impl InboundStore + ?Sized),
    env: &Env<'_>,
    (before, payment): (&Payment, Payment),
    is_ours: Option<bool>,
    now: Timestamp,
) -> Result<Verdict, InboundError> {
    if payment == *before {
        return Ok(Verdict::Ignore(NOTHING_NEW));
    }
    let mut changes = env.changes(now);
    let mut order = payment.order.clone();
    let mut besides = None;
    if let (None, Some(paid)) = (&order, &payment.invoice) {
        let of = (&paid.subscription, &paid.invoice);
        if let Some((stored, noted)) = with_payment(store, &payment, of, is_ours, now)? {
            besides = revoked_besides(store, &noted, &payment.key)?;
            order.clone_from(&noted.order);
            if noted != stored {
                changes.subscriptions.push(Write::changed(noted));
            }
        }
    }
    let records = order.map_or(Ok(Vec::new()), |it| store.licenses_of_order(&it))?;
    for record in records {
        let of = Followed {
            before,
            payment: &payment,
            besides,
        };
        follow_payment(&mut changes, store, env, of, record, &Actor::Stripe, now)?;
    }
    changes.payments.push(Write::changed(payment));
    Ok(Verdict::Apply(Box::new(changes)))
}
