//! Keeping what Stripe says of a connected account.

use std::time::Duration;

use crate::base::slug::TenantId;
use crate::base::time::Timestamp;
use crate::commit::changes::Changes;
use crate::commit::write::Write;
use crate::model::sellers::audit::Actor;
use crate::model::stripe::account::AccountRef;
use crate::model::stripe::account_state::{AccountState, Attention};
use crate::model::stripe::stripe_account::StripeAccount;
use crate::ports::{Commit, Connections, StoreError, Stripe, StripeError};
use crate::usecase::commit_loop::{Decision, settle};
use crate::usecase::env::Env;
use crate::usecase::failure::{Failure, from_port_errors};
use crate::usecase::outbox::connection_event::{ConnectionChange, connection_event};

/// Why an account was not refreshed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AccountError {
    /// Stripe failed.
    #[error(transparent)]
    Stripe(#[from] StripeError),
    /// The store failed.
    #[error(transparent)]
    Failure(#[from] Failure),
}

from_port_errors!(AccountError);

/// How old an answer of Stripe may be before Stripe is asked again on behalf of a buyer, and how often an
/// answer that says nothing new is stored.
pub const REFRESH_AFTER: Duration = Duration::from_mins(1);

/// Asks Stripe for an account, and stores the answer. A new connection asks for the first time.
pub fn refresh(
    store: &(impl Connections + Commit + ?Sized),
    stripe: &dyn Stripe,
    env: &Env<'_>,
    (tenant, account): (&TenantId, &AccountRef),
    is_new: bool,
) -> Result<StripeAccount, AccountError> {
    let asked_at = env.now();
    let facts = stripe.account(account)?;
    settle(store, |_| {
        let mut state = stored(store, account, asked_at)?;
        let is_known = state.facts.as_ref() == Some(&facts);
        let is_recent = asked_at < state.checked_at.plus(REFRESH_AFTER);
        // Another caller may have stored a later answer.
        if asked_at < state.checked_at || (is_known && is_recent) {
            return Ok::<_, AccountError>(Decision::Answer(()));
        }
        if is_new {
            state.learn(facts.clone(), asked_at);
            state.checked_at = asked_at;
        }
        let mut changes = env.changes(env.now());
        learn_into(&mut changes, env, tenant, state, facts.clone(), asked_at);
        Ok(Decision::commit(changes, ()))
    })?;
    Ok(facts)
}

/// The state of an account as it is stored, or one of which nothing is known.
pub(super) fn stored(
    store: &(impl Connections + ?Sized),
    account: &AccountRef,
    now: Timestamp,
) -> Result<AccountState, StoreError> {
    let state = store.account_state(account)?;
    Ok(state.unwrap_or_else(|| AccountState::unknown(account.clone(), now)))
}

/// Adds what Stripe says of an account to `changes`, and tells the seller what must be looked at.
pub(super) fn learn_into(
    changes: &mut Changes,
    env: &Env<'_>,
    tenant: &TenantId,
    mut state: AccountState,
    facts: StripeAccount,
    asked_at: Timestamp,
) {
    let attention = state.learn(facts, asked_at);
    if let Some(attention) = attention {
        tell_into(changes, env, (tenant, &state.account), &attention);
    }
    changes.account_states.push(Write::changed(state));
}

/// Tells the seller in `changes` what must be looked at.
pub(super) fn tell_into(
    changes: &mut Changes,
    env: &Env<'_>,
    (tenant, account): (&TenantId, &AccountRef),
    attention: &Attention,
) {
    let now = changes.at;
    let change = ConnectionChange::NeedsAttention(attention);
    let event = connection_event(env, (tenant, account), change, now);
    changes.deliveries.push(event);
    let action = match attention {
        Attention::ChargesDisabled(_) => "stripe.charges-disabled",
        Attention::PayoutFailed(_) => "stripe.payout-failed",
    };
    let target = account.account.as_str();
    let entry = env.audit(tenant, now, Actor::Stripe, action, target);
    changes.audit.push(entry);
}
