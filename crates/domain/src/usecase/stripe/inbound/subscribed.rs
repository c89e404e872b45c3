//! What follows from news about a subscription: for its payments, and for the licenses of its order.

use crate::base::id::PaymentIntentId;
use crate::base::money::Currency;
use crate::base::time::Timestamp;
use crate::commit::changes::Changes;
use crate::commit::write::Write;
use crate::model::licenses::license::License;
use crate::model::licenses::standing::RevocationReason;
use crate::model::outbox::event::EventName;
use crate::model::sales::order::Order;
use crate::model::sales::payment::{PaidInvoice, Payment, PaymentKey};
use crate::model::sales::subscription::{Subscription, SubscriptionKey, SubscriptionTerm};
use crate::model::sellers::audit::Actor;
use crate::model::stripe::account::AccountRef;
use crate::model::stripe::event::{RefundFacts, SessionFacts};
use crate::model::stripe::subscription::InvoiceFacts;
use crate::ports::{LicenseRecord, Stripe, StripeError};
use crate::usecase::env::Env;
use crate::usecase::licenses::transition::{restore_into, revoke_into};
use crate::usecase::outbox::event::{masked_license_event, parts, refund_event};
use crate::usecase::stripe::inbound::verdict::{InboundError, InboundStore};

/// Why a subscription that this server did not begin is ignored.
pub(crate) const NOT_OURS: &str = "this server did not begin the subscription";

/// A subscription that a session began, and the payment of its first invoice.
pub(crate) struct Begun {
    pub(crate) subscription: Subscription,
    pub(crate) payment: Option<Payment>,
}

/// The subscription of a paid session, linked to its order; `None` if the session began none.
///
/// The end of the first period is the one of the first invoice, and of the free invoice of a trial. If
/// its event has not arrived, the invoice is retrieved. If Stripe does not have it, the end is assumed,
/// because whoever has paid gets a license.
pub(crate) fn begin(
    store: &(impl InboundStore + ?Sized),
    stripe: &dyn Stripe,
    (order, facts): (&Order, &SessionFacts),
    now: Timestamp,
) -> Result<Option<Begun>, InboundError> {
    let (Some(id), Some(recurrence)) = (&facts.subscription, order.recurrence) else {
        return Ok(None);
    };
    let account = &AccountRef {
        mode: order.mode,
        account: order.account.clone(),
    };
    let key = SubscriptionKey {
        account: account.account.clone(),
        id: id.clone(),
    };
    let stored = store.subscription(&key)?;
    let mut subscription = stored.unwrap_or_else(|| Subscription::new(key, now));
    subscription.begin(&order.id, recurrence.grace_days);
    if !subscription.news.has_ended
        && let Some(latest) = there(account, || stripe.subscription(account, id))?
    {
        subscription.report(latest);
    }
    let mut payment = None;
    if let Some(invoice) = &facts.invoice
        && !subscription.news.invoices.has_paid(invoice)
        && let Some(found) = there(account, || stripe.invoice(account, invoice))?
    {
        subscription.report_invoice(&found);
        payment = link_payment(store, account, &mut subscription, &found, now)?;
    }
    let sold_at = facts.at.unwrap_or(now);
    subscription.assume(sold_at, recurrence.first_period());
    Ok(Some(Begun {
        subscription,
        payment,
    }))
}

