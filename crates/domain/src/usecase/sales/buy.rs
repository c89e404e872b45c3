//! The buy page of a key type: a link that a seller shares, behind which a buyer opens a checkout.

use crate::base::metadata::Metadata;
use crate::base::money::Money;
use crate::base::slug::{KeyTypeId, ProductId, TenantId};
use crate::base::url::WebUrl;
use crate::model::licenses::recurrence::Recurrence;
use crate::model::sales::fee::BasisPoints;
use crate::model::sales::items::CheckoutItems;
use crate::model::stripe::connection::Connection;
use crate::ports::{Catalog, Commit, Connections, Orders, SellerStripe, Stripe, Tenants};
use crate::usecase::env::Env;
use crate::usecase::sales::cannot_sell::CannotSell;
use crate::usecase::sales::checkout::{OpenCheckout, open};
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
}

/// Looks at what is offered, without calling Stripe. That the tenant does not exist is not told apart from
/// that the product does not.
pub fn look(
    store: &(impl Tenants + Catalog + ?Sized),
    wanted: &Wanted,
) -> Result<Offered, CheckoutError> {
    let Wanted {
        tenant,
        product,
        key_type,
    } = wanted;
    let seller = store.tenant(tenant)?.ok_or(CannotSell::NotFound)?;
    seller.check_active()?;
    let key_type = store
        .key_type(tenant, product, key_type)?
        .ok_or(CannotSell::NotFound)?;
    let product = store
        .product(tenant, product)?
        .ok_or(CannotSell::NotFound)?;
    if product.archived_at.is_some() || key_type.archived_at.is_some() {
        return Err(CannotSell::Archived.into());
    }
    if !product.is_active() {
        return Err(CannotSell::Deactivated.into());
    }
    let no_price = || CannotSell::NoPrice(format!("{}/{}", product.id, key_type.id));
    Ok(Offered {
        product: product.display_name.as_str().to_owned(),
        key_type: key_type.display_name.as_str().to_owned(),
        price: key_type.price.ok_or_else(no_price)?,
        recurrence: key_type.recurrence,
    })
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
    look(store, wanted)?;
    let tenant = &wanted.tenant;
    let connection = store
        .connection(tenant)?
        .unwrap_or_else(|| Connection::none(tenant.clone()));
    let here = format!("{}{}", offer.1, wanted.path());
    let checkout = OpenCheckout {
        items: CheckoutItems::one(wanted.product.clone(), wanted.key_type.clone()),
        metadata: Metadata::default(),
        success_url: None,
        cancel_url: WebUrl::parse(&here)?,
        buyer: None,
    };
    open(store, stripe, env, &connection, offer, &checkout)
}
