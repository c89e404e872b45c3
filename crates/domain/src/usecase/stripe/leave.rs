//! Disconnecting, and ending the access to former accounts. The sessions that buyers could still pay in are expired first:
//! the events of an account end with the access, so nobody may pay after that.

use crate::base::page::PageRequest;
use crate::base::slug::TenantId;
use crate::commit::write::Write;
use crate::model::sales::order::OrderStatus;
use crate::model::sellers::audit::Actor;
use crate::model::stripe::account::AccountRef;
use crate::ports::{CheckoutEnd, Commit, Connections, OrderFilter, Orders, Stripe, StripeError};
use crate::usecase::commit_loop::{Decision, settle};
use crate::usecase::env::Env;
use crate::usecase::outbox::connection_event::{ConnectionChange, connection_event};
use crate::usecase::stripe::connect::{ConnectError, current};
use crate::usecase::stripe::expire::{ExpireError, expire};

/// The largest number of sessions that are expired while a seller waits. A sweep expires the others.
pub const SESSIONS_AT_ONCE: usize = 20;

/// Disconnects a tenant. The open sessions are expired and the grant is revoked at Stripe at once if
/// Stripe answers and the sessions are few, else by a later sweep.
pub fn disconnect(
    store: &(impl Connections + Orders + Commit + ?Sized),
    stripe: &dyn Stripe,
    env: &Env<'_>,
    tenant: &TenantId,
    actor: &Actor,
) -> Result<(), ConnectError> {
    settle(store, |_| {
        let now = env.now();
        let mut connection = current(store, tenant)?;
        let former = connection
            .disconnect(false)
            .ok_or(ConnectError::NotConnected)?;
        let mut changes = env.changes(now);
        changes.leave_account(tenant, &former, store.account_link(&former)?);
        let left = (tenant, &former);
        let event = connection_event(env, left, ConnectionChange::Disconnected, now);
        changes.deliveries.push(event);
        changes.connections.push(Write::changed(connection));
        changes.audit.push(env.audit(
            tenant,
            now,
            actor.clone(),
            "stripe.disconnected",
            former.account.as_str(),
        ));
        Ok::<_, ConnectError>(Decision::commit(changes, ()))
    })?;
    // If Stripe does not answer, a later sweep revokes the grant; the tenant is disconnected.
    let _ = retire(store, stripe, env, tenant, SESSIONS_AT_ONCE);
    Ok(())
}

/// Ends the access to a tenant's former accounts at Stripe, one by one, and expires at most `sessions`
/// checkout sessions of each account before. An account with more sessions stays for a later call. Returns
/// whether all is done.
pub fn retire(
    store: &(impl Connections + Orders + Commit + ?Sized),
    stripe: &dyn Stripe,
    env: &Env<'_>,
    tenant: &TenantId,
    sessions: usize,
) -> Result<bool, ConnectError> {
    let mut is_done = true;
    for account in current(store, tenant)?.retiring {
        // The account may have been connected again; its grant must not be revoked then.
        let in_use = store
            .account_link(&account)?
            .is_some_and(|link| link.active);
        if !in_use {
            if !expire_sessions(store, stripe, env, (tenant, &account), sessions)? {
                is_done = false;
                continue;
            }
            stripe.deauthorize(&account)?;
        }
        forget(store, env, tenant, &account)?;
    }
    Ok(is_done)
}

fn forget(
    store: &(impl Connections + Commit + ?Sized),
    env: &Env<'_>,
    tenant: &TenantId,
    account: &AccountRef,
) -> Result<(), ConnectError> {
    settle(store, |_| {
        let mut connection = current(store, tenant)?;
        let before = connection.retiring.len();
        connection.retiring.retain(|former| former != account);
        if connection.retiring.len() == before {
            return Ok(Decision::Answer(()));
        }
        let mut changes = env.changes(env.now());
        changes.connections.push(Write::changed(connection));
        Ok(Decision::commit(changes, ()))
    })
}

/// Expires open sessions of an account, newest first; returns whether none is left. What was expired is
/// committed order by order, so that the next call goes on after a crash. A session that was paid before
/// stays as it is: Stripe has created its event already.
fn expire_sessions(
    store: &(impl Orders + Commit + ?Sized),
    stripe: &dyn Stripe,
    env: &Env<'_>,
    (tenant, account): (&TenantId, &AccountRef),
    sessions: usize,
) -> Result<bool, ConnectError> {
    let filter = OrderFilter {
        status: Some(OrderStatus::Open),
        account: Some(account.account.clone()),
        ..OrderFilter::default()
    };
    let mut page = PageRequest {
        after: None,
        limit: Some(PageRequest::MAX),
    };
    let mut left = sessions;
    loop {
        let orders = store.orders(tenant, &filter, &page)?;
        for order in orders.items {
            if order.mode != account.mode {
                continue;
            }
            if left == 0 {
                return Ok(false);
            }
            left = left.saturating_sub(1);
            match expire(store, stripe, env, &order) {
                Ok(CheckoutEnd::Expired | CheckoutEnd::Completed) => {}
                // Stripe ended the access, so that no session can be expired any more.
                Err(ExpireError::Stripe(StripeError::AccountGone)) => return Ok(true),
                Err(ExpireError::Stripe(error)) => return Err(error.into()),
                Err(ExpireError::Failure(failure)) => return Err(failure.into()),
            }
        }
        page.after = orders.next;
        if page.after.is_none() {
            return Ok(true);
        }
    }
}
