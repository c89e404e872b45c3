//! Stripe keys of products: setting and removing them. A key is proven by a call of Stripe before it is
//! stored.

use crate::base::id::StripeAccountId;
use crate::base::slug::{ProductId, TenantId};
use crate::commit::write::Write;
use crate::model::sellers::audit::Actor;
use crate::model::stripe::product_key::ProductKey;
use crate::model::stripe::seller_key::OwnStripeKey;
use crate::ports::{Catalog, Commit, SellerKey, SellerStripe, Stripe, StripeError};
use crate::usecase::commit_loop::{Decision, settle};
use crate::usecase::env::{Env, SealedField};
use crate::usecase::failure::{Failure, from_port_errors};

/// Why the key of a product was not set or removed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProductKeyError {
    /// The tenant has no such product, or the product has no key.
    #[error("not found")]
    NotFound,
    /// Stripe does not know the key.
    #[error("Stripe does not accept the key: it is mistyped, expired or deleted")]
    Refused,
    /// The key may not open checkouts.
    #[error("the key lacks the permission to write Checkout Sessions")]
    LacksCheckout,
    /// Stripe failed.
    #[error(transparent)]
    Stripe(StripeError),
    /// The store failed.
    #[error(transparent)]
    Failure(#[from] Failure),
}

from_port_errors!(ProductKeyError);

/// Sets the Stripe key of a product. A refused key changes nothing.
pub fn set_product_key(
    store: &(impl SellerStripe + Catalog + Commit + ?Sized),
    stripe: &dyn Stripe,
    env: &Env<'_>,
    (tenant, product): (&TenantId, &ProductId),
    actor: &Actor,
    key: &OwnStripeKey,
) -> Result<ProductKey, ProductKeyError> {
    if store.product(tenant, product)?.is_none() {
        return Err(ProductKeyError::NotFound);
    }
    let mode = key.mode();
    stripe
        .prove_checkout(&SellerKey {
            mode,
            account: Some(StripeAccountId::own(tenant, mode)),
            key: key.secret().clone(),
        })
        .map_err(|error| match error {
            StripeError::Unauthorized | StripeError::AccountGone => ProductKeyError::Refused,
            StripeError::Refused(_) => ProductKeyError::LacksCheckout,
            other => ProductKeyError::Stripe(other),
        })?;
    settle(store, |_| {
        let now = env.now();
        let id = ProductKey::sealed_id(tenant, product);
        let bytes = key.secret().expose().as_bytes();
        let stored = store.product_key(tenant, product)?;
        let write = Write::changed(ProductKey {
            tenant: tenant.clone(),
            product: product.clone(),
            mode,
            sealed_key: env.seal(SealedField::PRODUCT_STRIPE_KEY, &id, bytes),
            hint: key.hint(),
            set_at: now,
            version: stored.map_or(0, |stored| stored.version),
        });
        let mut changes = env.changes(now);
        let action = "product.stripe-key-set";
        let entry = env.audit(tenant, now, actor.clone(), action, product.as_str());
        changes.audit.push(entry);
        let set = write.value.clone();
        changes.product_keys.push(write);
        Ok(Decision::commit(changes, set))
    })
}

/// Removes the Stripe key of a product. Checkouts are then opened on the connected account, if there is one.
/// Sessions that are open stay open, and their payments are still told to the manual endpoint.
pub fn remove_product_key(
    store: &(impl SellerStripe + Commit + ?Sized),
    env: &Env<'_>,
    (tenant, product): (&TenantId, &ProductId),
    actor: &Actor,
) -> Result<(), ProductKeyError> {
    settle(store, |_| {
        let stored = store.product_key(tenant, product)?;
        let mut key = stored
            .filter(|key| !key.is_removed())
            .ok_or(ProductKeyError::NotFound)?;
        key.sealed_key.erase();
        key.hint.clear();
        let now = env.now();
        let mut changes = env.changes(now);
        let action = "product.stripe-key-removed";
        let entry = env.audit(tenant, now, actor.clone(), action, product.as_str());
        changes.audit.push(entry);
        changes.product_keys.push(Write::changed(key));
        Ok(Decision::commit(changes, ()))
    })
}
