//! The webhook endpoint on a seller's account: created once, found again, enabled if it was disabled.

use std::time::Duration;

use crate::base::mode::Mode;
use crate::base::slug::TenantId;
use crate::base::time::Timestamp;
use crate::commit::write::Write;
use crate::model::stripe::restricted_key::{OwnEndpoint, RestrictedKey};
use crate::ports::{
    Commit, NewSellerEndpoint, RestrictedKeys, RestrictedStripe, RestrictedStripeError,
    SellerEndpoint, SellerKey, StripeError,
};
use crate::usecase::commit_loop::{Decision, settle};
use crate::usecase::env::{Env, SealedField};
use crate::usecase::failure::Failure;
use crate::usecase::stripe::restricted_key::shared::{
    Address, CHECK_EVERY, FINISH_AFTER, open_key,
};

/// The most endpoints of an account in a mode.
const MAX_ENDPOINTS: usize = 16;

/// How often the endpoint is tried before the work is left to a worker, while others change the row.
const MAX_TRIES: usize = 3;

/// When a worker tries again to create an endpoint that Stripe did not create.
const RETRY_AFTER: Duration = Duration::from_secs(20);

/// What was found or created at Stripe.
enum Placed {
    /// The endpoint that is stored is there and enabled.
    Kept,
    /// A new endpoint.
    New(NewSellerEndpoint),
    /// The account has no room for one.
    NoRoom,
}

/// Creates the endpoint of a connected key at Stripe, or enables the one that is stored. A failure of Stripe
/// leaves the rest to a worker.
pub fn ensure_endpoint(
    store: &(impl RestrictedKeys + Commit + ?Sized),
    stripe: &dyn RestrictedStripe,
    env: &Env<'_>,
    (tenant, mode): (&TenantId, Mode),
    address: &Address,
) -> Result<(), Failure> {
    for _ in 0..MAX_TRIES {
        let Some(row) = begin(store, env, tenant, mode)? else {
            return Ok(());
        };
        let Some(connected) = &row.connected else {
            return Ok(());
        };
        let key = SellerKey {
            mode,
            account: Some(connected.account.clone()),
            key: open_key(env, &row.id(), &connected.sealed_key)?,
        };
        let placed = place(stripe, &key, &connected.endpoint, address);
        if record(store, env, &row, placed.as_ref().ok())? {
            return Ok(());
        }
        if let Ok(Placed::New(created)) = placed {
            // Another caller has changed the row meanwhile. What cannot be deleted now is found by its address.
            let _ = stripe.delete_webhook_endpoint(&key, &created.id);
        }
    }
    Ok(())
}

/// Writes the row before Stripe is called, so that of two callers only the one that began last can record what
/// it created. Returns the row as it was written; `None` if no key is connected.
fn begin(
    store: &(impl RestrictedKeys + Commit + ?Sized),
    env: &Env<'_>,
    tenant: &TenantId,
    mode: Mode,
) -> Result<Option<RestrictedKey>, Failure> {
    settle(store, |_| {
        let row = store.restricted_key(tenant, mode)?;
        let Some(mut row) = row.filter(|row| row.connected.is_some()) else {
            return Ok(Decision::Answer(None));
        };
        let now = env.now();
        row.due_at = Some(now.plus(FINISH_AFTER));
        let write = Write::changed(row);
        let row = write.value.clone();
        let mut changes = env.changes(now);
        changes.restricted_keys.push(write);
        Ok(Decision::commit(changes, Some(row)))
    })
}

fn place(
    stripe: &dyn RestrictedStripe,
    key: &SellerKey,
    stored: &OwnEndpoint,
    address: &Address,
) -> Result<Placed, RestrictedStripeError> {
    let all = stripe.webhook_endpoints(key)?;
    if let OwnEndpoint::Created { id, .. } = stored
        && let Some(found) = all.iter().find(|endpoint| endpoint.id == *id)
    {
        if !found.is_enabled {
            stripe.enable_webhook_endpoint(key, id)?;
        }
        return Ok(Placed::Kept);
    }
    let strays: Vec<&SellerEndpoint> = all
        .iter()
        .filter(|endpoint| endpoint.url == address.url.as_str())
        .collect();
    // Their secrets are unknown: a crash interrupted their creation, or a seller added them by hand.
    for stray in &strays {
        stripe.delete_webhook_endpoint(key, &stray.id)?;
    }
    match stripe.create_webhook_endpoint(key, &address.url) {
        Ok(created) => Ok(Placed::New(created)),
        Err(RestrictedStripeError::Stripe(StripeError::Refused(_)))
            if all.len().saturating_sub(strays.len()) >= MAX_ENDPOINTS =>
        {
            Ok(Placed::NoRoom)
        }
        Err(error) => Err(error),
    }
}

/// Records what was placed, unless the row has changed since the work began. Returns whether it was recorded.
fn record(
    store: &(impl RestrictedKeys + Commit + ?Sized),
    env: &Env<'_>,
    begun: &RestrictedKey,
    placed: Option<&Placed>,
) -> Result<bool, Failure> {
    let mut first = true;
    settle(store, |_| {
        if !std::mem::take(&mut first) {
            return Ok(Decision::Answer(false));
        }
        let now = env.now();
        let mut row = begun.clone();
        row.due_at = Some(next_due(&row, placed, now));
        let id = row.id();
        if let Some(connected) = &mut row.connected {
            match placed {
                Some(Placed::New(created)) => {
                    connected.endpoint = created_endpoint(env, &id, created);
                }
                Some(Placed::NoRoom) => connected.endpoint = OwnEndpoint::NoRoom,
                Some(Placed::Kept) | None => {}
            }
        }
        let mut changes = env.changes(now);
        changes.restricted_keys.push(Write::changed(row));
        Ok(Decision::commit(changes, true))
    })
}

fn created_endpoint(env: &Env<'_>, row: &str, created: &NewSellerEndpoint) -> OwnEndpoint {
    let secret = created.secret.expose().as_bytes();
    OwnEndpoint::Created {
        id: created.id.clone(),
        sealed_secret: env.seal(SealedField::RESTRICTED_KEY_WEBHOOK_SECRET, row, secret),
    }
}

/// When a worker looks at the row again: soon if something is left to do, else when the key is probed again.
fn next_due(row: &RestrictedKey, placed: Option<&Placed>, now: Timestamp) -> Timestamp {
    if placed.is_none() || row.former.is_some() {
        return now.plus(RETRY_AFTER);
    }
    let checked = row.connected.as_ref().map(|it| it.health.checked_at);
    checked.unwrap_or(now).plus(CHECK_EVERY)
}
