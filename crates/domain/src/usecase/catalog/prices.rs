//! Setting up prices: what is sold and what Stripe has on the connected account are made to agree.
//!
//! Each priced key type has a Stripe product of its own, named after product and key type, with one
//! active price. Both are read from Stripe first, so that what somebody archived, deleted or wiped
//! there is repaired.

use crate::base::page::PageRequest;
use crate::base::slug::TenantId;
use crate::commit::write::Write;
use crate::model::catalog::key_type::KeyType;
use crate::model::catalog::price_link::PriceLink;
use crate::model::sellers::audit::Actor;
use crate::model::stripe::account::AccountRef;
use crate::ports::{Catalog, Commit, Connections, StoreError, Stripe, StripeError};
use crate::usecase::catalog::stripe_price::{Agreed, StripeSide};
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
    /// The prices that were there, and were repaired: their price or product was archived or had
    /// another name.
    pub repaired: Vec<PriceLink>,
    /// The key types whose price was right already, or that are not sold by checkout.
    pub skipped: Vec<KeyType>,
}

/// Makes each key type agree with Stripe. The call can be repeated after any failure.
pub fn set_up_prices(
    store: &(impl Connections + Catalog + Commit + ?Sized),
    stripe: &dyn Stripe,
    env: &Env<'_>,
    tenant: &TenantId,
    actor: &Actor,
) -> Result<PricesSetUp, PricesError> {
    let account = connected_account(store, tenant)?;
    let links = store.price_links(tenant, &account.account)?;
    let mut outcome = PricesSetUp::default();
    for key_type in all_key_types(store, tenant)? {
        let link = links
            .iter()
            .find(|link| link.product == key_type.product && link.key_type == key_type.id);
        let shop = StripeSide {
            stripe,
            account: &account,
        };
        match agree(store, shop, env, (&key_type, link), actor)? {
            Agreed::Created(link) => outcome.created.push(link),
            Agreed::Repaired(link) => outcome.repaired.push(link),
            Agreed::Unchanged => outcome.skipped.push(key_type),
        }
    }
    Ok(outcome)
}

/// Makes one key type agree with Stripe.
pub(super) fn set_up_key_type(
    store: &(impl Connections + Catalog + Commit + ?Sized),
    stripe: &dyn Stripe,
    env: &Env<'_>,
    key_type: &KeyType,
    actor: &Actor,
) -> Result<(), PricesError> {
    let account = connected_account(store, &key_type.tenant)?;
    let (tenant, product) = (&key_type.tenant, &key_type.product);
    let link = store.price_link(tenant, product, &key_type.id, &account.account)?;
    let shop = StripeSide {
        stripe,
        account: &account,
    };
    agree(store, shop, env, (key_type, link.as_ref()), actor).map(drop)
}

fn connected_account(
    store: &(impl Connections + ?Sized),
    tenant: &TenantId,
) -> Result<AccountRef, PricesError> {
    let connection = store.connection(tenant)?;
    let account = connection.and_then(|connection| connection.state.account());
    account.ok_or(PricesError::NotConnected)
}

/// Creates or repairs the price of a key type, commits its link, and archives its other prices: in
/// this order, so that a crash leaves a price too many and none too few.
fn agree(
    store: &(impl Catalog + Commit + ?Sized),
    shop: StripeSide<'_>,
    env: &Env<'_>,
    (key_type, link): (&KeyType, Option<&PriceLink>),
    actor: &Actor,
) -> Result<Agreed, PricesError> {
    let product = store.product(&key_type.tenant, &key_type.product)?;
    let is_archived = key_type.archived_at.is_some()
        || product.as_ref().is_none_or(|it| it.archived_at.is_some());
    let (Some(product), Some(amount), false) = (product, key_type.price, is_archived) else {
        if let Some(link) = link {
            shop.archive_all(link)?;
        }
        return Ok(Agreed::Unchanged);
    };
    let name = format!("{} – {}", product.display_name, key_type.display_name);
    let (agreed, others) = shop.agree(key_type, amount, &name, link)?;
    let stored = match &agreed {
        Agreed::Created(new) => Some((new, "price.created")),
        Agreed::Repaired(new) => Some((new, "price.repaired")),
        Agreed::Unchanged => None,
    };
    // Whoever changes the price commits it before Stripe has it, so if the key type has this price still,
    // none of the others is a newer one.
    let is_newest = match stored {
        Some(stored) => store_link(store, env, actor, key_type, stored)?,
        None => same_price(store, key_type)?.is_some(),
    };
    if !is_newest {
        return Ok(Agreed::Unchanged);
    }
    if let Some((new, _)) = stored
        && let Some(before) = link.filter(|link| link.stripe_product != new.stripe_product)
    {
        shop.archive_all(before)?;
    }
    shop.archive(&others)?;
    Ok(agreed)
}

/// The key types that are on sale and have no price of their amount on the account.
pub(crate) fn missing_prices(
    store: &(impl Catalog + ?Sized),
    tenant: &TenantId,
    account: &AccountRef,
) -> Result<Vec<KeyType>, PricesError> {
    let links = store.price_links(tenant, &account.account)?;
    let mut missing = all_key_types(store, tenant)?;
    missing.retain(|it| {
        let is_priced = links.iter().any(|link| {
            link.product == it.product && link.key_type == it.id && Some(link.amount) == it.price
        });
        it.price.is_some() && it.archived_at.is_none() && !is_priced
    });
    let mut on_sale = Vec::new();
    for key_type in missing {
        let product = store.product(tenant, &key_type.product)?;
        if product.is_some_and(|it| it.is_active()) {
            on_sale.push(key_type);
        }
    }
    Ok(on_sale)
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

/// The key type as it is now, if it still has the price that it was read with.
fn same_price(
    store: &(impl Catalog + ?Sized),
    key_type: &KeyType,
) -> Result<Option<KeyType>, StoreError> {
    let KeyType {
        tenant,
        product,
        id,
        ..
    } = key_type;
    let now = store.key_type(tenant, product, id)?;
    Ok(now.filter(|it| it.price == key_type.price && it.billing() == key_type.billing()))
}

/// Commits the link of a key type to its price. Commits nothing and returns false if the key type has
/// another price by now: the call that changed it sets that one up.
fn store_link(
    store: &(impl Catalog + Commit + ?Sized),
    env: &Env<'_>,
    actor: &Actor,
    key_type: &KeyType,
    (link, action): (&PriceLink, &'static str),
) -> Result<bool, PricesError> {
    settle(store, |_| {
        let Some(key_type) = same_price(store, key_type)? else {
            return Ok(Decision::Answer(false));
        };
        let now = env.now();
        let mut changes = env.changes(now);
        // Of this commit and one that changes the price meanwhile, the later one decides again.
        changes.key_types.push(Write::changed(key_type));
        changes.prices.push(link.clone());
        let target = format!("{}/{}", link.product, link.key_type);
        let entry = env.audit(&link.tenant, now, actor.clone(), action, target);
        changes.audit.push(entry);
        Ok(Decision::commit(changes, true))
    })
}
