//! Expiring the checkout session of an order, so that nobody can pay.

use crate::commit::write::Write;
use crate::model::sales::order::{Order, OrderStatus};
use crate::model::stripe::account::AccountRef;
use crate::ports::{CheckoutEnd, Commit, Orders, Stripe, StripeAccess, StripeError};
use crate::usecase::commit_loop::{Decision, settle};
use crate::usecase::env::Env;
use crate::usecase::failure::{Failure, from_port_errors};

/// Why a session was not expired.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExpireError {
    /// Stripe failed.
    #[error(transparent)]
    Stripe(#[from] StripeError),
    /// The store failed.
    #[error(transparent)]
    Failure(#[from] Failure),
}

from_port_errors!(ExpireError);

/// Expires the session of an order at Stripe, and then the order.
pub fn expire(
    store: &(impl Orders + Commit + ?Sized),
    stripe: &dyn Stripe,
    env: &Env<'_>,
    order: &Order,
) -> Result<CheckoutEnd, ExpireError> {
    let Some(session) = &order.session else {
        return Ok(CheckoutEnd::Expired);
    };
    let account = AccountRef {
        mode: order.mode,
        account: order.account.clone(),
    };
    let end = stripe.expire_checkout(&StripeAccess::Connect(account), session)?;
    if end == CheckoutEnd::Expired {
        settle(store, |_| {
            let stored = store.order(&order.tenant, &order.id)?;
            let expires = |it: &Order| it.status.may_become(OrderStatus::Expired);
            let Some(mut order) = stored.filter(expires) else {
                return Ok::<_, ExpireError>(Decision::Answer(()));
            };
            order.status = OrderStatus::Expired;
            let mut changes = env.changes(env.now());
            changes.orders.push(Write::changed(order));
            Ok(Decision::commit(changes, ()))
        })?;
    }
    Ok(end)
}
