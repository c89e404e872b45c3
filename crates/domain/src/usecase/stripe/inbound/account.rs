//! News of an account: what Stripe requires of it, and its payouts.

use crate::base::slug::TenantId;
use crate::base::time::Timestamp;
use crate::commit::write::Write;
use crate::model::stripe::account::AccountRef;
use crate::model::stripe::account_state::PayoutRecord;
use crate::model::stripe::event::PayoutFacts;
use crate::ports::{Stripe, StripeError};
use crate::usecase::env::Env;
use crate::usecase::stripe::account::{learn_into, stored, tell_into};
use crate::usecase::stripe::inbound::verdict::{InboundError, InboundStore, Verdict};

const LEFT: &str = "the account is disconnected";

/// Interprets a change of an account. The event may be older than another one, so the account is retrieved
/// from Stripe.
pub(crate) fn updated(
    store: &(impl InboundStore + ?Sized),
    stripe: &dyn Stripe,
    env: &Env<'_>,
    account: &AccountRef,
    now: Timestamp,
) -> Result<Verdict, InboundError> {
    let Some(tenant) = seller(store, account)? else {
        return Ok(Verdict::Ignore(LEFT));
    };
    let facts = match stripe.account(account) {
        Ok(facts) => facts,
        Err(StripeError::AccountGone) => return Ok(Verdict::Ignore(LEFT)),
        Err(error) => return Err(error.into()),
    };
    let state = stored(store, account, now)?;
    if now < state.checked_at {
        return Ok(Verdict::Ignore("a later answer of Stripe is known"));
    }
    let mut changes = env.changes(now);
    learn_into(&mut changes, env, &tenant, state, facts, now);
    Ok(Verdict::Apply(Box::new(changes)))
}

/// Interprets a payout that was paid or has failed.
pub(crate) fn payout(
    store: &(impl InboundStore + ?Sized),
    env: &Env<'_>,
    account: &AccountRef,
    facts: &PayoutFacts,
    now: Timestamp,
) -> Result<Verdict, InboundError> {
    let Some(tenant) = seller(store, account)? else {
        return Ok(Verdict::Ignore(LEFT));
    };
    let mut state = stored(store, account, now)?;
    let mut changes = env.changes(now);
    match state.record_payout(facts, now) {
        PayoutRecord::Known => return Ok(Verdict::Ignore("the payout is recorded already")),
        PayoutRecord::Paid => {}
        PayoutRecord::Failed(attention) => {
            tell_into(&mut changes, env, (&tenant, account), &attention);
        }
    }
    changes.account_states.push(Write::changed(state));
    Ok(Verdict::Apply(Box::new(changes)))
}

/// The tenant that sells on the account.
fn seller(
    store: &(impl InboundStore + ?Sized),
    account: &AccountRef,
) -> Result<Option<TenantId>, InboundError> {
    let link = store.account_link(account)?.filter(|link| link.active);
    Ok(link.map(|link| link.tenant))
}
