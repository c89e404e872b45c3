//! Orders that are not in the store, because it was restored from an older backup: they are rebuilt
//! from the signed copy in their session.

use crate::base::mode::Mode;
use crate::base::money::Currency;
use crate::base::slug::TenantId;
use crate::model::sales::order::Order;
use crate::model::sales::order_snapshot;
use crate::model::stripe::account::AccountRef;
use crate::model::stripe::event::{PaymentStatus, SessionFacts};
use crate::usecase::env::Env;
use crate::usecase::stripe::inbound::verdict::{InboundError, InboundStore};

/// The lost order of a paid session; `None` if the session carries none that is good for it.
///
/// The signature proves what this server agreed. It does not prove that the copy is in the session it
/// was written for, since the owner of the account can copy metadata. So the order must be of this
/// account and its tenant, the session must have cost what was agreed, and the order must not have a
/// session already.
pub(crate) fn rebuild(
    store: &(impl InboundStore + ?Sized),
    env: &Env<'_>,
    account: &AccountRef,
    facts: &SessionFacts,
) -> Result<Option<Order>, InboundError> {
    let Some(order) = read(env, facts) else {
        return Ok(None);
    };
    let is_of_account = order.account == account.account && order.mode == account.mode;
    let link = store.account_link(account)?;
    let is_of_tenant = link.is_some_and(|link| link.tenant == order.tenant);
    if !is_of_account || !is_of_tenant {
        return Ok(None);
    }
    with_session(store, order, facts)
}

/// The lost order of a paid session that was reported at an endpoint of the tenant's own.
pub(crate) fn rebuild_own(
    store: &(impl InboundStore + ?Sized),
    env: &Env<'_>,
    (tenant, mode): (&TenantId, Mode),
    facts: &SessionFacts,
) -> Result<Option<Order>, InboundError> {
    let order = read(env, facts).filter(|it| it.tenant == *tenant && it.mode == mode);
    match order {
        Some(order) => with_session(store, order, facts),
        None => Ok(None),
    }
}

/// The order in a paid session, if the session cost what was agreed.
fn read(env: &Env<'_>, facts: &SessionFacts) -> Option<Order> {
    if facts.payment == PaymentStatus::Unpaid {
        return None;
    }
    let order = order_snapshot::read(&facts.snapshot, env.keys).ok()?;
    costs_as_agreed(&order, facts).then_some(order)
}

/// The order with its session; `None` if it has another session already.
fn with_session(
    store: &(impl InboundStore + ?Sized),
    mut order: Order,
    facts: &SessionFacts,
) -> Result<Option<Order>, InboundError> {
    if let Some(stored) = store.order(&order.tenant, &order.id)? {
        if stored.session.is_some() {
            return Ok(None);
        }
        // The backup was made between the two commits of the checkout.
        order = stored;
    }
    order.session = Some(facts.session.clone());
    Ok(Some(order))
}

/// Whether the session cost what was agreed.
fn costs_as_agreed(order: &Order, facts: &SessionFacts) -> bool {
    let currency = facts
        .currency
        .as_deref()
        .and_then(|it| Currency::parse(it).ok());
    currency == Some(order.price.currency())
        && order.may_cost(facts.amount_subtotal, facts.amount_total)
}
