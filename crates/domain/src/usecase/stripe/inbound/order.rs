//! Sessions that were not paid: the order changes its status, and nothing is minted.

use crate::base::id::{SessionId, StripeAccountId};
use crate::base::time::Timestamp;
use crate::commit::write::Write;
use crate::model::sales::order::{Order, OrderStatus};
use crate::usecase::env::Env;
use crate::usecase::stripe::inbound::verdict::{InboundError, InboundStore, Verdict};

/// Why a session that this server did not open is ignored.
pub(crate) const UNKNOWN_SESSION: &str = "this server did not open the session";

/// Changes the status of an order that was not paid.
pub(crate) fn change_order_status(
    store: &(impl InboundStore + ?Sized),
    env: &Env<'_>,
    account: &StripeAccountId,
    session: &SessionId,
    to: OrderStatus,
    now: Timestamp,
) -> Result<Verdict, InboundError> {
    let order = store.order_of_session(account, session)?;
    Ok(change_status(order, env, to, now))
}

/// Changes the status of the order of a session, if there is one.
pub(crate) fn change_status(
    order: Option<Order>,
    env: &Env<'_>,
    to: OrderStatus,
    now: Timestamp,
) -> Verdict {
    let Some(mut order) = order else {
        return Verdict::Ignore(UNKNOWN_SESSION);
    };
    if !order.status.may_become(to) {
        return Verdict::Ignore("the order does not change any more");
    }
    order.status = to;
    let mut changes = env.changes(now);
    changes.orders.push(Write::changed(order));
    Verdict::Apply(Box::new(changes))
}
