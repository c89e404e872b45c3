//! Where a checkout is opened: on the connected account, or with the Stripe key of a product.

use crate::base::money::Money;
use crate::base::seal::OpenError;
use crate::base::slug::{ProductId, TenantId};
use crate::model::catalog::key_type::KeyType;
use crate::model::catalog::product::Product;
use crate::model::sales::items::CheckoutItems;
use crate::model::stripe::account::AccountRef;
use crate::model::stripe::connection::Connection;
use crate::model::stripe::product_key::ProductKey;
use crate::ports::{Catalog, CheckoutPrice, SellerKey, SellerStripe, StoreError, StripeAccess};
use crate::usecase::env::{Env, SealedField};
use crate::usecase::sales::cannot_sell::CannotSell;
use crate::usecase::sales::checkout_error::CheckoutError;

/// Where a checkout is opened.
pub(crate) enum Channel {
    /// The account that the seller connected. The platform takes its fee.
    Connected(AccountRef),
    /// The account of a product's Stripe key, where the platform takes no fee.
    OwnKey(SellerKey, AccountRef),
}

impl Channel {
    /// The account that the order is of.
    pub(crate) const fn account(&self) -> &AccountRef {
        match self {
            Self::Connected(account) | Self::OwnKey(_, account) => account,
        }
    }

    /// How Stripe is called.
    pub(crate) fn access(&self) -> StripeAccess {
        match self {
            Self::Connected(account) => StripeAccess::Connect(account.clone()),
            Self::OwnKey(key, _) => StripeAccess::Key(key.clone()),
        }
    }

    /// Whether a product's own key is used.
    pub(crate) const fn is_own(&self) -> bool {
        matches!(self, Self::OwnKey(..))
    }

    /// What a key type costs: the price that was set up on the connected account, else one that needs
    /// nothing at Stripe.
    pub(crate) fn price(
        &self,
        store: &(impl Catalog + ?Sized),
        (product, key_type): (&Product, &KeyType),
    ) -> Result<(Money, CheckoutPrice), CannotSell> {
        let (tenant, id) = (&key_type.tenant, &key_type.id);
        let no_price = || CannotSell::NoPrice(format!("{}/{id}", product.id));
        let Self::Connected(account) = self else {
            if key_type.recurrence.is_some() {
                return Err(CannotSell::RecurringNeedsConnect);
            }
            let amount = key_type.price.ok_or_else(no_price)?;
            let name = format!("{} {}", product.display_name, key_type.display_name);
            return Ok((amount, CheckoutPrice::Inline { name, amount }));
        };
        let link = store.price_link(tenant, &product.id, id, &account.account)?;
        let link = link
            .filter(|link| link.fits(key_type))
            .ok_or_else(no_price)?;
        Ok((link.amount, link.stripe_price.into()))
    }
}

/// Finds where items are sold: with the Stripe key of their product, else on the connected account.
pub(crate) fn channel(
    store: &(impl SellerStripe + ?Sized),
    env: &Env<'_>,
    connection: &Connection,
    items: &CheckoutItems,
) -> Result<Channel, CheckoutError> {
    let tenant = &connection.tenant;
    let mut products: Vec<&ProductId> = items.as_slice().iter().map(|it| &it.product).collect();
    products.dedup();
    for product in &products {
        if let Some(key) = key_of(store, tenant, product)? {
            // Another product is sold on another account, or with another key of the same.
            if products.len() > 1 {
                return Err(CannotSell::OwnKeyAlone.into());
            }
            let account = AccountRef::own(tenant, key.mode);
            return Ok(Channel::OwnKey(open_key(env, &key, &account)?, account));
        }
    }
    let account = connection.state.account();
    Ok(Channel::Connected(
        account.ok_or(CheckoutError::NotConnected)?,
    ))
}

fn key_of(
    store: &(impl SellerStripe + ?Sized),
    tenant: &TenantId,
    product: &ProductId,
) -> Result<Option<ProductKey>, StoreError> {
    let key = store.product_key(tenant, product)?;
    Ok(key.filter(|key| !key.is_removed()))
}

fn open_key(
    env: &Env<'_>,
    key: &ProductKey,
    account: &AccountRef,
) -> Result<SellerKey, CheckoutError> {
    let id = ProductKey::sealed_id(&key.tenant, &key.product);
    let opened = env.open(SealedField::PRODUCT_STRIPE_KEY, &id, &key.sealed_key)?;
    Ok(SellerKey {
        mode: key.mode,
        account: Some(account.account.clone()),
        key: opened.into_text().ok_or(OpenError::Refused)?,
    })
}
