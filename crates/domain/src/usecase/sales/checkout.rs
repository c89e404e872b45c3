//! Opening a checkout: an order is committed, Stripe opens the session, and the result is committed.
//!
//! The URL of the payment page is returned only after the session id is durable, so that every
//! payment can be matched with its order.

use crate::base::email::Email;
use crate::base::id::OrderId;
use crate::base::money::Money;
use crate::base::seal::OpenError;
use crate::base::slug::{KeyTypeId, ProductId, TenantId};
use crate::base::url::{InvalidWebUrl, WebUrl};
use crate::commit::write::Write;
use crate::model::catalog::key_type::KeyType;
use crate::model::catalog::product::Product;
use crate::model::sales::fee::BasisPoints;
use crate::model::sales::order::{Order, OrderStatus};
use crate::model::sales::order_snapshot;
use crate::model::sales::thanks_page;
use crate::model::sellers::tenant::TenantSuspended;
use crate::model::stripe::account::AccountRef;
use crate::model::stripe::connection::Connection;
use crate::model::stripe::product_key::ProductKey;
use crate::ports::{
    Catalog, CheckoutPrice, CheckoutRequest, CheckoutSession, Commit, Connections, Orders,
    SellerKey, SellerStripe, Stripe, StripeAccess, StripeError, StripeIdempotencyKey, Tenants,
};
use crate::usecase::commit_loop::{Decision, settle};
use crate::usecase::env::{Env, SealedField};
use crate::usecase::failure::{Failure, from_port_errors};

