//! Balance transactions of Stripe, and how each is posted.

use crate::base::id::PaymentIntentId;
use crate::base::stripe_value::{CurrencyCode, StripeObjectId};
use crate::base::text_enum::text_enum;
use crate::base::time::Timestamp;
use crate::model::sales::ledger::postings::Postings;

/// A movement of money on the balance of an account, as Stripe reports it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BalanceTransaction {
    /// Stripe's id of the transaction.
    pub id: StripeObjectId,
    /// Stripe's field `type`. New types appear over time.
    pub kind: String,
    /// Stripe's field `reporting_category`, which groups the types.
    pub category: String,
    /// The gross amount in minor units; negative if it leaves the balance.
    pub amount: i64,
    /// All fees in minor units; negative if they are given back.
    pub fee: i64,
    /// The part of the fees that is the platform's.
    pub platform_fee: i64,
    /// What the balance changes by.
    pub net: i64,
    /// The currency of the balance.
    pub currency: CurrencyCode,
    /// Stripe's id of the object that moved the money: a charge, a refund, a dispute, a payout.
    pub source: Option<StripeObjectId>,
    /// The payment that the source belongs to, if it is known.
    pub intent: Option<PaymentIntentId>,
    /// When Stripe booked the transaction.
    pub created_at: Timestamp,
}

text_enum! {
    /// What a ledger entry is about.
    #[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
    pub enum EntryKind {
        /// A payment of a buyer.
        Charge = "charge",
        /// Money that was given back to a buyer.
        Refund = "refund",
        /// A refund that failed or was cancelled: the money returned.
        RefundFailure = "refund_failure",
        /// A payment that a bank has withdrawn.
        Dispute = "dispute",
        /// A withdrawn payment that was given back.
        DisputeReversal = "dispute_reversal",
        /// A payout to the seller's bank.
        Payout = "payout",
        /// A payout that was sent back or cancelled.
        PayoutReversal = "payout_reversal",
        /// A fee that is booked by itself.
        Fee = "fee",
        /// The discount of an order. It changes no balance.
        Discount = "discount",
        /// Anything else.
        Other = "other",
    }

    /// The text is not a kind of entry.
    #[error("unknown kind of ledger entry")]
    pub struct UnknownEntryKind;
}

impl BalanceTransaction {
    /// What the transaction is about. The category decides; a category that is unknown or missing leaves it
    /// to the type. What neither of them tells is [`EntryKind::Other`].
    pub fn entry_kind(&self) -> EntryKind {
        match self.category.as_str() {
            "charge" => EntryKind::Charge,
            "refund" | "partial_capture_reversal" | "charge_failure" => EntryKind::Refund,
            "refund_failure" => EntryKind::RefundFailure,
            "dispute" => EntryKind::Dispute,
            "dispute_reversal" => EntryKind::DisputeReversal,
            "payout" => EntryKind::Payout,
            "payout_reversal" => EntryKind::PayoutReversal,
            "fee" | "tax" | "network_cost" => EntryKind::Fee,
            _ => self.kind_by_type(),
        }
    }

    fn kind_by_type(&self) -> EntryKind {
        match self.kind.as_str() {
            "charge" | "payment" => EntryKind::Charge,
            "refund" | "payment_refund" | "payment_failure_refund" | "payment_reversal" => {
                EntryKind::Refund
            }
            "refund_failure" => EntryKind::RefundFailure,
            "payout" => EntryKind::Payout,
            "payout_cancel" | "payout_failure" => EntryKind::PayoutReversal,
            "stripe_fee" | "stripe_fx_fee" | "tax_fee" | "network_cost" => EntryKind::Fee,
            _ => EntryKind::Other,
        }
    }

