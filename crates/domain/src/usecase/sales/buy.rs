//! The buy page of a key type: a link that a seller shares, behind which a buyer opens a checkout.

use crate::base::metadata::Metadata;
use crate::base::mode::Mode;
use crate::base::money::Money;
use crate::base::slug::{KeyTypeId, ProductId, TenantId};
use crate::base::url::WebUrl;
use crate::model::licenses::recurrence::Recurrence;
use crate::model::sales::fee::BasisPoints;
use crate::model::sales::items::CheckoutItems;
use crate::model::stripe::connection::Connection;
use crate::ports::{
    Catalog, Commit, Connections, Orders, SellerStripe, StoreError, Stripe, Tenants,
};
use crate::usecase::env::Env;
use crate::usecase::sales::cannot_sell::CannotSell;
use crate::usecase::sales::checkout::{OpenCheckout, offer, open};
use crate::usecase::sales::checkout_error::CheckoutError;

/// What is bought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// The seller.
    pub tenant: TenantId,
    /// The product.
    pub product: ProductId,
    /// The key type.
    pub key_type: KeyTypeId,
}

/// What a buyer sees before the checkout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offered {
    /// The mode in which it is sold: nobody pays in the sandbox.
    pub mode: Mode,
    /// The name of the product.
    pub product: String,
    /// The name of the key type.
    pub key_type: String,
    /// The price.
    pub price: Money,
    /// How the price recurs; `None` if it is paid once.
    pub recurrence: Option<Recurrence>,
}

impl Wanted {
    /// The path of the buy page.
    pub fn path(&self) -> String {
        format!("/buy/{}/{}/{}", self.tenant, self.product, self.key_type)
    }

    fn items(&self) -> CheckoutItems {
        CheckoutItems::one(self.product.clone(), self.key_type.clone())
    }
}

/// Looks at what is offered, without calling Stripe. That the tenant does not exist is not told apart from
/// that the product does not.
pub fn look(
    store: &(impl Tenants + Catalog + Connections + SellerStripe + ?Sized),
    env: &Env<'_>,
    wanted: &Wanted,
) -> Result<Offered, CheckoutError> {
    let tenant = &wanted.tenant;
    let found = store.key_type(tenant, &wanted.product, &wanted.key_type)?;
    let key_type = found.ok_or(CannotSell::NotFound)?;
    let product = store.product(tenant, &wanted.product)?;
    let product = product.ok_or(CannotSell::NotFound)?;
    let connection = connection(store, tenant)?;
    let offer = offer(store, env, &connection, &wanted.items())?;
    Ok(Offered {
        mode: offer.channel.account().mode,
        product: product.display_name.as_str().to_owned(),
        key_type: key_type.display_name.as_str().to_owned(),
        price: offer.agreed.price,
        recurrence: offer.agreed.recurrence,
    })
}

fn connection(
    store: &(impl Connections + ?Sized),
    tenant: &TenantId,
) -> Result<Connection, StoreError> {
    let stored = store.connection(tenant)?;
    Ok(stored.unwrap_or_else(|| Connection::none(tenant.clone())))
}

/// Opens a checkout, from which the buyer returns to the thank-you page or to the buy page. Returns the URL of
/// the payment page.
pub fn buy(
    store: &(impl Tenants + Catalog + Connections + SellerStripe + Orders + Commit + ?Sized),
    stripe: &dyn Stripe,
    env: &Env<'_>,
    offer: (BasisPoints, &WebUrl),
    wanted: &Wanted,
) -> Result<String, CheckoutError> {
    let connection = connection(store, &wanted.tenant)?;
    let here = format!("{}{}", offer.1, wanted.path());
    let checkout = OpenCheckout {
        items: wanted.items(),
        metadata: Metadata::default(),
        success_url: None,
        cancel_url: WebUrl::parse(&here)?,
        buyer: None,
    };
    open(store, stripe, env, &connection, offer, &checkout)
}
