//! The coupons of probes: their rows are written before Stripe creates them, and removed after Stripe has
//! deleted them.

use std::time::Duration;

use crate::base::id::ProbeCouponId;
use crate::base::mode::Mode;
use crate::base::slug::TenantId;
use crate::commit::write::Write;
use crate::model::stripe::key_proof::{CouponFate, KeyProof};
use crate::model::stripe::restricted_key::{ConnectedKey, OwnEndpoint, ProbeCoupon};
use crate::ports::{Commit, KeyProver, RestrictedKeys, RestrictedStripe, SellerKey, StoreError};
use crate::usecase::commit_loop::{Decision, settle};
use crate::usecase::env::{Env, SealedField};
use crate::usecase::failure::Failure;
use crate::usecase::stripe::restricted_key::shared::seller_key;

/// How long a proof may take, after which a sweep deletes a coupon that the proof did not settle.
const PROOF_TIME: Duration = Duration::from_mins(2);

/// When a coupon whose deletion failed is deleted again, at first. Each wait is as long as the coupon is old.
const FIRST_RETRY: Duration = Duration::from_secs(15);

/// The longest wait between two deletions.
const MAX_RETRY: Duration = Duration::from_hours(6);

/// How long the deletion of a coupon is tried.
const GIVE_UP_AFTER: Duration = Duration::from_hours(30 * 24);

/// The most coupons that a sweep or a warning is about.
const MAX_COUPONS: usize = 50;

/// Proves a key. The row of the coupon stands in the store while the coupon may be at Stripe.
pub(super) fn prove(
    store: &(impl RestrictedKeys + Commit + ?Sized),
    prover: &dyn KeyProver,
    env: &Env<'_>,
    tenant: &TenantId,
    key: &SellerKey,
) -> Result<KeyProof, Failure> {
    let now = env.now();
    let id = ProbeCouponId::new(now, env.random());
    let secret = key.key.expose().as_bytes();
    let coupon = ProbeCoupon {
        tenant: tenant.clone(),
        mode: key.mode,
        sealed_key: env.seal(SealedField::PROBE_COUPON_KEY, id.as_str(), secret),
        is_orphan: false,
        created_at: now,
        retry_at: now.plus(PROOF_TIME),
        version: 1,
        id,
    };
    settle(store, |_| {
        let mut changes = env.changes(now);
        changes.probe_coupons.push(Write::new(coupon.clone()));
        Ok::<_, Failure>(Decision::commit(changes, ()))
    })?;
    let proof = prover.prove(key, &coupon.id);
    match proof.coupon {
        CouponFate::Gone => remove(store, env, &coupon.id)?,
        CouponFate::Left => postpone(store, env, &coupon.id)?,
        CouponFate::Unknown => {}
    }
    Ok(proof)
}

fn remove(
    store: &(impl Commit + ?Sized),
    env: &Env<'_>,
    id: &ProbeCouponId,
) -> Result<(), Failure> {
    settle(store, |_| {
        let mut changes = env.changes(env.now());
        changes.removed_probe_coupons.push(id.clone());
        Ok(Decision::commit(changes, ()))
    })
}

/// Records that the coupon is left at Stripe, and when its deletion is tried again.
fn postpone(
    store: &(impl RestrictedKeys + Commit + ?Sized),
    env: &Env<'_>,
    id: &ProbeCouponId,
) -> Result<(), Failure> {
    settle(store, |_| {
        let Some(mut coupon) = store.probe_coupon(id)? else {
            return Ok(Decision::Answer(()));
        };
        let now = env.now();
        let wait = now.since(coupon.created_at).clamp(FIRST_RETRY, MAX_RETRY);
        coupon.is_orphan = true;
        coupon.retry_at = now.plus(wait);
        let mut changes = env.changes(now);
        changes.probe_coupons.push(Write::changed(coupon));
        Ok(Decision::commit(changes, ()))
    })
}

/// Deletes coupons at Stripe that probes left there. Returns how many were deleted, and how many were not.
pub fn sweep_coupons(
    store: &(impl RestrictedKeys + Commit + ?Sized),
    stripe: &dyn RestrictedStripe,
    env: &Env<'_>,
) -> Result<(usize, usize), StoreError> {
    let (mut deleted, mut failed) = (0_usize, 0_usize);
    for coupon in store.probe_coupons_due(env.now(), MAX_COUPONS)? {
        match sweep_coupon(store, stripe, env, &coupon) {
            Ok(true) => deleted = deleted.saturating_add(1),
            Ok(false) | Err(_) => failed = failed.saturating_add(1),
        }
    }
    Ok((deleted, failed))
}

fn sweep_coupon(
    store: &(impl RestrictedKeys + Commit + ?Sized),
    stripe: &dyn RestrictedStripe,
    env: &Env<'_>,
    coupon: &ProbeCoupon,
) -> Result<bool, Failure> {
    let opened = env.open(
        SealedField::PROBE_COUPON_KEY,
        coupon.id.as_str(),
        &coupon.sealed_key,
    )?;
    let own = opened.into_text().map(|key| SellerKey {
        mode: coupon.mode,
        account: None,
        key,
    });
    let delete = |key: &SellerKey| stripe.delete_probe_coupon(key, &coupon.id);
    let mut result = own.as_ref().map(delete);
    // The key that created the coupon may be revoked, and another one of the same seller connected. The answer
    // "no such coupon" of another account says nothing, so that it is not the last word before the end.
    let is_of_key = matches!(&result, Some(Err(error)) if error.is_of_key());
    if is_of_key && let Some(other) = seller_key(store, env, &coupon.tenant, coupon.mode)? {
        result = Some(delete(&other));
    }
    let is_too_old = env.now().since(coupon.created_at) >= GIVE_UP_AFTER;
    if matches!(result, Some(Ok(()))) || is_too_old {
        remove(store, env, &coupon.id)?;
        return Ok(true);
    }
    postpone(store, env, &coupon.id)?;
    Ok(false)
}

/// What a seller should know about a connected key, a sentence each. `address` is that of the endpoint.
pub fn warnings_of(
    store: &(impl RestrictedKeys + ?Sized),
    (tenant, mode): (&TenantId, Mode),
    connected: &ConnectedKey,
    address: &str,
) -> Result<Vec<String>, StoreError> {
    let mut warnings = Vec::new();
    if !connected.excess.is_empty() {
        let names: Vec<&str> = connected.excess.iter().map(|it| it.as_str()).collect();
        warnings.push(format!(
            "The key is too broad: it also holds {}. Give a key only the eight permissions.",
            names.join(", ")
        ));
    }
    for coupon in store.orphan_coupons(Some((tenant, mode)), MAX_COUPONS)? {
        warnings.push(format!(
            "The coupon {} of the permission check could not be deleted at Stripe. It has no effect, and its \
             deletion is tried again.",
            coupon.id
        ));
    }
    match connected.endpoint {
        OwnEndpoint::Created { .. } => {}
        OwnEndpoint::Pending => warnings.push(
            "The webhook endpoint could not be created at Stripe yet. This is tried again within a minute."
                .to_owned(),
        ),
        OwnEndpoint::NoRoom => warnings.push(format!(
            "The Stripe account has 16 webhook endpoints, which is the most that Stripe allows. Delete one at \
             Stripe and connect the key again, or give one that you do not need the address {address} and \
             connect the key again."
        )),
    }
    Ok(warnings)
}
