//! Opening a checkout: an order is committed, Stripe opens the session, and the result is committed.
//!
//! The URL of the payment page is returned only after the session id is durable, so that every
//! payment can be matched with its order.

use crate::base::email::Email;
use crate::base::id::OrderId;
use crate::base::metadata::Metadata;
use crate::base::money::Money;
use crate::base::slug::TenantId;
use crate::base::url::WebUrl;
use crate::commit::counter::{Count, Counter};
use crate::commit::guards::Refusal;
use crate::commit::write::Write;
use crate::model::sales::basket::Basket;
use crate::model::sales::fee::BasisPoints;
use crate::model::sales::items::CheckoutItems;
use crate::model::sales::order::{Order, OrderStatus};
use crate::model::sales::order_snapshot;
use crate::model::sales::thanks_page;
use crate::model::sellers::tenant::PlanLimits;
use crate::model::stripe::account::AccountRef;
use crate::model::stripe::connection::Connection;
use crate::ports::{
    Catalog, CheckoutRequest, CheckoutSession, Commit, Connections, NewSubscription, Orders,
    SellerStripe, Stripe, StripeError, StripeIdempotencyKey, Tenants,
};
use crate::usecase::commit_loop::{Decision, settle};
use crate::usecase::env::Env;
use crate::usecase::failure::Failure;
use crate::usecase::sales::agreement::{Agreement, agree};
use crate::usecase::sales::cannot_sell::CannotSell;
use crate::usecase::sales::channel::{Channel, channel};
use crate::usecase::sales::checkout_error::CheckoutError;
use crate::usecase::sales::connected::{check_charges, check_still_connected};

