//! Payments: where news of one Stripe payment meets the order it paid for, in any order of arrival.
//!
//! A refund may be told before the sale it undoes. Both write this one row under its version, so
//! whichever comes second sees the first.

use crate::base::id::{OrderId, PaymentIntentId, StripeAccountId};
use crate::base::time::Timestamp;

/// What is known of one payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payment {
    /// Which payment.
    pub key: PaymentKey,
    /// The order it paid for, once that is known.
    pub order: Option<OrderId>,
    /// How much of it was given back so far, in minor units; never shrinks.
    pub refunded: i64,
    /// Whether all of it was given back.
    pub fully_refunded: bool,
    /// When first heard of.
    pub created_at: Timestamp,
    /// Counts changes.
    pub version: u64,
}

/// A payment on a connected account.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PaymentKey {
    /// On which account.
    pub account: StripeAccountId,
    /// Which PaymentIntent.
    pub intent: PaymentIntentId,
}

impl Payment {
    /// A payment of which nothing is known yet.
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

    /// Takes in what Stripe says was given back in all. Says whether that was news: amounts are
    /// totals, so an older event changes nothing.
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
    fn refunds_told_in_any_order_end_the_same() {
        let key = PaymentKey {
            account: StripeAccountId::parse("acct_1").unwrap(),
            intent: PaymentIntentId::parse("pi_1").unwrap(),
        };
        let told = [(500, false), (1000, false), (2900, true)];
        for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0]] {
            let mut payment = Payment::new(key.clone(), Timestamp::from_micros(0));
            for i in order {
                payment.record_refund(told[i].0, told[i].1);
            }
            assert_eq!((payment.refunded, payment.fully_refunded), (2900, true));
            assert!(!payment.record_refund(500, false), "old news is no news");
        }
    }
}