/// Why a checkout was not opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CheckoutError {
    /// The checkout key is missing or wrong, or the tenant does not exist. Callers cannot distinguish
    /// these cases.
    #[error("wrong or missing checkout key")]
    Unauthorized,
    /// The tenant is suspended.
    #[error(transparent)]
    Suspended(#[from] TenantSuspended),
    /// The tenant is not connected to Stripe.
    #[error("not connected to Stripe")]
    NotConnected,
    /// The product or the key type does not exist.
    #[error("no such product or key type")]
    NotFound,
    /// The product or the key type is archived.
    #[error("the product or the key type is archived; restore it to sell it again")]
    Archived,
    /// The key type has no Stripe price on the connected account, or one of an earlier amount.
    #[error(
        "the key type has no Stripe price for its amount: set priceInCents and priceCurrency, then \
         call setup-prices"
    )]
    NoPrice,
    /// Stripe does not accept the key of the product any more.
    #[error("Stripe does not accept the Stripe key of the product; set another one")]
    KeyRefused,
    /// The public URL of the server is too long for the address of a thank-you page.
    #[error("the public URL gives no thank-you page: {0}")]
    ThanksPage(#[from] InvalidWebUrl),
    /// Stripe failed.
    #[error(transparent)]
    Stripe(#[from] StripeError),
    /// The store failed.
    #[error(transparent)]
    Failure(#[from] Failure),
}

from_port_errors!(CheckoutError);

/// The request of the seller's backend.
#[derive(Debug, Clone)]
pub struct OpenCheckout {
    /// The product to buy.
    pub product: ProductId,
    /// The key type to buy.
    pub key_type: KeyTypeId,
    /// The page that the buyer returns to after paying; `None` for the thank-you page of this server.
    pub success_url: Option<WebUrl>,
    /// The page that the buyer returns to after cancelling.
    pub cancel_url: WebUrl,
    /// The buyer's address, if known.
    pub buyer: Option<Email>,
}

/// Checks the checkout key of a tenant, and returns the tenant's connection.
pub fn authorize(
    store: &(impl Connections + ?Sized),
    tenant: &TenantId,
    presented: &str,
) -> Result<Connection, CheckoutError> {
    store
        .connection(tenant)?
        .filter(|connection| {
            let key = connection.checkout_key;
            key.is_some_and(|key| key.matches(presented))
        })
        .ok_or(CheckoutError::Unauthorized)
}

/// Opens a checkout with the Stripe key of the product, else on the tenant's account with the platform's fee.
/// Returns the URL of the payment page.
/// The thank-you page is below the server's public URL.
pub fn open(
    store: &(impl Tenants + Catalog + SellerStripe + Orders + Commit + ?Sized),
    stripe: &dyn Stripe,
    env: &Env<'_>,
    connection: &Connection,
    (fee, public_url): (BasisPoints, &WebUrl),
    wanted: &OpenCheckout,
) -> Result<String, CheckoutError> {
    let tenant = &connection.tenant;
    let seller = store.tenant(tenant)?.ok_or(CheckoutError::Unauthorized)?;
    seller.check_active()?;
    let key_type = store
        .key_type(tenant, &wanted.product, &wanted.key_type)?
        .ok_or(CheckoutError::NotFound)?;
    let product = store
        .product(tenant, &wanted.product)?
        .ok_or(CheckoutError::Archived)?;
    if product.archived_at.is_some() || key_type.archived_at.is_some() {
        return Err(CheckoutError::Archived);
    }
    let channel = channel(store, env, connection, (&product, &key_type), fee)?;
    let order = create_order(store, env, &channel, &key_type, wanted)?;
    let request = CheckoutRequest {
        order: order.id.clone(),
        tenant: tenant.clone(),
        product: order.product.clone(),
        key_type: order.key_type.clone(),
        price: channel.price,
        fee: order.fee,
        buyer: wanted.buyer.clone(),
        snapshot: order_snapshot::write(&order, env.keys),
        success_url: success_url(env, &order, wanted, public_url)?,
        cancel_url: wanted.cancel_url.clone(),
    };
    // Each attempt has its own order, and so its own idempotency key.
    let key = StripeIdempotencyKey::new(&["mintage-checkout", order.id.as_str()]);
    match stripe.open_checkout(&channel.access, &request, &key) {
        Ok(session) => {
            record_result(store, env, &order, Some(&session))?;
            Ok(session.url)
        }
        Err(error) => {
            // If this commit fails too, the sweep abandons the order later.
            let _ = record_result(store, env, &order, None);
            let is_own = matches!(channel.access, StripeAccess::Key(_));
            Err(match error {
                StripeError::AccountGone | StripeError::Unauthorized if is_own => {
                    CheckoutError::KeyRefused
                }
                StripeError::AccountGone => CheckoutError::NotConnected,
                StripeError::NotFound(_) if !is_own => CheckoutError::NoPrice,
                other => CheckoutError::Stripe(other),
            })
        }
    }
}

/// How a key type is sold.
struct Channel {
    access: StripeAccess,
    /// The account that the order is of.
    account: AccountRef,
    price: CheckoutPrice,
    amount: Money,
    fee: Option<Money>,
}

/// Finds how a key type is sold: with the key of its product, else on the connected account, where the
/// platform takes its fee.
fn channel(
    store: &(impl Catalog + SellerStripe + ?Sized),
    env: &Env<'_>,
    connection: &Connection,
    (product, key_type): (&Product, &KeyType),
    fee: BasisPoints,
) -> Result<Channel, CheckoutError> {
    let tenant = &connection.tenant;
    let key = store.product_key(tenant, &product.id)?;
    if let Some(key) = key.filter(|key| !key.is_removed()) {
        return own_channel(env, &key, (product, key_type));
    }
    let account = connection
        .state
        .account()
        .ok_or(CheckoutError::NotConnected)?;
    let link = store
        .price_link(tenant, &key_type.product, &key_type.id, &account.account)?
        .filter(|link| key_type.price == Some(link.amount))
        .ok_or(CheckoutError::NoPrice)?;
    Ok(Channel {
        access: StripeAccess::Connect(account.clone()),
        account,
        price: CheckoutPrice::Existing(link.stripe_price),
        amount: link.amount,
        fee: fee.fee(link.amount),
    })
}

/// Sells with the Stripe key of a product: without a fee, and at a price that needs nothing at Stripe.
fn own_channel(
    env: &Env<'_>,
    key: &ProductKey,
    (product, key_type): (&Product, &KeyType),
) -> Result<Channel, CheckoutError> {
    let amount = key_type.price.ok_or(CheckoutError::NoPrice)?;
    let account = AccountRef::own(&key.tenant, key.mode);
    let id = ProductKey::sealed_id(&key.tenant, &key.product);
    let opened = env.open(SealedField::PRODUCT_STRIPE_KEY, &id, &key.sealed_key)?;
    let access = StripeAccess::Key(SellerKey {
        mode: key.mode,
        account: Some(account.account.clone()),
        key: opened.into_text().ok_or(OpenError::Refused)?,
    });
    Ok(Channel {
        access,
        account,
        price: CheckoutPrice::Inline {
            name: format!("{} {}", product.display_name, key_type.display_name),
            amount,
        },
        amount,
        fee: None,
    })
}

/// The page that the buyer returns to after paying. The address of the thank-you page gets its token here.
fn success_url(
    env: &Env<'_>,
    order: &Order,
    wanted: &OpenCheckout,
    public_url: &WebUrl,
) -> Result<WebUrl, CheckoutError> {
    match &wanted.success_url {
        Some(url) if !thanks_page::is_address(url, public_url) => Ok(url.clone()),
        _ => Ok(thanks_page::address(public_url, &order.id, env.keys)?),
    }
}

fn create_order(
    store: &(impl Commit + ?Sized),
    env: &Env<'_>,
    channel: &Channel,
    key_type: &KeyType,
    wanted: &OpenCheckout,
) -> Result<Order, CheckoutError> {
    settle(store, |_| {
        let now = env.now();
        let order = Order {
            id: OrderId::new(now, env.random()),
            tenant: key_type.tenant.clone(),
            mode: channel.account.mode,
            account: channel.account.account.clone(),
            product: key_type.product.clone(),
            key_type: key_type.id.clone(),
            terms: key_type.terms.clone(),
            price: channel.amount,
            fee: channel.fee,
            buyer: wanted.buyer.clone(),
            email: wanted.buyer.clone(),
            session: None,
            status: OrderStatus::Opening,
            customer: None,
            total: None,
            payment: None,
            created_at: now,
            fulfilled_at: None,
            claim: None,
            version: 1,
        };
        let mut changes = env.changes(now);
        changes.orders.push(Write::new(order.clone()));
        Ok(Decision::commit(changes, order))
    })
}

/// Records the result of Stripe's answer: the session, or `None` if it opened none.
pub(crate) fn record_result(
    store: &(impl Orders + Commit + ?Sized),
    env: &Env<'_>,
    order: &Order,
    session: Option<&CheckoutSession>,
) -> Result<(), CheckoutError> {
    settle(store, |_| {
        let Some(mut order) = store.order(&order.tenant, &order.id)? else {
            return Err(CheckoutError::NotFound);
        };
        if order.status != OrderStatus::Opening {
            // The result was recorded concurrently. Only the stored session can mint, so the URL of
            // another one must not be returned.
            return match session {
                Some(opened) if order.session.as_ref() != Some(&opened.id) => {
                    Err(Failure::Contended.into())
                }
                _ => Ok(Decision::Answer(())),
            };
        }
        order.session = session.map(|session| session.id.clone());
        order.status = match session {
            Some(_) => OrderStatus::Open,
            None => OrderStatus::Abandoned,
        };
        let mut changes = env.changes(env.now());
        changes.orders.push(Write::changed(order));
        Ok(Decision::commit(changes, ()))
    })
}
