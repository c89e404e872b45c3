//! Connecting a key, or replacing the one that is connected.

use crate::base::id::StripeAccountId;
use crate::base::mode::Mode;
use crate::base::slug::TenantId;
use crate::commit::changes::Changes;
use crate::commit::write::Write;
use crate::model::sellers::audit::Actor;
use crate::model::stripe::account::{AccountLink, AccountRef};
use crate::model::stripe::key_proof::{KeyProof, KeyVerdict, verdict};
use crate::model::stripe::restricted_key::{
    ConnectedKey, KeyHealth, KeyText, OwnEndpoint, RestrictedKey,
};
use crate::ports::{
    Commit, Connections, KeyProver, RestrictedKeys, RestrictedStripe, SellerKey, StoreError,
    Tenants,
};
use crate::usecase::commit_loop::{Decision, settle};
use crate::usecase::env::{Env, SealedField};
use crate::usecase::outbox::connection_event::{ConnectionChange, connection_event};
use crate::usecase::stripe::restricted_key::coupon::prove;
use crate::usecase::stripe::restricted_key::disconnect::{former_of, remove_former};
use crate::usecase::stripe::restricted_key::endpoint::ensure_endpoint;
use crate::usecase::stripe::restricted_key::error::RestrictedKeyError;
use crate::usecase::stripe::restricted_key::shared::{Address, FINISH_AFTER, is_taken, unlink};

/// A key to connect.
pub struct ConnectKey<'a> {
    /// The tenant.
    pub tenant: &'a TenantId,
    /// The mode of the key.
    pub mode: Mode,
    /// The key.
    pub key: KeyText,
    /// The address of the webhook endpoint.
    pub address: &'a Address,
    /// Who connects the key.
    pub actor: &'a Actor,
}

/// Proves a key, connects it, and creates the webhook endpoint on its account or keeps the one that there is.
/// A key that is refused changes nothing.
pub fn connect(
    store: &(impl Tenants + Connections + RestrictedKeys + Commit + ?Sized),
    (stripe, prover): (&dyn RestrictedStripe, &dyn KeyProver),
    env: &Env<'_>,
    new: &ConnectKey<'_>,
) -> Result<RestrictedKey, RestrictedKeyError> {
    let (tenant, mode) = (new.tenant, new.mode);
    check_tenant(store, tenant)?;
    let key = SellerKey {
        mode,
        account: None,
        key: new.key.secret().clone(),
    };
    let proof = prove(store, prover, env, tenant, &key)?;
    let account = accepted(&proof)?;
    settle(store, |_| link(store, env, new, &proof, &account))?;
    ensure_endpoint(store, stripe, env, (tenant, mode), new.address)?;
    remove_former(store, stripe, env, (tenant, mode), new.address)?;
    let row = store.restricted_key(tenant, mode)?;
    row.ok_or(RestrictedKeyError::NotFound)
}

fn check_tenant(
    store: &(impl Tenants + ?Sized),
    tenant: &TenantId,
) -> Result<(), RestrictedKeyError> {
    let owner = store.tenant(tenant)?;
    Ok(owner.ok_or(RestrictedKeyError::NotFound)?.check_active()?)
}

/// The account of a key that holds every permission.
fn accepted(proof: &KeyProof) -> Result<StripeAccountId, RestrictedKeyError> {
    match verdict(&proof.outcomes) {
        KeyVerdict::BadKey => Err(RestrictedKeyError::KeyInvalid),
        KeyVerdict::Missing(missing) => Err(RestrictedKeyError::PermissionsMissing(missing)),
        KeyVerdict::Undetermined(_) => Err(RestrictedKeyError::Undetermined),
        KeyVerdict::Granted => proof
            .account
            .clone()
            .ok_or(RestrictedKeyError::Undetermined),
    }
}

fn link(
    store: &(impl Tenants + Connections + RestrictedKeys + ?Sized),
    env: &Env<'_>,
    new: &ConnectKey<'_>,
    proof: &KeyProof,
    account: &StripeAccountId,
) -> Result<Decision<()>, RestrictedKeyError> {
    // The tenant may have been suspended or erased while Stripe was asked.
    check_tenant(store, new.tenant)?;
    let (now, mode) = (env.now(), new.mode);
    let target = AccountRef {
        mode,
        account: account.clone(),
    };
    if is_taken(store, new.tenant, &target, |_| true)? {
        return Err(RestrictedKeyError::AccountTaken);
    }
    let mut changes = env.changes(now);
    let stored = store.restricted_key(new.tenant, mode)?;
    let mut row = stored.unwrap_or_else(|| RestrictedKey::none(new.tenant.clone(), mode));
    let is_new = row.account().as_ref() != Some(&target);
    let endpoint = match row.connected.take() {
        Some(old) if old.account == *account => match old.endpoint {
            kept @ OwnEndpoint::Created { .. } => kept,
            OwnEndpoint::Pending | OwnEndpoint::NoRoom => OwnEndpoint::Pending,
        },
        Some(old) => {
            unlink(store, &mut changes, mode, &old.account)?;
            row.former = former_of(&row, &old, env, now)?.or(row.former);
            OwnEndpoint::Pending
        }
        None => OwnEndpoint::Pending,
    };
    let secret = new.key.secret().expose().as_bytes();
    row.connected = Some(ConnectedKey {
        account: account.clone(),
        sealed_key: env.seal(SealedField::RESTRICTED_KEY, &row.id(), secret),
        hint: new.key.hint(),
        endpoint,
        excess: proof.excess.clone(),
        health: KeyHealth::proved(now),
        connected_at: now,
    });
    row.due_at = Some(now.plus(FINISH_AFTER));
    if is_new {
        let connected = ConnectionChange::Connected;
        let event = connection_event(env, (new.tenant, &target), connected, now);
        changes.deliveries.push(event);
    }
    claim(store, &mut changes, new.tenant, &target)?;
    changes.restricted_keys.push(Write::changed(row));
    changes.audit.push(env.audit(
        new.tenant,
        now,
        new.actor.clone(),
        "stripe.key-connected",
        format!("{mode}:{account}"),
    ));
    Ok(Decision::commit(changes, ()))
}

/// Claims an account for a tenant. The links of both modes are written, so that of two tenants who connect the
/// account at once, in whatever modes, one is refused.
fn claim(
    store: &(impl Connections + ?Sized),
    changes: &mut Changes,
    tenant: &TenantId,
    target: &AccountRef,
) -> Result<(), StoreError> {
    for mode in Mode::ALL {
        let account = AccountRef {
            mode,
            account: target.account.clone(),
        };
        let known = store.account_link(&account)?;
        let is_target = mode == target.mode;
        // The link of the other mode stays with its last tenant, whose sales there it belongs to.
        let kept = known
            .clone()
            .filter(|link| link.tenant == *tenant || !is_target);
        let mut link = kept.unwrap_or(AccountLink {
            account,
            tenant: tenant.clone(),
            active: false,
            by_key: false,
            linked_at: changes.at,
            version: known.map_or(0, |link| link.version),
        });
        if is_target && !link.by_key && !link.active {
            // What was sold between two connections mints nothing.
            link.linked_at = changes.at;
        }
        link.by_key |= is_target;
        changes.accounts.push(Write::changed(link));
    }
    Ok(())
}
