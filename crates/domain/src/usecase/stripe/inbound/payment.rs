//! Payments: what an event changes of one, and the licenses that it paid for.

use crate::base::id::PaymentIntentId;
use crate::base::time::Timestamp;
use crate::commit::write::Write;
use crate::model::sales::payment::{Payment, PaymentKey};
use crate::model::sales::subscription::SubscriptionKey;
use crate::model::sellers::audit::Actor;
use crate::model::stripe::account::AccountRef;
use crate::ports::{LicenseRecord, StoreError};
use crate::usecase::env::Env;
use crate::usecase::licenses::follow_payment::follow_payment;
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

/// Writes a payment that an event changed, and makes its licenses follow. If the sale was not processed
/// yet, the sale reads the payment.
pub(crate) fn apply(
    store: &(impl InboundStore + ?Sized),
    env: &Env<'_>,
    (before, payment): (&Payment, Payment),
    now: Timestamp,
) -> Result<Verdict, InboundError> {
    if payment == *before {
        return Ok(Verdict::Ignore("nothing new about this payment"));
    }
    let mut changes = env.changes(now);
    for record in licenses_paid_by(store, &payment)? {
        let payments = (before, &payment);
        follow_payment(
            &mut changes,
            store,
            env,
            payments,
            record,
            &Actor::Stripe,
            now,
        )?;
    }
    changes.payments.push(Write::changed(payment));
    Ok(Verdict::Apply(Box::new(changes)))
}

/// The licenses that a payment paid for, at once or through a subscription; none before its sale is
/// processed.
fn licenses_paid_by(
    store: &(impl InboundStore + ?Sized),
    payment: &Payment,
) -> Result<Vec<LicenseRecord>, StoreError> {
    let order = match (&payment.order, &payment.invoice) {
        (Some(order), _) => Some(order.clone()),
        (None, Some(paid)) => {
            let key = SubscriptionKey {
                account: payment.key.account.clone(),
                id: paid.subscription.clone(),
            };
            store.subscription(&key)?.and_then(|it| it.order)
        }
        (None, None) => None,
    };
    match order {
        Some(order) => store.licenses_of_order(&order),
        None => Ok(Vec::new()),
    }
}
