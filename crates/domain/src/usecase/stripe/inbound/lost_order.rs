//! Orders that are not in the store, because it was restored from an older backup: they are rebuilt
//! from the signed copy in their session.

use crate::base::money::Currency;
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
    if facts.payment == PaymentStatus::Unpaid {
        return Ok(None);
    }
    let Ok(mut order) = order_snapshot::read(&facts.snapshot, env.keys) else {
        return Ok(None);
    };
    let is_of_account = order.account == account.account && order.mode == account.mode;
    let link = store.account_link(account)?;
    let is_of_tenant = link.is_some_and(|link| link.tenant == order.tenant);
    if !is_of_account || !is_of_tenant || !costs_as_agreed(&order, facts) {
        return Ok(None);
    }
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