    /// The balanced postings of the transaction: together they change the balance by its amount without its
    /// fees. If Stripe reports another net amount, the difference shows up where both are summed.
    pub fn postings(&self) -> Postings {
        let mut postings = Postings {
            stripe_fees: self.fee.saturating_sub(self.platform_fee),
            platform_fees: self.platform_fee,
            ..Postings::default()
        };
        let spent = self.amount.saturating_neg();
        match self.entry_kind() {
            EntryKind::Charge => {
                postings.gross = self.amount;
                postings.sales = 1;
            }
            EntryKind::Refund | EntryKind::RefundFailure => postings.refunds = spent,
            EntryKind::Dispute | EntryKind::DisputeReversal => postings.disputes = spent,
            EntryKind::Payout | EntryKind::PayoutReversal => postings.payouts = spent,
            EntryKind::Fee => postings.stripe_fees = postings.stripe_fees.saturating_add(spent),
            EntryKind::Discount | EntryKind::Other => postings.other = self.amount,
        }
        postings
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail loudly")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn transaction(kind: &str, category: &str, amount: i64, fee: i64) -> BalanceTransaction {
        BalanceTransaction {
            id: StripeObjectId::parse("txn_1").unwrap(),
            kind: kind.to_owned(),
            category: category.to_owned(),
            amount,
            fee,
            platform_fee: 0,
            net: amount - fee,
            currency: CurrencyCode::parse("USD").unwrap(),
            source: None,
            intent: None,
            created_at: Timestamp::EPOCH,
        }
    }

    #[test]
    fn each_type_is_posted_to_its_account() {
        use EntryKind as Kind;
        for (kind, category, expected) in [
            ("charge", "charge", Kind::Charge),
            ("payment", "charge", Kind::Charge),
            ("refund", "refund", Kind::Refund),
            ("payment_refund", "refund", Kind::Refund),
            ("payment_failure_refund", "charge_failure", Kind::Refund),
            ("refund_failure", "refund_failure", Kind::RefundFailure),
            ("adjustment", "dispute", Kind::Dispute),
            ("adjustment", "dispute_reversal", Kind::DisputeReversal),
            ("adjustment", "other_adjustment", Kind::Other),
            ("payout", "payout", Kind::Payout),
            ("payout_failure", "payout_reversal", Kind::PayoutReversal),
            ("payout_cancel", "", Kind::PayoutReversal),
            ("stripe_fee", "fee", Kind::Fee),
            ("tax_fee", "tax", Kind::Fee),
            ("charge", "", Kind::Charge),
            (
                "a_type_of_next_year",
                "a_category_of_next_year",
                Kind::Other,
            ),
        ] {
            let found = transaction(kind, category, 1, 0).entry_kind();
            assert_eq!(found, expected, "{kind} {category}");
        }
    }

    #[test]
    fn a_refund_that_gives_the_platform_s_fee_back_costs_less() {
        let refund = BalanceTransaction {
            platform_fee: -15,
            ..transaction("refund", "refund", -2_900, -15)
        };
        let postings = refund.postings();
        assert_eq!((postings.refunds, postings.platform_fees), (2_900, -15));
        assert_eq!(postings.balance(), Some(-2_885));
    }

    proptest! {
        #[test]
        fn postings_balance_whatever_the_type(
            kind in "charge|refund|adjustment|payout|stripe_fee|novelty|[a-z_]{0,12}",
            category in "charge|refund|refund_failure|dispute|payout|fee|[a-z_]{0,12}",
            amount in -1_000_000_000_000_i64..1_000_000_000_000,
            fee in -1_000_000_000_i64..1_000_000_000,
            platform_fee in -1_000_000_000_i64..1_000_000_000,
        ) {
            let booked = BalanceTransaction {
                platform_fee,
                ..transaction(&kind, &category, amount, fee)
            };
            let postings = booked.postings();
            prop_assert_eq!(postings.balance(), Some(amount - fee));
            let sum: i64 = postings.lines().iter().map(|line| line.amount).sum();
            prop_assert_eq!(sum, 0);
        }

        #[test]
        fn no_amount_overflows(amount: i64, fee: i64, platform_fee: i64) {
            let booked = BalanceTransaction {
                fee,
                platform_fee,
                net: 0,
                ..transaction("charge", "charge", amount, 0)
            };
            let _ = booked.postings().balance();
        }
    }
}
