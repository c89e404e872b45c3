//! Invoices of subscriptions: a paid one extends the license, a failed one starts its grace.

use crate::base::id::PaymentIntentId;
use crate::base::time::Timestamp;
use crate::commit::write::Write;
use crate::model::sales::subscription::{Subscription, SubscriptionKey};
use crate::model::stripe::account::AccountRef;
use crate::model::stripe::subscription::InvoiceFacts;
use crate::ports::Stripe;
use crate::usecase::env::Env;
use crate::usecase::stripe::inbound::retrieve::retrieved;
use crate::usecase::stripe::inbound::subscribed::{NOT_OURS, follow, link_payment};
use crate::usecase::stripe::inbound::verdict::{InboundError, InboundStore, Verdict};

/// Interprets an event about an invoice. If the sale was not processed yet, the invoice is recorded in
/// the subscription, which the sale reads.
pub(crate) fn interpret(
    store: &(impl InboundStore + ?Sized),
    stripe: &dyn Stripe,
    env: &Env<'_>,
    (account, facts): (&AccountRef, &InvoiceFacts),
    now: Timestamp,
) -> Result<Verdict, InboundError> {
    let Some(id) = &facts.subscription else {
        return Ok(Verdict::Ignore("the invoice is of no subscription"));
    };
    let key = SubscriptionKey {
        account: account.account.clone(),
        id: id.clone(),
    };
    let stored = store.subscription(&key)?;
    if stored.is_none() && facts.is_ours == Some(false) {
        return Ok(Verdict::Ignore(NOT_OURS));
    }
    let before = stored.unwrap_or_else(|| Subscription::new(key, now));
    let mut subscription = before.clone();
    subscription.report_invoice(facts);
    let mut changes = env.changes(now);
    let mut facts = facts.clone();
    if facts.lacks_payment() && !before.news.invoices.has_paid(&facts.id) {
        facts.payment_intent = payment_of(stripe, account, &facts);
    }
    let payment = link_payment(store, account, &mut subscription, &facts, now)?;
    if subscription == before && payment.is_none() {
        return Ok(Verdict::Ignore("nothing new about this invoice"));
    }
    changes.payments.extend(payment.map(Write::changed));
    follow(&mut changes, store, env, (&before, subscription), None, now)?;
    Ok(Verdict::Apply(Box::new(changes)))
}

/// The payment of an invoice, by which the sales ledger finds what was sold. A renewal does not depend on it:
/// without an answer of Stripe, the reconciliation links the payment.
fn payment_of(
    stripe: &dyn Stripe,
    account: &AccountRef,
    facts: &InvoiceFacts,
) -> Option<PaymentIntentId> {
    let found = retrieved(account, || stripe.invoice(account, &facts.id));
    let found = found.ok().flatten();
    found.and_then(|found| found.payment_intent)
}
