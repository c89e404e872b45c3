//! Payments: the row in which the sale and the refunds of one Stripe payment meet.
//!
//! A refund's event may arrive before the event of its sale. Both write this row under its version,
//! so whichever is processed second reads the first.

use crate::base::id::{OrderId, PaymentIntentId, StripeAccountId};
use crate::base::time::Timestamp;

/// The recorded state of one Stripe payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payment {
    /// The identity of the payment.
    pub key: PaymentKey,
    /// The order that was paid, once its sale is processed.
    pub order: Option<OrderId>,
    /// The total refunded so far, in minor units; never shrinks.
    pub refunded: i64,
    /// Whether the payment was refunded in full.
    pub fully_refunded: bool,
    /// When the first event about the payment was processed.
    pub created_at: Timestamp,
    /// Number of times the row was written; guards compare it.
    pub version: u64,
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
            refunded: 0,
            fully_refunded: false,
            created_at: now,
            version: 0,
        }
    }

    /// Records the total that Stripe reports as refunded. Returns whether anything changed: amounts
    /// are totals, so an older event changes nothing.
    pub fn record_refund(&mut self, refunded: i64, fully: bool) -> bool {
        let before = (self.refunded, self.fully_refunded);
        self.refunded = self.refunded.max(refunded);
        self.fully_refunded |= fully;
        before != (self.refunded, self.fully_refunded)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail loudly")]
mod tests {
    use super::*;

    #[test]
    fn refunds_in_any_order_end_the_same() {
        let key = PaymentKey {
            account: StripeAccountId::parse("acct_1").unwrap(),
            intent: PaymentIntentId::parse("pi_1").unwrap(),
        };
        let refunds = [(500, false), (1000, false), (2900, true)];
        for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0]] {
            let mut payment = Payment::new(key.clone(), Timestamp::from_micros(0));
            for i in order {
                payment.record_refund(refunds[i].0, refunds[i].1);
            }
            assert_eq!((payment.refunded, payment.fully_refunded), (2900, true));
            assert!(
                !payment.record_refund(500, false),
                "an older event changes nothing"
            );
        }
    }
}
