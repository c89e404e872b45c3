//! Events at an endpoint of a seller's own, apart from sessions: refunds, disputes, invoices and subscriptions.

use crate::base::id::{PaymentIntentId, StripeAccountId, SubscriptionId};
use crate::base::mode::Mode;
use crate::base::slug::TenantId;
use crate::base::time::Timestamp;
use crate::model::sales::payment::PaymentKey;
use crate::model::sales::subscription::SubscriptionKey;
use crate::model::stripe::account::AccountRef;
use crate::model::stripe::event::EventData;
use crate::model::stripe::subscription::{InvoiceFacts, StripeSubscription};
use crate::ports::{Connections, StoreError, Stripe};
use crate::usecase::env::Env;
use crate::usecase::stripe::inbound::verdict::{InboundError, InboundStore, Verdict};
use crate::usecase::stripe::inbound::{dispute, invoice, refund, subscription};

/// Interprets an event about a charge or a subscription.
pub(crate) fn interpret(
    store: &(impl InboundStore + ?Sized),
    stripe: &dyn Stripe,
    env: &Env<'_>,
    (tenant, mode, data): (&TenantId, Mode, &EventData),
    now: Timestamp,
) -> Result<Verdict, InboundError> {
    let of = (tenant, mode);
    match data {
        EventData::Refund(facts) => {
            let account = account_of_payment(store, of, facts.payment_intent.as_ref())?;
            refund::interpret(store, stripe, env, (&account, facts), now)
        }
        EventData::Dispute(facts) => {
            let account = account_of_payment(store, of, facts.payment_intent.as_ref())?;
            dispute::interpret(store, stripe, env, (&account, facts), now)
        }
        EventData::Invoice(facts) => {
            let account = account_of_subscription(store, of, facts.subscription.as_ref())?;
            // The metadata of a seller's own subscription do not say whose it is.
            let facts = InvoiceFacts {
                is_ours: None,
                ..facts.clone()
            };
            invoice::interpret(store, stripe, env, (&account, &facts), now)
        }
        EventData::Subscription(facts) => {
            let account = account_of_subscription(store, of, Some(&facts.id))?;
            let facts = StripeSubscription {
                is_ours: None,
                ..facts.clone()
            };
            subscription::interpret(store, stripe, env, (&account, &facts), now)
        }
        _ => Ok(Verdict::Ignore(
            "events of this type have no effect at this endpoint",
        )),
    }
}

/// The account under which a payment is recorded.
fn account_of_payment(
    store: &(impl InboundStore + ?Sized),
    of: (&TenantId, Mode),
    intent: Option<&PaymentIntentId>,
) -> Result<AccountRef, StoreError> {
    account_of(store, of, |account| {
        let Some(intent) = intent else {
            return Ok(false);
        };
        let key = PaymentKey {
            account,
            intent: intent.clone(),
        };
        let payment = store.payment(&key)?;
        Ok(payment.is_some_and(|it| it.order.is_some() || it.invoice.is_some()))
    })
}

/// The account under which a subscription is recorded.
fn account_of_subscription(
    store: &(impl InboundStore + ?Sized),
    of: (&TenantId, Mode),
    id: Option<&SubscriptionId>,
) -> Result<AccountRef, StoreError> {
    account_of(store, of, |account| {
        let Some(id) = id else { return Ok(false) };
        let key = SubscriptionKey {
            account,
            id: id.clone(),
        };
        Ok(store
            .subscription(&key)?
            .is_some_and(|it| it.order.is_some()))
    })
}

/// The account that stands for the seller's own endpoints, unless what the event is about was sold on the
/// connected account. A seller may have both, and then both endpoints report it.
fn account_of(
    store: &(impl Connections + ?Sized),
    (tenant, mode): (&TenantId, Mode),
    is_sold_on: impl Fn(StripeAccountId) -> Result<bool, StoreError>,
) -> Result<AccountRef, StoreError> {
    let own = AccountRef::own(tenant, mode);
    if is_sold_on(own.account.clone())? {
        return Ok(own);
    }
    let connection = store.connection(tenant)?;
    let connected = connection.and_then(|it| it.state.account());
    match connected.filter(|account| account.mode == mode) {
        Some(account) if is_sold_on(account.account.clone())? => Ok(account),
        _ => Ok(own),
    }
}
