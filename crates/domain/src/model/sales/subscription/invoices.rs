//! The invoices of one subscription, by Stripe's ids.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::base::id::{InvoiceId, PaymentIntentId};
use crate::model::stripe::subscription::InvoiceFacts;

/// What was reported about the invoices of a subscription. Reports join: a time by its maximum or
/// minimum, and what has happened has happened, so neither order nor repetition matters.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Invoices(BTreeMap<InvoiceId, Invoice>);

/// An invoice. Times are in Unix seconds.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a fact of its own, and any may hold"
)]
pub(super) struct Invoice {
    created: Option<i64>,
    period_end: Option<i64>,
    is_paid: bool,
    has_failed: bool,
    #[serde(default)]
    is_void: bool,
    /// Follows the payment, which knows its refunds.
    is_refunded: bool,
    /// The payment, once it is known: its disputes concern the licenses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    payment: Option<PaymentIntentId>,
}

/// The most invoices that are kept: ten years of months, or four months of days.
const MAX_INVOICES: usize = 120;

impl Invoices {
    /// Records an invoice. Of too many, those with the latest periods are kept.
    pub(super) fn report(&mut self, facts: &InvoiceFacts) {
        let invoice = self.0.entry(facts.id.clone()).or_default();
        let created = invoice.created.into_iter().chain(facts.created);
        invoice.created = created.min();
        invoice.period_end = invoice.period_end.max(facts.period_end);
        invoice.is_paid |= facts.is_paid;
        invoice.has_failed |= facts.has_failed;
        invoice.is_void |= facts.is_void;
        let payment = facts.payment_intent.as_ref().filter(|_| facts.is_paid);
        if payment > invoice.payment.as_ref() {
            invoice.payment = payment.cloned();
        }
        self.drop_oldest();
    }

    /// Records whether an invoice is refunded in full.
    pub(super) fn report_refund(&mut self, id: &InvoiceId, is_refunded: bool) {
        self.0.entry(id.clone()).or_default().is_refunded = is_refunded;
        self.drop_oldest();
    }

    /// Records which payment paid an invoice.
    pub(super) fn report_payment(&mut self, id: &InvoiceId, payment: &PaymentIntentId) {
        let invoice = self.0.entry(id.clone()).or_default();
        if Some(payment) > invoice.payment.as_ref() {
            invoice.payment = Some(payment.clone());
        }
        self.drop_oldest();
    }

    fn drop_oldest(&mut self) {
        if self.0.len() <= MAX_INVOICES {
            return;
        }
        let oldest = self.0.iter().min_by_key(|(id, it)| (it.period_end, *id));
        if let Some(oldest) = oldest.map(|(id, _)| id.clone()) {
            self.0.remove(&oldest);
        }
    }

    /// The known payments of the invoices.
    pub fn payments(&self) -> impl Iterator<Item = &PaymentIntentId> {
        self.0.values().filter_map(|it| it.payment.as_ref())
    }

    /// The payment of an invoice, if it is known.
    pub fn payment_of(&self, id: &InvoiceId) -> Option<&PaymentIntentId> {
        self.0.get(id)?.payment.as_ref()
    }

    /// Whether no invoice is known to be paid.
    pub(super) fn are_unpaid(&self) -> bool {
        !self.0.values().any(|it| it.is_paid)
    }

    /// The end of the first period that was ever paid.
    pub(super) fn first_end(&self) -> Option<i64> {
        let paid = self.0.values().filter(|it| it.is_paid);
        paid.filter_map(|it| it.period_end).min()
    }

    /// Whether an invoice is known to be paid.
    pub fn has_paid(&self, id: &InvoiceId) -> bool {
        self.0.get(id).is_some_and(|it| it.is_paid)
    }

    /// Whether nobody owes an invoice, since it is paid or void.
    pub(super) fn is_settled(&self, id: &InvoiceId) -> bool {
        self.0.get(id).is_some_and(|it| it.is_paid || it.is_void)
    }

    /// Until when is paid, and not refunded.
    pub(super) fn paid_until(&self) -> Option<i64> {
        let paid = self.0.values().filter(|it| it.is_paid && !it.is_refunded);
        paid.filter_map(|it| it.period_end).max()
    }

    /// Whether all that was paid is refunded. A trial that cost nothing was not paid.
    pub(super) fn are_refunded(&self) -> bool {
        self.0.values().any(|it| it.is_paid && it.is_refunded) && self.paid_until().is_none()
    }

    /// Whether there is an invoice of a period that ends later.
    pub(super) fn reach_beyond(&self, end: i64) -> bool {
        self.0.values().any(|it| it.period_end > Some(end))
    }

    /// The failed invoice of a period that ends later than what is paid, and when it was created: of
    /// several, the one that was created first.
    pub(super) fn failed_beyond(&self, paid_until: Option<i64>) -> Option<(&InvoiceId, i64)> {
        let failed = self.0.iter().filter(|(_, it)| {
            let is_settled = it.is_paid || it.is_refunded || it.is_void;
            it.has_failed && !is_settled && it.period_end > paid_until
        });
        let created = failed.filter_map(|(id, it)| Some((id, it.created?)));
        created.min_by_key(|(id, created)| (*created, *id))
    }
}