/// What Stripe has; `None` if Stripe does not have it or does not give it to this server, as it gives nothing
/// of an account that only reports to the seller's own endpoints. If Stripe fails for a while, the event is
/// tried again.
pub(crate) fn there<T>(
    account: &AccountRef,
    ask: impl FnOnce() -> Result<Option<T>, StripeError>,
) -> Result<Option<T>, InboundError> {
    if account.account.is_own() {
        return Ok(None);
    }
    match ask() {
        Ok(found) => Ok(found),
        Err(
            StripeError::AccountGone
            | StripeError::NotFound(_)
            | StripeError::Refused(_)
            | StripeError::Unauthorized
            | StripeError::NotConfigured(_),
        ) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// The invoice of a refunded payment, which Stripe knows; `None` if the payment paid none.
pub(crate) fn paid_invoice(
    stripe: &dyn Stripe,
    account: &AccountRef,
    facts: &RefundFacts,
) -> Result<Option<InvoiceFacts>, InboundError> {
    if let Some(id) = &facts.invoice {
        return there(account, || stripe.invoice(account, id));
    }
    match &facts.payment_intent {
        Some(intent) => there(account, || stripe.invoice_of_payment(account, intent)),
        None => Ok(None),
    }
}

/// What a payment points at, which Stripe knows; `None` if it paid no invoice of a subscription.
pub(crate) fn invoice_paid_by(
    stripe: &dyn Stripe,
    account: &AccountRef,
    intent: &PaymentIntentId,
) -> Result<Option<PaidInvoice>, InboundError> {
    let found = there(account, || stripe.invoice_of_payment(account, intent))?;
    Ok(found.as_ref().and_then(paid))
}

/// What a payment of this invoice points at; `None` if the invoice is of no subscription.
pub(crate) fn paid(invoice: &InvoiceFacts) -> Option<PaidInvoice> {
    Some(PaidInvoice {
        subscription: invoice.subscription.clone()?,
        invoice: invoice.id.clone(),
    })
}

/// Links the payment of an invoice, if the invoice names it, and takes back what was refunded before.
/// Returns the payment if it changed.
pub(crate) fn link_payment(
    store: &(impl InboundStore + ?Sized),
    account: &AccountRef,
    subscription: &mut Subscription,
    facts: &InvoiceFacts,
    now: Timestamp,
) -> Result<Option<Payment>, InboundError> {
    let Some(intent) = facts.payment_intent.clone().filter(|_| facts.is_paid) else {
        return Ok(None);
    };
    let key = PaymentKey {
        account: account.account.clone(),
        intent,
    };
    let stored = store.payment(&key)?;
    let before = stored.unwrap_or_else(|| Payment::new(key, now));
    let mut payment = before.clone();
    if payment.order.is_none() {
        payment.invoice = paid(facts);
    }
    payment.charged = payment.charged.or(facts.amount_paid);
    let currency = facts.currency.as_deref();
    payment.currency = payment.currency.or_else(|| Currency::parse(currency?).ok());
    if payment.is_fully_refunded() {
        subscription.report_refund(&facts.id, true);
    }
    Ok((payment != before).then_some(payment))
}

/// Makes a subscription follow the refunds of one of its invoices.
pub(crate) fn follow_refund(
    changes: &mut Changes,
    store: &(impl InboundStore + ?Sized),
    env: &Env<'_>,
    (payment_before, payment): (&Payment, &Payment),
    (paid, found): (&PaidInvoice, Option<&InvoiceFacts>),
    now: Timestamp,
) -> Result<(), InboundError> {
    let key = SubscriptionKey {
        account: payment.key.account.clone(),
        id: paid.subscription.clone(),
    };
    let stored = store.subscription(&key)?;
    if stored.is_none() && found.is_some_and(|it| it.is_ours == Some(false)) {
        return Ok(());
    }
    let before = stored.unwrap_or_else(|| Subscription::new(key, now));
    let mut subscription = before.clone();
    if let Some(found) = found {
        subscription.report_invoice(found);
    }
    subscription.report_refund(&paid.invoice, payment.is_fully_refunded());
    let is_news =
        payment.refunded() > payment_before.refunded() || payment_before.charged.is_none();
    let part = (is_news && payment.is_partly_refunded()).then_some(payment);
    follow(changes, store, env, (&before, subscription), part, now)
}

/// Writes a subscription in `changes`, and makes the licenses of its order follow it.
pub(crate) fn follow(
    changes: &mut Changes,
    store: &(impl InboundStore + ?Sized),
    env: &Env<'_>,
    (before, subscription): (&Subscription, Subscription),
    partly_refunded: Option<&Payment>,
    now: Timestamp,
) -> Result<(), InboundError> {
    if let Some(order) = &subscription.order {
        for mut record in store.licenses_of_order(order)? {
            let stored = record.license.clone();
            subscription.put_on(&mut record.license, Some(&before.term()));
            switch_key_type(store, &subscription, &mut record.license)?;
            let moved = Moved {
                stored,
                terms: (before.term(), subscription.term()),
                partly_refunded,
            };
            write_license(changes, store, env, record, &moved, now)?;
        }
    }
    if subscription != *before {
        changes.subscriptions.push(Write::changed(subscription));
    }
    Ok(())
}

/// Gives a license the key type of the price that the subscription has now. The key stays. A key type of
/// another product, or one that does not exist, is not taken.
fn switch_key_type(
    store: &(impl InboundStore + ?Sized),
    subscription: &Subscription,
    license: &mut License,
) -> Result<(), InboundError> {
    let latest = subscription.news.latest.as_ref();
    let sold = latest.and_then(|it| it.sold.as_ref()).filter(|sold| {
        (&sold.tenant, &sold.product) == (&license.tenant, &license.product)
            && sold.key_type != license.key_type
    });
    let Some(sold) = sold else {
        return Ok(());
    };
    if let Some(key_type) = store.key_type(&sold.tenant, &sold.product, &sold.key_type)? {
        license.key_type = key_type.id;
        license.activation_limit = key_type.terms.activation_limit;
        license.entitlements = key_type.terms.entitlements;
    }
    Ok(())
}

/// How a license moved with its subscription.
struct Moved<'a> {
    /// The license as it is stored.
    stored: License,
    /// The terms before and after.
    terms: (SubscriptionTerm, SubscriptionTerm),
    /// The payment of which a part was refunded, if that is news.
    partly_refunded: Option<&'a Payment>,
}

/// Writes a license that has moved, and tells the seller.
fn write_license(
    changes: &mut Changes,
    store: &(impl InboundStore + ?Sized),
    env: &Env<'_>,
    mut record: LicenseRecord,
    moved: &Moved<'_>,
    now: Timestamp,
) -> Result<(), InboundError> {
    let (was, is) = &moved.terms;
    if let Some(payment) = moved.partly_refunded {
        let (license, recipient) = parts(&mut record);
        let event = refund_event(env, license, payment, recipient, now);
        changes.deliveries.push(Write::new(event));
    }
    let revocation = record.license.standing.revocation();
    let by_refund = revocation.is_some_and(|it| it.reason() == RevocationReason::Refund);
    if is.is_refunded && !by_refund {
        let reason = RevocationReason::Refund;
        let kept = record.clone();
        if revoke_into(changes, env, record, reason, Actor::Stripe, now).is_some() {
            return Ok(());
        }
        record = kept;
    } else if was.is_refunded && !is.is_refunded && by_refund {
        let seller = store.tenant(&record.license.tenant)?;
        let by = (seller.as_ref(), Actor::Stripe);
        restore_into(changes, env, record, by, now);
        return Ok(());
    }
    if record.license == moved.stored {
        return Ok(());
    }
    if revocation.is_none()
        && let Some((event, action)) = event(moved, &record.license)
    {
        let delivery = masked_license_event(env, &mut record, event, now);
        changes.deliveries.push(Write::new(delivery));
        let (tenant, id) = (&record.license.tenant, record.license.id.as_str());
        let entry = env.audit(tenant, now, Actor::Stripe, action, id);
        changes.audit.push(entry);
    }
    changes.licenses.push(Write::changed(record.license));
    Ok(())
}

/// The event that tells how a license moved, and the action for the audit trail; `None` if nothing moved
/// but a partial refund was told.
fn event(moved: &Moved<'_>, license: &License) -> Option<(EventName, &'static str)> {
    let (was, is) = &moved.terms;
    let paused = |term: &SubscriptionTerm| {
        let lapse = term.lapse.as_ref();
        lapse.is_some_and(|lapse| lapse.from == Timestamp::EPOCH)
    };
    if is.has_ended && !was.has_ended {
        Some((EventName::SubscriptionCanceled, "subscription.canceled"))
    } else if is.is_due && !was.is_due {
        Some((EventName::SubscriptionPastDue, "subscription.past-due"))
    } else if is.paid_until > was.paid_until && was.paid_until.is_some() {
        Some((EventName::SubscriptionRenewed, "subscription.renewed"))
    } else if paused(is) && !paused(was) {
        Some((EventName::LicenseFrozen, "license.frozen"))
    } else if license.standing != moved.stored.standing
        || license.subscription != moved.stored.subscription
        || license.key_type != moved.stored.key_type
        || license.entitlements != moved.stored.entitlements
        || license.activation_limit != moved.stored.activation_limit
    {
        Some((EventName::LicenseUpdated, "license.follows-subscription"))
    } else {
        None
    }
}
