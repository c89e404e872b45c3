//! Creating the Stripe products and prices of priced key types on the connected account.

use crate::base::id::StripeProductId;
use crate::base::money::Money;
use crate::base::page::PageRequest;
use crate::base::slug::{ProductId, TenantId};
use crate::model::catalog::key_type::KeyType;
use crate::model::catalog::price_link::PriceLink;
use crate::model::sellers::audit::Actor;
use crate::model::stripe::account::AccountRef;
use crate::ports::{
    Catalog, Commit, Connections, NewPrice, NewProduct, Stripe, StripeError, StripeIdempotencyKey,
};
use crate::usecase::commit_loop::{Decision, settle};
use crate::usecase::env::Env;
use crate::usecase::failure::{Failure, from_port_errors};

/// Why prices were not set up. Prices that were created before the error are kept; another call
/// continues after them.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PricesError {
    /// The tenant is not connected to Stripe.
    #[error("not connected to Stripe")]
    NotConnected,
    /// Stripe failed.
    #[error(transparent)]
    Stripe(#[from] StripeError),
    /// The store failed.
    #[error(transparent)]
    Failure(#[from] Failure),
}

from_port_errors!(PricesError);

/// The result of setting up prices.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PricesSetUp {
    /// The prices that were created.
    pub created: Vec<PriceLink>,
    /// The key types that have their Stripe price already, or have no price.
    pub skipped: Vec<KeyType>,
}

/// Creates a Stripe product and price for each priced key type that has none on the connected
/// account, or whose price has changed. The call can be repeated after any failure, since the
/// idempotency keys are derived from the created objects.
pub fn set_up_prices(
    store: &(impl Connections + Catalog + Commit + ?Sized),
    stripe: &dyn Stripe,
    env: &Env<'_>,
    tenant: &TenantId,
    actor: &Actor,
) -> Result<PricesSetUp, PricesError> {
    let connection = store.connection(tenant)?.ok_or(PricesError::NotConnected)?;
    let account = connection
        .state
        .account()
        .ok_or(PricesError::NotConnected)?;
    let mut links = store.price_links(tenant, &account.account)?;
    let mut outcome = PricesSetUp::default();
    for key_type in all_key_types(store, tenant)? {
        let Some(amount) = key_type.price else {
            outcome.skipped.push(key_type);
            continue;
        };
        let existing = links
            .iter()
            .find(|link| link.product == key_type.product && link.key_type == key_type.id);
        if existing.is_some_and(|link| link.amount == amount) {
            outcome.skipped.push(key_type);
            continue;
        }
        let of_product = links
            .iter()
            .find(|link| link.product == key_type.product)
            .map(|link| link.stripe_product.clone());
        let stripe_product = match of_product {
            Some(existing) => existing,
            None => create_product(store, stripe, &account, tenant, &key_type.product)?,
        };
        let link = create_price(stripe, &account, &key_type, stripe_product, amount)?;
        store_link(store, env, actor, &link)?;
        links.push(link.clone());
        outcome.created.push(link);
    }
    Ok(outcome)
}

fn all_key_types(
    store: &(impl Catalog + ?Sized),
    tenant: &TenantId,
) -> Result<Vec<KeyType>, PricesError> {
    let mut all = Vec::new();
    let mut request = PageRequest {
        after: None,
        limit: Some(PageRequest::MAX),
    };
    loop {
        let page = store.key_types(tenant, None, &request)?;
        all.extend(page.items);
        request.after = page.next;
        if request.after.is_none() {
            return Ok(all);
        }
    }
}

fn create_product(
    store: &(impl Catalog + ?Sized),
    stripe: &dyn Stripe,
    account: &AccountRef,
    tenant: &TenantId,
    product: &ProductId,
) -> Result<StripeProductId, PricesError> {
    let name = match store.product(tenant, product)? {
        Some(found) => found.display_name.as_str().to_owned(),
        None => product.as_str().to_owned(),
    };
    let new = NewProduct {
        tenant: tenant.clone(),
        product: product.clone(),
        name,
    };
    let key = StripeIdempotencyKey::new(&[
        "mintage-product",
        account.account.as_str(),
        tenant.as_str(),
        product.as_str(),
    ]);
    Ok(stripe.create_product(account, &new, &key)?)
}

fn create_price(
    stripe: &dyn Stripe,
    account: &AccountRef,
    key_type: &KeyType,
    stripe_product: StripeProductId,
    amount: Money,
) -> Result<PriceLink, PricesError> {
    let key = StripeIdempotencyKey::new(&[
        "mintage-price",
        stripe_product.as_str(),
        key_type.tenant.as_str(),
        key_type.product.as_str(),
        key_type.id.as_str(),
        &amount.minor().to_string(),
        amount.currency().as_str(),
    ]);
    let new = NewPrice {
        tenant: key_type.tenant.clone(),
        product: key_type.product.clone(),
        key_type: key_type.id.clone(),
        name: key_type.display_name.as_str().to_owned(),
        stripe_product: stripe_product.clone(),
        amount,
    };
    let stripe_price = stripe.create_price(account, &new, &key)?;
    Ok(PriceLink {
        tenant: key_type.tenant.clone(),
        product: key_type.product.clone(),
        key_type: key_type.id.clone(),
        account: account.account.clone(),
        stripe_product,
        stripe_price,
        amount,
    })
}

fn store_link(
    store: &(impl Commit + ?Sized),
    env: &Env<'_>,
    actor: &Actor,
    link: &PriceLink,
) -> Result<(), PricesError> {
    settle(store, |_| {
        let now = env.now();
        let mut changes = env.changes(now);
        changes.prices.push(link.clone());
        changes.audit.push(env.audit(
            &link.tenant,
            now,
            actor.clone(),
            "price.created",
            format!("{}/{}", link.product, link.key_type),
        ));
        Ok(Decision::commit(changes, ()))
    })
}
