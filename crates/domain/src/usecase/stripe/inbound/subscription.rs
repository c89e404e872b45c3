//! Subscriptions that change at Stripe: they are paused, resumed, moved to another price, or end.

use crate::base::time::Timestamp;
use crate::commit::write::Write;
use crate::model::sales::subscription::{Subscription, SubscriptionKey};
use crate::model::stripe::account::AccountRef;
use crate::model::stripe::subscription::StripeSubscription;
use crate::ports::{Stripe, StripeError};
use crate::usecase::env::Env;
use crate::usecase::stripe::inbound::subscribed::{NOT_OURS, follow};
use crate::usecase::stripe::inbound::verdict::{InboundError, InboundStore, Verdict};

/// Interprets an event about a subscription. Events of one second have no order, so the event says only
/// that something changed, and the subscription is retrieved from Stripe. An end is for good and needs no
/// look.
pub(crate) fn interpret(
    store: &(impl InboundStore + ?Sized),
    stripe: &dyn Stripe,
    env: &Env<'_>,
    (account, facts): (&AccountRef, &StripeSubscription),
    now: Timestamp,
) -> Result<Verdict, InboundError> {
    let key = SubscriptionKey {
        account: account.account.clone(),
        id: facts.id.clone(),
    };
    let stored = store.subscription(&key)?;
    if stored.is_none() && facts.is_ours == Some(false) {
        return Ok(Verdict::Ignore(NOT_OURS));
    }
    let before = stored.unwrap_or_else(|| Subscription::new(key, now));
    let mut subscription = before.clone();
    subscription.report(newest(stripe, account, facts)?);
    let mut changes = env.changes(now);
    if subscription == before {
        changes.subscriptions.push(Write::changed(subscription));
        let reason = "nothing new about this subscription";
        return Ok(Verdict::Confirm(Box::new(changes), reason));
    }
    follow(&mut changes, store, env, (&before, subscription), None, now)?;
    Ok(Verdict::Apply(Box::new(changes)))
}

/// The subscription as it is at Stripe; as the event has it, if Stripe does not have it any more.
fn newest(
    stripe: &dyn Stripe,
    account: &AccountRef,
    facts: &StripeSubscription,
) -> Result<StripeSubscription, InboundError> {
    if facts.status.is_end() || account.account.is_own() {
        return Ok(facts.clone());
    }
    match stripe.subscription(account, &facts.id) {
        Ok(Some(newest)) => Ok(newest),
        Ok(None) | Err(StripeError::AccountGone) => Ok(facts.clone()),
        Err(error) => Err(error.into()),
    }
}
