//! Disconnecting a key, and removing its webhook endpoint at Stripe.

use std::time::Duration;

use crate::base::mode::Mode;
use crate::base::slug::TenantId;
use crate::base::time::Timestamp;
use crate::commit::changes::Changes;
use crate::commit::write::Write;
use crate::model::sellers::audit::Actor;
use crate::model::stripe::account::AccountRef;
use crate::model::stripe::restricted_key::{
    ConnectedKey, FormerKey, OwnEndpoint, RestrictedKey, id_of,
};
use crate::ports::{
    Commit, Connections, RestrictedKeys, RestrictedStripe, RestrictedStripeError, SellerKey,
};
use crate::usecase::commit_loop::{Decision, settle};
use crate::usecase::env::{Env, SealedField};
use crate::usecase::failure::Failure;
use crate::usecase::outbox::connection_event::{ConnectionChange, connection_event};
use crate::usecase::stripe::restricted_key::error::RestrictedKeyError;
use crate::usecase::stripe::restricted_key::shared::{Address, FINISH_AFTER, open_key, unlink};

/// How long the removal of an endpoint is tried.
const REMOVE_FOR: Duration = Duration::from_hours(7 * 24);

/// Disconnects the key of a tenant in a mode. The webhook endpoint is removed at Stripe at once if Stripe
/// answers, else by a worker.
pub fn disconnect(
    store: &(impl Connections + RestrictedKeys + Commit + ?Sized),
    stripe: &dyn RestrictedStripe,
    env: &Env<'_>,
    (tenant, mode): (&TenantId, Mode),
    address: &Address,
    actor: &Actor,
) -> Result<(), RestrictedKeyError> {
    settle(store, |_| {
        let mut changes = env.changes(env.now());
        let former = leave(store, env, &mut changes, (tenant, mode))?;
        let former = former.ok_or(RestrictedKeyError::NotFound)?;
        let left = (tenant, &former);
        let event = connection_event(env, left, ConnectionChange::Disconnected, changes.at);
        changes.deliveries.push(event);
        changes.audit.push(env.audit(
            tenant,
            changes.at,
            actor.clone(),
            "stripe.key-disconnected",
            format!("{mode}:{}", former.account),
        ));
        Ok::<_, RestrictedKeyError>(Decision::commit(changes, ()))
    })?;
    Ok(remove_former(store, stripe, env, (tenant, mode), address)?)
}

/// Disconnects the key of a tenant in a mode, if there is one, and returns its account. The key is kept until
/// its webhook endpoint is removed at Stripe.
pub fn leave(
    store: &(impl Connections + RestrictedKeys + ?Sized),
    env: &Env<'_>,
    changes: &mut Changes,
    (tenant, mode): (&TenantId, Mode),
) -> Result<Option<AccountRef>, Failure> {
    let Some(mut row) = store.restricted_key(tenant, mode)? else {
        return Ok(None);
    };
    let Some(old) = row.connected.take() else {
        return Ok(None);
    };
    let now = changes.at;
    unlink(store, changes, mode, &old.account)?;
    row.former = former_of(&row, &old, env, now)?.or(row.former);
    row.due_at = row.former.as_ref().map(|_| now.plus(FINISH_AFTER));
    changes.restricted_keys.push(Write::changed(row));
    Ok(Some(AccountRef {
        mode,
        account: old.account,
    }))
}

/// What is left to do at Stripe for a key that is not connected any more.
pub(super) fn former_of(
    row: &RestrictedKey,
    old: &ConnectedKey,
    env: &Env<'_>,
    now: Timestamp,
) -> Result<Option<FormerKey>, Failure> {
    let endpoint = match &old.endpoint {
        OwnEndpoint::NoRoom => return Ok(None),
        OwnEndpoint::Pending => None,
        OwnEndpoint::Created { id, .. } => Some(id.clone()),
    };
    let key = open_key(env, &row.id(), &old.sealed_key)?;
    let secret = key.expose().as_bytes();
    Ok(Some(FormerKey {
        sealed_key: env.seal(SealedField::RESTRICTED_KEY, &row.id(), secret),
        endpoint,
        until: now.plus(REMOVE_FOR),
    }))
}

/// Removes the webhook endpoint of a former key at Stripe, if there is one. If Stripe does not answer, a worker
/// tries again.
pub(super) fn remove_former(
    store: &(impl RestrictedKeys + Commit + ?Sized),
    stripe: &dyn RestrictedStripe,
    env: &Env<'_>,
    (tenant, mode): (&TenantId, Mode),
    address: &Address,
) -> Result<(), Failure> {
    let Some(row) = store.restricted_key(tenant, mode)? else {
        return Ok(());
    };
    let Some(former) = &row.former else {
        return Ok(());
    };
    let key = SellerKey {
        mode,
        account: None,
        key: open_key(env, &id_of(tenant, mode), &former.sealed_key)?,
    };
    let is_done = match remove_endpoint(stripe, &key, &row, former, address) {
        Ok(()) => true,
        // Without a key that works, nothing can be removed.
        Err(error) => error.is_of_key() || env.now() >= former.until,
    };
    settle(store, |_| {
        let Some(mut current) = store.restricted_key(tenant, mode)? else {
            return Ok(Decision::Answer(()));
        };
        if current.former.as_ref() != Some(former) {
            return Ok(Decision::Answer(()));
        }
        let now = env.now();
        if is_done {
            current.former = None;
        }
        if current.connected.is_none() {
            current.due_at = (!is_done).then(|| now.plus(FINISH_AFTER));
        }
        let mut changes = env.changes(now);
        changes.restricted_keys.push(Write::changed(current));
        Ok(Decision::commit(changes, ()))
    })
}

fn remove_endpoint(
    stripe: &dyn RestrictedStripe,
    key: &SellerKey,
    row: &RestrictedKey,
    former: &FormerKey,
    address: &Address,
) -> Result<(), RestrictedStripeError> {
    if let Some(id) = &former.endpoint {
        return stripe.delete_webhook_endpoint(key, id);
    }
    // A crash may have left an endpoint whose id was not stored. While a key is connected, the endpoint of
    // this address may be its own.
    if row.connected.is_none() {
        for endpoint in stripe.webhook_endpoints(key)? {
            if endpoint.url == address.url.as_str() {
                stripe.delete_webhook_endpoint(key, &endpoint.id)?;
            }
        }
    }
    Ok(())
}
