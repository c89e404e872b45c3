//! Promotion codes: a coupon and a code that are created together at Stripe.
//!
//! The code is stored before anything is created, with the id that its coupon will have. If the code cannot
//! be created, the coupon is deleted, which also ends a code whose creation had no answer; what a crash or a
//! failing Stripe leaves is removed by the sweep.

use std::time::Duration;

use crate::base::change::Change;
use crate::base::id::PromotionCodeId;
use crate::base::mode::Mode;
use crate::base::slug::{ProductId, TenantId};
use crate::base::stripe_value::StripeObjectId;
use crate::base::time::Timestamp;
use crate::commit::write::Write;
use crate::model::sales::ledger::promotion_code::{
    Campaign, CodeState, CodeText, Discount, DurationKind, PromotionCode,
};
use crate::model::sellers::audit::Actor;
use crate::model::sellers::tenant::TenantSuspended;
use crate::model::stripe::account::AccountRef;
use crate::ports::{
    Catalog, Commit, Connections, NewCoupon, NewPromotionCode, PromotionCodes, StoreError, Stripe,
    StripeAccess, StripeError, StripeIdempotencyKey, Tenants,
};
use crate::usecase::commit_loop::{Decision, settle};
use crate::usecase::env::Env;
use crate::usecase::failure::{Failure, from_port_errors};
use crate::usecase::stripe::accesses::{access_in, access_to};

/// How long a code may be unfinished before the sweep removes it: longer than its calls of Stripe last.
const UNFINISHED_AFTER: Duration = Duration::from_mins(10);

