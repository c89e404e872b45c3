//! Payments: the row in which the sale, the refunds and the disputes of one Stripe payment meet.
//!
//! The event of a refund or a dispute may arrive before the event of its sale. Both write this row under its version,
//! so whichever is processed second reads the first.

use crate::base::id::{InvoiceId, OrderId, PaymentIntentId, StripeAccountId, SubscriptionId};
use crate::base::money::Currency;
use crate::base::time::Timestamp;
use crate::model::licenses::standing::RevocationReason;
use crate::model::sales::disputes::Disputes;
use crate::model::sales::refunds::Refunds;

/// The recorded state of one Stripe payment.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
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
    /// What Stripe has reported about disputes.
    pub disputes: Disputes,
    /// When the first event about the payment was processed.
    pub created_at: Timestamp,
    /// Number of times the row was written; guards compare it.
    pub version: u64,
}

/// An invoice of a subscription, which a payment paid.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct PaidInvoice {
    /// The subscription.
    pub subscription: SubscriptionId,
    /// The invoice.
    pub invoice: InvoiceId,
}

/// The identity of a payment on a connected account.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct PaymentKey {
    /// The connected account.
    pub account: StripeAccountId,
    /// Stripe's PaymentIntent.
    pub intent: PaymentIntentId,
}

impl Payment {
    /// A payment without an order, refunds and disputes.
    pub fn new(key: PaymentKey, now: Timestamp) -> Self {
        Self {
            key,
            order: None,
            invoice: None,
            charged: None,
            currency: None,
            refunds: Refunds::default(),
            disputes: Disputes::default(),
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

    /// Why the licenses that were paid for are revoked, if they are. A lost dispute counts whatever its
    /// amount, and outranks a refund.
    pub fn revocation(&self) -> Option<RevocationReason> {
        if self.disputes.is_lost() {
            Some(RevocationReason::Dispute)
        } else {
            self.is_fully_refunded().then_some(RevocationReason::Refund)
        }
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