/// The request of the seller's backend.
#[derive(Debug, Clone)]
pub struct OpenCheckout {
    /// What is sold.
    pub items: CheckoutItems,
    /// The seller's metadata for the licenses.
    pub metadata: Metadata,
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

/// What a checkout would sell.
pub(crate) struct Offer {
    limits: PlanLimits,
    pub(crate) channel: Channel,
    pub(crate) agreed: Agreement,
}

/// Agrees on what items cost and where they are sold, without calling Stripe.
pub(crate) fn offer(
    store: &(impl Tenants + Catalog + SellerStripe + ?Sized),
    env: &Env<'_>,
    connection: &Connection,
    items: &CheckoutItems,
) -> Result<Offer, CheckoutError> {
    let tenant = &connection.tenant;
    let seller = store.tenant(tenant)?.ok_or(CheckoutError::Unauthorized)?;
    seller.check_active()?;
    let channel = channel(store, env, connection, items)?;
    let limits = seller.plan.limits();
    if !channel.is_own() && !limits.connect {
        return Err(CheckoutError::PlanLacksConnect);
    }
    let agreed = agree(store, tenant, &channel, items)?;
    Ok(Offer {
        limits,
        channel,
        agreed,
    })
}

/// Opens a checkout with the Stripe key of the product, else on the tenant's account with the platform's fee.
/// Returns the URL of the payment page.
/// The thank-you page is below the server's public URL.
pub fn open(
    store: &(impl Tenants + Catalog + Connections + SellerStripe + Orders + Commit + ?Sized),
    stripe: &dyn Stripe,
    env: &Env<'_>,
    connection: &Connection,
    (fee, public_url): (BasisPoints, &WebUrl),
    wanted: &OpenCheckout,
) -> Result<String, CheckoutError> {
    let tenant = &connection.tenant;
    let Offer {
        limits,
        channel,
        agreed,
    } = offer(store, env, connection, &wanted.items)?;
    let amount = fee.fee(agreed.price).filter(|_| !channel.is_own());
    if agreed.options.managed_payments && amount.is_some() {
        return Err(CheckoutError::ManagedPaymentsFee);
    }
    if let Channel::Connected(account) = &channel {
        check_charges(store, stripe, env, tenant, account)?;
    }

    let order = create_order(
        store,
        env,
        (&connection.tenant, limits.licenses),
        channel.account(),
        (&agreed, amount),
        wanted,
    )?;
    let request = session_request(env, &order, (agreed, fee), wanted, public_url)?;
    // Each attempt has its own order, and so its own idempotency key.
    let key = StripeIdempotencyKey::new(&["mintage-checkout", order.id.as_str()]);
    match stripe.open_checkout(&channel.access(), &request, &key) {
        Ok(session) => {
            record_result(store, env, &order, Some(&session))?;
            if !channel.is_own() {
                check_still_connected(store, stripe, env, &order)?;
            }
            Ok(session.url)
        }
        Err(error) => {
            // If this commit fails too, the sweep abandons the order later.
            let _ = record_result(store, env, &order, None);
            Err(match error {
                StripeError::AccountGone | StripeError::Unauthorized if channel.is_own() => {
                    CheckoutError::KeyRefused
                }
                StripeError::AccountGone => CheckoutError::NotConnected,
                StripeError::NotFound(_) if !channel.is_own() => {
                    CheckoutError::Items(CannotSell::NoPrice(price_name(&order)))
                }
                other => CheckoutError::Stripe(other),
            })
        }
    }
}

/// The session that sells an order.
fn session_request(
    env: &Env<'_>,
    order: &Order,
    (agreed, fee): (Agreement, BasisPoints),
    wanted: &OpenCheckout,
    public_url: &WebUrl,
) -> Result<CheckoutRequest, CheckoutError> {
    Ok(CheckoutRequest {
        order: order.id.clone(),
        tenant: order.tenant.clone(),
        product: order.product.clone(),
        key_type: order.key_type.clone(),
        lines: agreed.session_lines,
        options: agreed.options,
        fee: order.fee,
        subscription: order.recurrence.map(|recurrence| NewSubscription {
            fee,
            trial_days: recurrence.trial_days,
        }),
        buyer: wanted.buyer.clone(),
        snapshot: order_snapshot::write(order, env.keys),
        success_url: success_url(env, order, wanted, public_url)?,
        cancel_url: wanted.cancel_url.clone(),
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

/// The name of the first key type of an order, for an error about its price.
fn price_name(order: &Order) -> String {
    format!("{}/{}", order.product, order.key_type)
}

/// Commits the order, unless its copy does not fit into the session.
fn create_order(
    store: &(impl Commit + ?Sized),
    env: &Env<'_>,
    (tenant, quota): (&TenantId, Option<u32>),
    account: &AccountRef,
    (agreed, fee): (&Agreement, Option<Money>),
    wanted: &OpenCheckout,
) -> Result<Order, CheckoutError> {
    settle(store, |refused| {
        if let (Some(Refusal::Full { .. }), Some(quota)) = (refused, quota) {
            return Err(CheckoutError::QuotaExceeded(quota));
        }
        let now = env.now();
        let first = agreed.lines.first().ok_or(CannotSell::NotFound)?;
        let order = Order {
            id: OrderId::new(now, env.random()),
            tenant: tenant.clone(),
            mode: account.mode,
            account: account.account.clone(),
            product: first.product.clone(),
            key_type: first.key_type.clone(),
            terms: first.license_terms(),
            recurrence: agreed.recurrence,
            price: agreed.price,
            basket: basket(agreed, wanted),
            fee,
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
        if order_snapshot::write(&order, env.keys).is_empty() {
            return Err(CheckoutError::TooLarge);
        }
        let mut changes = env.changes(now);
        changes.orders.push(Write::new(order.clone()));
        if let Some(quota) = quota {
            let licenses = Counter::Licenses(order.tenant.clone(), order.mode);
            let sold = agreed.lines.iter().map(|line| i64::from(line.licenses()));
            let sold = sold.fold(0, i64::saturating_add);
            changes.counters.extend(room_for(&licenses, sold, quota));
        }
        Ok(Decision::commit(changes, order))
    })
}

/// What an order sells beyond one plain license.
fn basket(agreed: &Agreement, wanted: &OpenCheckout) -> Basket {
    Basket {
        lines: Basket::lines(agreed.lines.clone()),
        may_discount: agreed.options.allow_promotion_codes,
        may_tax: agreed.options.may_add_taxes(),
        metadata: wanted.metadata.clone(),
    }
}

/// Adds nothing to a counter, but only if there is room for so many more. A license is counted when it is
/// minted, and then even beyond the quota.
fn room_for(counter: &Counter, more: i64, quota: u32) -> [Count; 2] {
    let count = |add, cap| Count {
        counter: counter.clone(),
        add,
        cap,
    };
    let less = more.saturating_neg();
    [count(more, Some(i64::from(quota))), count(less, None)]
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
            return Err(CannotSell::NotFound.into());
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