/// Why a promotion code was not created or changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PromotionCodeError {
    /// The code or the product does not exist.
    #[error("no such promotion code or product")]
    NotFound,
    /// The tenant is suspended.
    #[error(transparent)]
    Suspended(#[from] TenantSuspended),
    /// The tenant is not connected to Stripe in the mode.
    #[error("not connected to Stripe in this mode")]
    NotConnected,
    /// An active code of the account has this text.
    #[error("an active promotion code of the account has this text already")]
    Taken,
    /// Stripe failed.
    #[error(transparent)]
    Stripe(#[from] StripeError),
    /// The store failed.
    #[error(transparent)]
    Failure(#[from] Failure),
}

from_port_errors!(PromotionCodeError);

/// A promotion code to create.
#[derive(Debug, Clone)]
pub struct CreatePromotionCode {
    /// The mode.
    pub mode: Mode,
    /// The product that the code is for; `None` for all.
    pub product: Option<ProductId>,
    /// What buyers type.
    pub code: CodeText,
    /// What the code takes off.
    pub discount: Discount,
    /// How long the discount lasts.
    pub duration: DurationKind,
    /// The number of months of a repeating discount.
    pub months: Option<u32>,
    /// How often the code can be used.
    pub max_redemptions: Option<u32>,
    /// When the code ends.
    pub expires_at: Option<Timestamp>,
    /// Whether only buyers can use the code who have never bought before.
    pub first_time_only: bool,
    /// The campaign or partner of the code.
    pub campaign: Option<Campaign>,
    /// Whether the code can be used.
    pub active: bool,
}

/// The parts of a store that promotion codes need.
pub trait PromotionStore: Tenants + Catalog + Connections + PromotionCodes + Commit {}

impl<T: Tenants + Catalog + Connections + PromotionCodes + Commit + ?Sized> PromotionStore for T {}

/// The credentials with which codes of a tenant are created in a mode.
pub fn access(
    store: &(impl PromotionStore + ?Sized),
    tenant: &TenantId,
    mode: Mode,
) -> Result<StripeAccess, PromotionCodeError> {
    access_in(store, tenant, mode)?.ok_or(PromotionCodeError::NotConnected)
}

/// Creates a promotion code and its coupon.
pub fn create_promotion_code(
    store: &(impl PromotionStore + ?Sized),
    stripe: &dyn Stripe,
    env: &Env<'_>,
    (tenant, actor): (&TenantId, &Actor),
    new: &CreatePromotionCode,
) -> Result<PromotionCode, PromotionCodeError> {
    let seller = store.tenant(tenant)?.ok_or(PromotionCodeError::NotFound)?;
    seller.check_active()?;
    if let Some(product) = &new.product
        && store.product(tenant, product)?.is_none()
    {
        return Err(PromotionCodeError::NotFound);
    }
    let access = access(store, tenant, new.mode)?;
    let account = access.account().ok_or(PromotionCodeError::NotConnected)?;
    let account = AccountRef {
        mode: new.mode,
        account: account.clone(),
    };
    let code = intend(store, env, tenant, &account, new)?;
    let products = stripe_products(store, &code)?;
    match create_at_stripe(stripe, &access, &code, products) {
        Ok(stripe_id) => record_created(store, env, actor, &code, &stripe_id),
        Err(error) => {
            // The sweep repeats what fails here.
            let _ = remove(store, stripe, env, &access, &code);
            Err(refusal(error))
        }
    }
}

/// Commits the code that is going to be created.
fn intend(
    store: &(impl Commit + ?Sized),
    env: &Env<'_>,
    tenant: &TenantId,
    account: &AccountRef,
    new: &CreatePromotionCode,
) -> Result<PromotionCode, PromotionCodeError> {
    settle(store, |_| {
        let now = env.now();
        let code = PromotionCode {
            id: PromotionCodeId::new(now, env.random()),
            tenant: tenant.clone(),
            account: account.clone(),
            product: new.product.clone(),
            code: new.code.clone(),
            discount: new.discount,
            duration: new.duration,
            months: new.months,
            max_redemptions: new.max_redemptions,
            expires_at: new.expires_at,
            first_time_only: new.first_time_only,
            campaign: new.campaign.clone(),
            active: new.active,
            state: CodeState::Creating,
            stripe_id: None,
            created_at: now,
            version: 1,
        };
        let mut changes = env.changes(now);
        changes.promotion_codes.push(Write::new(code.clone()));
        Ok(Decision::commit(changes, code))
    })
}

/// The Stripe products of the product that a code is for; none if the code is for all products, or if the
/// product has no prices yet.
fn stripe_products(
    store: &(impl PromotionStore + ?Sized),
    code: &PromotionCode,
) -> Result<Vec<crate::base::id::StripeProductId>, PromotionCodeError> {
    let Some(product) = &code.product else {
        return Ok(Vec::new());
    };
    let links = store.price_links(&code.tenant, &code.account.account)?;
    let of_product = links.into_iter().filter(|link| link.product == *product);
    Ok(of_product.map(|link| link.stripe_product).collect())
}

fn create_at_stripe(
    stripe: &dyn Stripe,
    access: &StripeAccess,
    code: &PromotionCode,
    products: Vec<crate::base::id::StripeProductId>,
) -> Result<StripeObjectId, StripeError> {
    let coupon = NewCoupon {
        id: code.coupon_id(),
        name: code.code.as_str().chars().take(40).collect(),
        discount: code.discount,
        duration: code.duration,
        months: code.months,
        products,
    };
    let key = |of| StripeIdempotencyKey::new(&[of, code.id.as_str()]);
    stripe.create_coupon(access, &coupon, &key("mintage-coupon"))?;
    let promotion = NewPromotionCode {
        coupon: coupon.id,
        code: code.code.clone(),
        max_redemptions: code.max_redemptions,
        expires_at: code.expires_at,
        first_time_only: code.first_time_only,
        active: code.active,
    };
    stripe.create_promotion_code(access, &promotion, &key("mintage-promotion-code"))
}

fn record_created(
    store: &(impl PromotionStore + ?Sized),
    env: &Env<'_>,
    actor: &Actor,
    code: &PromotionCode,
    stripe_id: &StripeObjectId,
) -> Result<PromotionCode, PromotionCodeError> {
    settle(store, |_| {
        let stored = store.promotion_code(&code.tenant, &code.id)?;
        let mut code = stored.ok_or(PromotionCodeError::NotFound)?;
        if code.state != CodeState::Creating {
            // The sweep took the attempt for one that a crash had interrupted.
            return Err(Failure::Contended.into());
        }
        code.state = CodeState::Created;
        code.stripe_id = Some(stripe_id.clone());
        let now = env.now();
        let action = "promotion-code.created";
        let audit = env.audit(&code.tenant, now, actor.clone(), action, code.id.as_str());
        let write = Write::changed(code);
        let created = write.value.clone();
        let mut changes = env.changes(now);
        changes.promotion_codes.push(write);
        changes.audit.push(audit);
        Ok(Decision::commit(changes, created))
    })
}

/// Deletes the coupon of a code that could not be created.
fn remove(
    store: &(impl PromotionCodes + Commit + ?Sized),
    stripe: &dyn Stripe,
    env: &Env<'_>,
    access: &StripeAccess,
    code: &PromotionCode,
) -> Result<(), PromotionCodeError> {
    let code = set_state(store, env, code, CodeState::Removing)?;
    stripe.delete_coupon(access, &code.coupon_id())?;
    set_state(store, env, &code, CodeState::Removed)?;
    Ok(())
}

fn set_state(
    store: &(impl PromotionCodes + Commit + ?Sized),
    env: &Env<'_>,
    code: &PromotionCode,
    state: CodeState,
) -> Result<PromotionCode, PromotionCodeError> {
    settle(store, |_| {
        let stored = store.promotion_code(&code.tenant, &code.id)?;
        let mut code = stored.ok_or(PromotionCodeError::NotFound)?;
        if code.state == CodeState::Created {
            return Err(Failure::Contended.into());
        }
        code.state = state;
        code.active = false;
        let write = Write::changed(code);
        let after = write.value.clone();
        let mut changes = env.changes(env.now());
        changes.promotion_codes.push(write);
        Ok(Decision::commit(changes, after))
    })
}

/// Stripe has a code for "exists already", which only the text of a code can cause: the coupon's id is new.
fn refusal(error: StripeError) -> PromotionCodeError {
    match error {
        StripeError::Refused(refusal)
            if refusal.code.as_deref() == Some("resource_already_exists")
                || refusal.message.contains("already exists") =>
        {
            PromotionCodeError::Taken
        }
        StripeError::AccountGone => PromotionCodeError::NotConnected,
        other => PromotionCodeError::Stripe(other),
    }
}

/// A change of a promotion code.
#[derive(Debug, Clone, Default)]
pub struct PromotionCodePatch {
    /// Whether the code can be used.
    pub active: Option<bool>,
    /// The campaign or partner. Orders that were sold keep the one that they were sold by.
    pub campaign: Change<Campaign>,
}

/// Changes a promotion code, first at Stripe.
pub fn update_promotion_code(
    store: &(impl PromotionStore + ?Sized),
    stripe: &dyn Stripe,
    env: &Env<'_>,
    (tenant, id): (&TenantId, &PromotionCodeId),
    actor: &Actor,
    patch: &PromotionCodePatch,
) -> Result<PromotionCode, PromotionCodeError> {
    let code = get_promotion_code(store, tenant, id)?;
    if let (Some(active), Some(stripe_id)) = (patch.active, &code.stripe_id)
        && active != code.active
    {
        let access = access_to(store, tenant, &code.account)?;
        let access = access.ok_or(PromotionCodeError::NotConnected)?;
        stripe
            .set_promotion_code_active(&access, stripe_id, active)
            .map_err(refusal)?;
    }
    settle(store, |_| {
        let before = get_promotion_code(store, tenant, id)?;
        let after = PromotionCode {
            active: patch.active.unwrap_or(before.active),
            campaign: patch.campaign.clone().apply(before.campaign.clone()),
            ..before.clone()
        };
        if after == before {
            return Ok(Decision::Answer(before));
        }
        let now = env.now();
        let write = Write::changed(after);
        let after = write.value.clone();
        let mut changes = env.changes(now);
        let action = "promotion-code.updated";
        let audit = env.audit(tenant, now, actor.clone(), action, id.as_str());
        changes.promotion_codes.push(write);
        changes.audit.push(audit);
        Ok(Decision::commit(changes, after))
    })
}

/// The created code with this id.
pub fn get_promotion_code(
    store: &(impl PromotionCodes + ?Sized),
    tenant: &TenantId,
    id: &PromotionCodeId,
) -> Result<PromotionCode, PromotionCodeError> {
    store
        .promotion_code(tenant, id)?
        .filter(|code| code.state == CodeState::Created)
        .ok_or(PromotionCodeError::NotFound)
}

/// Removes up to `n` codes whose creation was interrupted. Returns how many were removed and how many not.
pub fn remove_unfinished(
    store: &(impl PromotionCodes + Connections + Commit + ?Sized),
    stripe: &dyn Stripe,
    env: &Env<'_>,
    n: usize,
) -> Result<(usize, usize), StoreError> {
    let (mut removed, mut failed) = (0_usize, 0_usize);
    let before = env.now().minus(UNFINISHED_AFTER);
    for code in store.unfinished_promotion_codes(before, n)? {
        let done = match access_to(store, &code.tenant, &code.account)? {
            Some(access) => remove(store, stripe, env, &access, &code).is_ok(),
            // Without access nothing can be removed, and nothing can be sold by the code.
            None => set_state(store, env, &code, CodeState::Removed).is_ok(),
        };
        let counter = if done { &mut removed } else { &mut failed };
        *counter = counter.saturating_add(1);
    }
    Ok((removed, failed))
}
