//! What follows from news about a subscription: for its payments, and for the licenses of its order.

use crate::base::id::{InvoiceId, SubscriptionId};
use crate::base::money::Currency;
use crate::base::slug::{KeyTypeId, ProductId, TenantId};
use crate::base::time::Timestamp;
use crate::commit::changes::Changes;
use crate::commit::write::Write;
use crate::model::catalog::key_type::KeyType;
use crate::model::licenses::license::License;
use crate::model::licenses::standing::RevocationReason;
use crate::model::outbox::event::EventName;
use crate::model::sales::order::Order;
use crate::model::sales::payment::{PaidInvoice, Payment, PaymentKey};
use crate::model::sales::subscription::{Subscription, SubscriptionKey, SubscriptionTerm};
use crate::model::sellers::audit::Actor;
use crate::model::stripe::account::AccountRef;
use crate::model::stripe::event::SessionFacts;
use crate::model::stripe::subscription::InvoiceFacts;
use crate::ports::{Catalog, LicenseRecord, StoreError, Stripe};
use crate::usecase::env::Env;
use crate::usecase::licenses::transition::{restore_into, revoke_into};
use crate::usecase::outbox::event::{masked_license_event, parts, refund_event};
use crate::usecase::stripe::inbound::retrieve::retrieved;
use crate::usecase::stripe::inbound::verdict::{InboundError, InboundStore};

/// Why a subscription that this server did not begin is ignored.
pub(crate) const NOT_OURS: &str = "this server did not begin the subscription";

/// A subscription that a session began, and its payments. The sale writes all of them, so that a refund or
/// a dispute that is processed at the same time is decided again and finds the licenses.
pub(crate) struct Begun {
    pub(crate) subscription: Subscription,
    /// The payment of the first invoice.
    pub(crate) payment: Option<Payment>,
    /// The payments of further invoices, which arrived before the sale.
    pub(crate) renewals: Vec<Payment>,
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
        && let Some(latest) = retrieved(account, || stripe.subscription(account, id))?
    {
        subscription.report(latest);
    }
    let mut payment = None;
    if let Some(invoice) = &facts.invoice
        && !subscription.news.invoices.has_paid(invoice)
        && let Some(found) = retrieved(account, || stripe.invoice(account, invoice))?
    {
        subscription.report_invoice(&found);
        payment = link_payment(store, account, &mut subscription, &found, now)?;
    }
    let sold_at = facts.at.unwrap_or(now);
    subscription.assume(sold_at, recurrence.first_period());
    let stored = stored_payments(store, &subscription)?;
    let first = facts.invoice.as_ref();
    let first = first.and_then(|it| subscription.news.invoices.payment_of(it));
    let (paid, mut renewals): (Vec<_>, Vec<_>) = stored
        .into_iter()
        .partition(|it| Some(&it.key.intent) == first);
    renewals.retain(|it| payment.as_ref().is_none_or(|new| new.key != it.key));
    Ok(Some(Begun {
        payment: payment.or_else(|| paid.into_iter().next()),
        renewals,
        subscription,
    }))
}

/// The payments of the invoices of a subscription, as far as they are stored.
fn stored_payments(
    store: &(impl InboundStore + ?Sized),
    subscription: &Subscription,
) -> Result<Vec<Payment>, StoreError> {
    let mut payments = Vec::new();
    for intent in subscription.news.invoices.payments() {
        let key = PaymentKey {
            account: subscription.key.account.clone(),
            intent: intent.clone(),
        };
        payments.extend(store.payment(&key)?);
    }
    Ok(payments)
}

/// Why the licenses of a subscription are revoked whatever this payment of it says: another payment is
/// lost, or all is refunded.
pub(crate) fn revoked_besides(
    store: &(impl InboundStore + ?Sized),
    subscription: &Subscription,
    payment: &PaymentKey,
) -> Result<Option<RevocationReason>, StoreError> {
    let payments = stored_payments(store, subscription)?;
    let mut others = payments.iter().filter(|it| it.key != *payment);
    if others.any(|it| it.disputes.is_lost()) {
        return Ok(Some(RevocationReason::Dispute));
    }
    let is_refunded = subscription.term().is_refunded;
    Ok(is_refunded.then_some(RevocationReason::Refund))
}

/// The subscription as it is stored, or a new one, with a payment of one of its invoices noted; `None` if
/// this server did not begin it. So the sale finds the payment if it is processed later.
pub(crate) fn with_payment(
    store: &(impl InboundStore + ?Sized),
    payment: &Payment,
    (subscription, invoice): (&SubscriptionId, &InvoiceId),
    is_ours: Option<bool>,
    now: Timestamp,
) -> Result<Option<(Subscription, Subscription)>, StoreError> {
    let key = SubscriptionKey {
        account: payment.key.account.clone(),
        id: subscription.clone(),
    };
    let stored = store.subscription(&key)?;
    if stored.is_none() && is_ours == Some(false) {
        return Ok(None);
    }
    let before = stored.unwrap_or_else(|| Subscription::new(key, now));
    let mut noted = before.clone();
    noted.report_payment(invoice, &payment.key.intent);
    Ok(Some((before, noted)))
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
    let of = (&paid.subscription, &paid.invoice);
    let is_ours = found.and_then(|it| it.is_ours);
    let Some((before, mut subscription)) = with_payment(store, payment, of, is_ours, now)? else {
        return Ok(());
    };
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

/// The key type of the price that the subscription has now, if it is another one. A key type of another
/// product, or one that does not exist, is not taken.
pub(crate) fn switched_to(
    catalog: &(impl Catalog + ?Sized),
    subscription: &Subscription,
    (tenant, product, key_type): (&TenantId, &ProductId, &KeyTypeId),
) -> Result<Option<KeyType>, StoreError> {
    let latest = subscription.news.latest.as_ref();
    let sold = latest.and_then(|it| it.sold.as_ref()).filter(|sold| {
        (&sold.tenant, &sold.product) == (tenant, product) && sold.key_type != *key_type
    });
    match sold {
        Some(sold) => catalog.key_type(&sold.tenant, &sold.product, &sold.key_type),
        None => Ok(None),
    }
}

/// Gives a license the key type of the price that the subscription has now. The key stays.
fn switch_key_type(
    store: &(impl InboundStore + ?Sized),
    subscription: &Subscription,
    license: &mut License,
) -> Result<(), InboundError> {
    let of = (&license.tenant, &license.product, &license.key_type);
    if let Some(key_type) = switched_to(store, subscription, of)? {
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
    // Of a license that another payment revokes too, the version must move, so that a dispute of that
    // payment which is decided at the same time knows of the refund.
    if record.license == moved.stored && is.is_refunded == was.is_refunded {
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
