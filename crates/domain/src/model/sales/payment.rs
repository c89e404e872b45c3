//! Payments: the row in which the sale and the refunds of one Stripe payment meet.
//!
//! A refund's event may arrive before the event of its sale. Both write this row under its version,
//! so whichever is processed second reads the first.

use crate::base::id::{InvoiceId, OrderId, PaymentIntentId, StripeAccountId, SubscriptionId};
use crate::base::money::Currency;
use crate::base::time::Timestamp;
use crate::model::sales::refunds::Refunds;

/// The recorded state of one Stripe payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payment {
    /// The identity of the payment.
    pub key: PaymentKey,
    /// The order that was paid, once its sale is processed.
    pub order: Option<OrderId>,
    /// The invoice that was paid, if it is known; a payment has an order or an invoice.
    pub invoice: Option<PaidInvoice>,
    /// The amount that was charged, in minor units, once Stripe has reported it.
    pub charged: Option<i64>,
    /// The currency that was charged, once Stripe has reported it.
    pub currency: Option<Currency>,
    /// What Stripe has reported about refunds.
    pub refunds: Refunds,
    /// When the first event about the payment was processed.
    pub created_at: Timestamp,
    /// Number of times the row was written; guards compare it.
    pub version: u64,
}

/// An invoice of a subscription, which a payment paid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaidInvoice {
    /// The subscription.
    pub subscription: SubscriptionId,
    /// The invoice.
    pub invoice: InvoiceId,
}

/// The identity of a payment on a connected account.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PaymentKey {
    /// The connected account.
    pub account: StripeAccountId,
    /// Stripe's PaymentIntent.
    pub intent: PaymentIntentId,
}

impl Payment {
    /// A payment without an order and without refunds.
    pub fn new(key: PaymentKey, now: Timestamp) -> Self {
        Self {
            key,
            order: None,
            invoice: None,
            charged: None,
            currency: None,
            refunds: Refunds::default(),
            created_at: now,
            version: 0,
        }
    }

    /// The refunded total, in minor units.
    pub fn refunded(&self) -> i64 {
        self.refunds.total()
    }

    /// Whether the payment is refunded in full.
    pub fn is_fully_refunded(&self) -> bool {
        let refunded = self.refunded();
        refunded > 0 && self.charged.is_some_and(|charged| refunded >= charged)
    }

    /// Whether a part of the payment is refunded. Not known before the charge is: all of it may be.
    pub fn is_partly_refunded(&self) -> bool {
        self.charged.is_some() && self.refunded() > 0 && !self.is_fully_refunded()
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail loudly")]
mod tests {
    use super::*;

    #[test]
    fn a_payment_is_fully_refunded_when_all_that_was_charged_is_refunded() {
        let key = PaymentKey {
            account: StripeAccountId::parse("acct_1").unwrap(),
            intent: PaymentIntentId::parse("pi_1").unwrap(),
        };
        for (charged, refunded, fully) in [
            (Some(2_900), 0, false),
            (Some(2_900), 2_899, false),
            (Some(2_900), 2_900, true),
            (Some(2_900), 3_000, true),
            (None, 2_900, false),
            (Some(0), 0, false),
        ] {
            let mut payment = Payment::new(key.clone(), Timestamp::EPOCH);
            payment.charged = charged;
            payment.refunds.report_total(Timestamp::EPOCH, refunded);
            assert_eq!(payment.is_fully_refunded(), fully, "{charged:?} {refunded}");
        }
    }
}
