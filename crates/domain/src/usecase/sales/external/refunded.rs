//! A refund of an order that was paid outside of Stripe: the licenses follow it.

use crate::base::money::Money;
use crate::commit::write::Write;
use crate::model::access::scope::Permission;
use crate::model::sales::external_order::{ExternalOrder, Reference};
use crate::model::sales::payment::Payment;
use crate::ports::{Commit, Licenses, Payments, Tenants};
use crate::usecase::caller::Caller;
use crate::usecase::commit_loop::{Decision, settle};
use crate::usecase::env::Env;
use crate::usecase::licenses::follow_payment::{Followed, follow_payment};
use crate::usecase::sales::external::{ExternalOrderError, check_currency};

/// A refund of an order, in full or in part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderRefund {
    /// The service's own reference of the order.
    pub order: Reference,
    /// The service's own reference of the refund. A refund that is reported again counts once.
    pub refund: Reference,
    /// The amount that was given back.
    pub amount: Money,
    /// Whether the refund failed, so that the buyer did not get the amount. A refund that failed has failed
    /// for good.
    pub failed: bool,
}

/// What is known of an order after a refund.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RefundRecorded {
    /// Whether the order was reported as paid. If not, the refund is remembered until the order is.
    pub is_paid: bool,
    /// The total of the refunds, in minor units.
    pub refunded: i64,
    /// Whether the order is refunded in full, so that its licenses are revoked.
    pub is_full: bool,
    /// Whether the same was reported before, so that nothing changed now.
    pub again: bool,
}

impl RefundRecorded {
    fn of(payment: &Payment, again: bool) -> Self {
        Self {
            is_paid: payment.order.is_some(),
            refunded: payment.refunded(),
            is_full: payment.is_fully_refunded(),
            again,
        }
    }
}

/// Records a refund. The licenses of the order are revoked once its refunds add up to its total, and are
/// given back if a refund fails. A refund of a part of it is told to the seller. A refund of an order that
/// was not reported as paid is remembered.
pub fn record_refund(
    store: &(impl Tenants + Payments + Licenses + Commit + ?Sized),
    env: &Env<'_>,
    caller: &Caller,
    refund: &OrderRefund,
) -> Result<RefundRecorded, ExternalOrderError> {
    caller.check(Permission::Issue)?;
    if refund.amount.minor() == 0 {
        return Err(ExternalOrderError::NothingRefunded);
    }
    let identity = ExternalOrder {
        tenant: &caller.tenant,
        mode: caller.mode,
        reference: &refund.order,
    };
    settle(store, |_| {
        let now = env.now();
        let stored = store.payment(&identity.payment())?;
        let before = stored.unwrap_or_else(|| Payment::new(identity.payment(), now));
        check_currency(&before, refund.amount.currency())?;
        let mut payment = before.clone();
        payment.currency = Some(refund.amount.currency());
        let id = identity.refund(&refund.refund);
        let failed_at = refund.failed.then_some(now);
        let is_news = payment
            .refunds
            .report(id.clone(), refund.amount.minor(), failed_at);
        if !is_news {
            if !before.refunds.contains(&id) {
                return Err(ExternalOrderError::TooManyRefunds);
            }
            return Ok(Decision::Answer(RefundRecorded::of(&before, true)));
        }
        let mut changes = env.changes(now);
        if let Some(order) = &payment.order {
            for license in store.licenses_of_order(order)? {
                let followed = Followed {
                    before: &before,
                    payment: &payment,
                    besides: None,
                };
                let actor = &caller.actor;
                follow_payment(&mut changes, store, env, followed, license, actor, now)?;
            }
        }
        let recorded = RefundRecorded::of(&payment, false);
        changes.payments.push(Write::changed(payment));
        Ok(Decision::commit(changes, recorded))
    })
}
