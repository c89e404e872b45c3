//! Subscriptions: the row in which a sale, its invoices and the state at Stripe meet.
//!
//! News about a subscription arrive late, repeatedly and in any order, and several may have happened in
//! the same second. So the row keeps, for each invoice, what was ever reported about it, and these
//! reports only grow. What does change to and fro, such as a pause, is not taken from an event: it is
//! retrieved from Stripe while the version of this row is known, so the last commit has the newest.
//! What a license gets from all this is computed by [`Subscription::term`], from scratch each time.

mod invoices;
mod term;

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::base::id::{InvoiceId, OrderId, PaymentIntentId, StripeAccountId, SubscriptionId};
use crate::base::time::Timestamp;
use crate::model::licenses::license::License;
use crate::model::licenses::recurrence::Recurrence;
use crate::model::licenses::subscribed::Subscribed;
use crate::model::stripe::subscription::{InvoiceFacts, StripeSubscription};

pub use invoices::Invoices;
pub use term::SubscriptionTerm;

/// The identity of a subscription on a connected account.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct SubscriptionKey {
    /// The connected account.
    pub account: StripeAccountId,
    /// Stripe's id of the subscription.
    pub id: SubscriptionId,
}

/// The recorded state of one Stripe subscription.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Subscription {
    /// The identity of the subscription.
    pub key: SubscriptionKey,
    /// The order that began the subscription, once its sale is processed.
    pub order: Option<OrderId>,
    /// The days of grace that the order agreed.
    pub grace_days: u16,
    /// What Stripe has reported.
    pub news: SubscriptionNews,
    /// When the first event about the subscription was processed.
    pub created_at: Timestamp,
    /// Number of times the row was written; guards compare it.
    pub version: u64,
}

/// What Stripe has reported about a subscription.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SubscriptionNews {
    /// The invoices.
    #[serde(default)]
    pub invoices: Invoices,
    /// The subscription as it was retrieved last.
    #[serde(default)]
    pub latest: Option<StripeSubscription>,
    /// Whether the subscription has ended, which is for good.
    #[serde(default)]
    pub has_ended: bool,
    /// About the end of the first period in Unix seconds, if Stripe could not say it at the sale.
    #[serde(default)]
    pub assumed_until: Option<i64>,
}

impl Subscription {
    /// A subscription of which nothing is known.
    pub fn new(key: SubscriptionKey, now: Timestamp) -> Self {
        Self {
            key,
            order: None,
            grace_days: Recurrence::DEFAULT_GRACE_DAYS,
            news: SubscriptionNews::default(),
            created_at: now,
            version: 0,
        }
    }

    /// Links the subscription to the order that began it.
    pub fn begin(&mut self, order: &OrderId, grace_days: u16) {
        self.order = Some(order.clone());
        self.grace_days = grace_days;
    }

    /// Records an invoice.
    pub fn report_invoice(&mut self, facts: &InvoiceFacts) {
        self.news.invoices.report(facts);
    }

    /// Records whether the payment of an invoice is refunded in full.
    pub fn report_refund(&mut self, invoice: &InvoiceId, is_refunded: bool) {
        self.news.invoices.report_refund(invoice, is_refunded);
    }

    /// Records which payment paid an invoice.
    pub fn report_payment(&mut self, invoice: &InvoiceId, payment: &PaymentIntentId) {
        self.news.invoices.report_payment(invoice, payment);
    }

    /// Records the subscription as it is at Stripe. An end is for good.
    pub fn report(&mut self, latest: StripeSubscription) {
        if latest.status.is_end() {
            self.news.has_ended = true;
        } else if self.news.has_ended {
            return;
        }
        let is_ours = None;
        self.news.latest = Some(StripeSubscription { is_ours, ..latest });
    }

    /// Assumes the end of the first period, because Stripe does not have the invoice of the sale.
    pub fn assume(&mut self, sold_at: Timestamp, first_period: Duration) {
        let until = sold_at.plus(first_period).unix_seconds();
        self.news.assumed_until.get_or_insert(until);
    }

    /// Gives a license what the subscription pays for. `before` is the term by which the license was
    /// written last: an end that the seller has moved since is kept where it is later.
    pub fn put_on(&self, license: &mut License, before: Option<&SubscriptionTerm>) {
        let term = self.term();
        let standing = &license.standing;
        let expires_at = match (before, standing.expires_at(), term.expires_at) {
            (None, _, paid) => paid,
            // The seller has made the license one for life.
            (Some(_), None, _) => None,
            (Some(before), end, Some(paid)) if end == before.expires_at => Some(paid),
            (Some(_), end, paid) => end.max(paid),
        };
        license.standing = standing.clone().with_subscription(expires_at, term.lapse);
        license.subscription = Some(Subscribed {
            id: self.key.id.clone(),
            status: term.status,
            current_period_end: term.current_period_end.map(Timestamp::unix_seconds),
            cancels_at_period_end: term.cancels,
        });
    }
}

#[cfg(test)]
mod tests;
