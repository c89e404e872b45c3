//! What a checkout on a connected account needs: that the account takes payments, and is still connected.

use crate::base::slug::TenantId;
use crate::model::sales::order::Order;
use crate::model::stripe::account::AccountRef;
use crate::ports::{Commit, Connections, Orders, Stripe, StripeError, StripeRefusal};
use crate::usecase::env::Env;
use crate::usecase::sales::checkout_error::CheckoutError;
use crate::usecase::stripe::account::{AccountError, REFRESH_AFTER, refresh};
use crate::usecase::stripe::expire::expire;

/// Refuses a checkout on an account that can take no payments, as Stripe last said, without calling Stripe.
/// If Stripe said so a while ago, Stripe is asked again.
pub(crate) fn check_charges(
    store: &(impl Connections + Commit + ?Sized),
    stripe: &dyn Stripe,
    env: &Env<'_>,
    tenant: &TenantId,
    account: &AccountRef,
) -> Result<(), CheckoutError> {
    let Some(state) = store.account_state(account)? else {
        return Ok(());
    };
    let Some(known) = state.facts.filter(|facts| !facts.charges_enabled) else {
        return Ok(());
    };
    let is_recent = env.now() < state.checked_at.plus(REFRESH_AFTER);
    let facts = if is_recent {
        known
    } else {
        match refresh(store, stripe, env, (tenant, account), false) {
            Ok(facts) => facts,
            Err(AccountError::Stripe(StripeError::AccountGone)) => {
                return Err(CheckoutError::NotConnected);
            }
            Err(AccountError::Stripe(error)) => return Err(error.into()),
            Err(AccountError::Failure(failure)) => return Err(failure.into()),
        }
    };
    if facts.charges_enabled {
        return Ok(());
    }
    Err(CheckoutError::Stripe(StripeError::CannotCharge(
        StripeRefusal {
            message: facts.why_no_charges(),
            code: facts.requirements.disabled_reason,
            ..StripeRefusal::default()
        },
    )))
}

/// Refuses a checkout whose account the tenant has left since the caller read the connection: its sessions
/// may have been expired before this one was stored. Nobody gets the address of the session.
pub(crate) fn check_still_connected(
    store: &(impl Connections + Orders + Commit + ?Sized),
    stripe: &dyn Stripe,
    env: &Env<'_>,
    order: &Order,
) -> Result<(), CheckoutError> {
    let connection = store.connection(&order.tenant)?;
    let account = connection.and_then(|it| it.state.account());
    if account.is_some_and(|it| it.account == order.account && it.mode == order.mode) {
        return Ok(());
    }
    if let Some(order) = store.order(&order.tenant, &order.id)? {
        // If Stripe does not expire the session, a sweep does, or the access has ended.
        let _ = expire(store, stripe, env, &order);
    }
    Err(CheckoutError::NotConnected)
}
