//! Payments: what an event changes of one, and the licenses that it paid for.

use crate::base::id::PaymentIntentId;
use crate::base::time::Timestamp;
use crate::commit::write::Write;
use crate::model::sales::payment::{Payment, PaymentKey};
use crate::model::stripe::account::AccountRef;
use crate::ports::{LicenseRecord, StoreError};
use crate::usecase::env::Env;
use crate::usecase::licenses::follow_payment::follow_payment_into;
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
        let license = &record.license;
        let may_return = license.standing.revocation().is_some() && payment.revocation().is_none();
        let seller = if may_return {
            store.tenant(&license.tenant)?
        } else {
            None
        };
        let payments = (before, &payment);
        follow_payment_into(&mut changes, env, record, seller.as_ref(), payments, now);
    }
    changes.payments.push(Write::changed(payment));
    Ok(Verdict::Apply(Box::new(changes)))
}

/// The licenses that a payment paid for; none before its sale is processed.
fn licenses_paid_by(
    store: &(impl InboundStore + ?Sized),
    payment: &Payment,
) -> Result<Vec<LicenseRecord>, StoreError> {
    match &payment.order {
        Some(order) => store.licenses_of_order(order),
        None => Ok(Vec::new()),
    }
}
