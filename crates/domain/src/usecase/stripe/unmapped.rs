//! Orders that nothing said what they sold: a seller mints their licenses.

use std::collections::BTreeMap;

use crate::base::id::OrderId;
use crate::base::money::Money;
use crate::base::slug::{KeyTypeId, ProductId, TenantId};
use crate::model::sales::items::Quantity;
use crate::model::sales::order::{Order, OrderStatus};
use crate::model::sales::payment::{Payment, PaymentKey};
use crate::model::sellers::audit::Actor;
use crate::model::stripe::event::{PaymentStatus, SessionFacts};
use crate::ports::{Catalog, Payments, RestrictedKeys, SellerStripe, Stripe, StripeError};
use crate::usecase::commit_loop::{Decision, settle};
use crate::usecase::env::Env;
use crate::usecase::failure::{Failure, from_port_errors};
use crate::usecase::stripe::inbound::{
    Claimed, InboundError, InboundStore, KeyRefused, Paid, Verdict, add_lines, begin, fulfil,
    named, resolve, sell,
};

/// Why the licenses of an order were not minted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MintOrderError {
    /// The tenant has no such order.
    #[error("not found")]
    NotFound,
    /// The order is not one that waits to be minted.
    #[error("the order is `{}` and does not wait to be minted", .0.as_str())]
    NotWaiting(OrderStatus),
    /// Nothing says what was sold.
    #[error(
        "nothing says what was sold: map the price or the payment link of the session, or name the \
         key type in the call"
    )]
    Unmapped,
    /// The key type that the call names does not exist, or is not the only one of its id.
    #[error("the tenant has no such key type, or several of this id: name the product too")]
    UnknownKeyType,
    /// Stripe refused the key that asked what the session sold.
    #[error(transparent)]
    KeyRefused(#[from] KeyRefused),
    /// The payment was refunded.
    #[error("the payment was refunded in full")]
    Refunded,
    /// Stripe was asked what the session sold, and did not answer.
    #[error(transparent)]
    Stripe(StripeError),
    /// The license cannot be minted.
    #[error("the license cannot be minted: {0}")]
    CannotMint(String),
    /// The store failed.
    #[error(transparent)]
    Failure(#[from] Failure),
}

from_port_errors!(MintOrderError);

impl From<InboundError> for MintOrderError {
    fn from(error: InboundError) -> Self {
        match error {
            InboundError::Failure(failure) => Self::Failure(failure),
            InboundError::Stripe(error) => Self::Stripe(error),
            other @ InboundError::LiveEventOnSandbox => Self::CannotMint(other.to_string()),
        }
    }
}

/// What the seller says that an order sold. Without a key type, the metadata of the session or a mapping say
/// it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MintOrder {
    /// The product; may be left out where the key type is the only one of its id.
    pub product: Option<ProductId>,
    /// The key type.
    pub key_type: Option<KeyTypeId>,
    /// How many were sold.
    pub quantity: Option<Quantity>,
}

/// Mints the licenses of an order that waits for it, and returns the order.
pub fn mint_order(
    store: &(impl InboundStore + ?Sized),
    stripe: &dyn Stripe,
    env: &Env<'_>,
    (tenant, id): (&TenantId, &OrderId),
    actor: &Actor,
    wanted: &MintOrder,
) -> Result<Order, MintOrderError> {
    settle(store, |_| {
        let found = store.order(tenant, id)?;
        let mut order = found.ok_or(MintOrderError::NotFound)?;
        if order.status != OrderStatus::Unmapped {
            return Err(MintOrderError::NotWaiting(order.status));
        }
        let payment = payment_of(store, &order)?;
        if payment.as_ref().is_some_and(Payment::is_fully_refunded) {
            return Err(MintOrderError::Refunded);
        }
        let sold = sold(store, stripe, env, &mut order, wanted)?;
        sell(&mut order, &sold);
        order.status = OrderStatus::Open;
        let now = env.now();
        let facts = facts_of(&order).ok_or(MintOrderError::NotFound)?;
        let paid = Paid {
            facts: &facts,
            payment,
            begun: begin(store, stripe, (&order, &facts), now)?,
            discount: None,
        };
        let mut changes = match fulfil(store, env, order, paid, now)? {
            Verdict::Apply(changes) => *changes,
            Verdict::Park(_, reason) => return Err(MintOrderError::CannotMint(reason)),
            Verdict::Ignore(reason) | Verdict::Confirm(_, reason) => {
                return Err(MintOrderError::CannotMint(reason.to_owned()));
            }
        };
        let entry = env.audit(tenant, now, actor.clone(), "order.minted", id.as_str());
        changes.audit.push(entry);
        let written = changes.orders.first().map(|write| write.value.clone());
        let order = written.ok_or(MintOrderError::NotFound)?;
        Ok(Decision::commit(changes, order))
    })
}

/// What the order sold. Notes in its claim what Stripe says about it.
fn sold(
    store: &(impl SellerStripe + RestrictedKeys + Catalog + ?Sized),
    stripe: &dyn Stripe,
    env: &Env<'_>,
    order: &mut Order,
    wanted: &MintOrder,
) -> Result<Claimed, MintOrderError> {
    let mut claim = order.claim.clone().unwrap_or_default();
    let Some(key_type) = &wanted.key_type else {
        if let Some(session) = &order.session {
            let session = (&order.tenant, order.mode, session);
            add_lines(store, stripe, env, session, &mut claim)??;
            order.claim = Some(claim.clone());
        }
        let sold = resolve(store, store, (&order.tenant, order.mode), &claim)?;
        let mut sold = sold.ok_or(MintOrderError::Unmapped)?;
        sold.quantity = wanted.quantity.unwrap_or(sold.quantity);
        return Ok(sold);
    };
    let product = wanted.product.as_ref().map(ProductId::as_str);
    let names = (product, key_type.as_str());
    let found = named(store, store, &order.tenant, names)?;
    let key_type = found.ok_or(MintOrderError::UnknownKeyType)?;
    let quantity = wanted.quantity.or_else(|| claim.quantity(None));
    let sold = Claimed {
        key_type,
        quantity: quantity.unwrap_or(Quantity::ONE),
    };
    let checked = sold.check(&claim);
    checked.map_err(|reason| MintOrderError::CannotMint(reason.to_owned()))?;
    Ok(sold)
}

fn payment_of(
    store: &(impl Payments + ?Sized),
    order: &Order,
) -> Result<Option<Payment>, MintOrderError> {
    let Some(intent) = &order.payment else {
        return Ok(None);
    };
    let key = PaymentKey {
        account: order.account.clone(),
        intent: intent.clone(),
    };
    Ok(store.payment(&key)?)
}

/// What the event of a waiting order said about its payment. Every such order has a session.
fn facts_of(order: &Order) -> Option<SessionFacts> {
    let total = order.total;
    Some(SessionFacts {
        session: order.session.clone()?,
        payment: PaymentStatus::Paid,
        amount_subtotal: None,
        amount_total: total.map(Money::minor),
        currency: total.map(|total| total.currency().as_str().to_owned()),
        email: order.email.as_ref().map(ToString::to_string),
        name: None,
        payment_intent: order.payment.clone(),
        discount: None,
        snapshot: BTreeMap::new(),
        subscription: order.claim.as_ref().and_then(|it| it.subscription.clone()),
        invoice: order.claim.as_ref().and_then(|it| it.invoice.clone()),
        at: Some(order.created_at),
        own: Box::default(),
    })
}
