//! The invoices of one subscription, by Stripe's ids.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::base::id::InvoiceId;
use crate::model::stripe::subscription::InvoiceFacts;

/// What was reported about the invoices of a subscription. Reports join: a time by its maximum or
/// minimum, and what has happened has happened, so neither order nor repetition matters.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Invoices(BTreeMap<InvoiceId, Invoice>);

/// An invoice. Times are in Unix seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct Invoice {
    created: Option<i64>,
    period_end: Option<i64>,
    is_paid: bool,
    has_failed: bool,
    /// Follows the payment, which knows its refunds.
    is_refunded: bool,
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
        self.drop_oldest();
    }

    /// Records whether an invoice is refunded in full.
    pub(super) fn report_refund(&mut self, id: &InvoiceId, is_refunded: bool) {
        self.0.entry(id.clone()).or_default().is_refunded = is_refunded;
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

    /// Whether no invoice is known.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether an invoice is known to be paid.
    pub fn has_paid(&self, id: &InvoiceId) -> bool {
        self.0.get(id).is_some_and(|it| it.is_paid)
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
            it.has_failed && !it.is_paid && !it.is_refunded && it.period_end > paid_until
        });
        let created = failed.filter_map(|(id, it)| Some((id, it.created?)));
        created.min_by_key(|(id, created)| (*created, *id))
    }
}
