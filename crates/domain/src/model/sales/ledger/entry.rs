//! Entries of the ledger.

use crate::base::id::{OrderId, PaymentIntentId};
use crate::base::slug::TenantId;
use crate::base::stripe_value::{CurrencyCode, StripeObjectId};
use crate::base::text::Text;
use crate::base::text_enum::text_enum;
use crate::base::time::Timestamp;
use crate::model::sales::ledger::postings::Postings;
use crate::model::sales::ledger::transaction::{BalanceTransaction, EntryKind};
use crate::model::stripe::account::AccountRef;

/// The identity of an entry: one for each object of Stripe that it stands for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct LedgerEntryId {
    /// The tenant that sells on the account.
    pub tenant: TenantId,
    /// The account.
    pub account: AccountRef,
    /// Stripe's id of the balance transaction; for a discount, of the Checkout session.
    pub id: StripeObjectId,
}

/// An entry of the ledger. What Stripe has booked never changes; only the payment may become known later.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct LedgerEntry {
    /// The identity of the entry.
    pub id: LedgerEntryId,
    /// What the entry is about.
    pub kind: EntryKind,
    /// Stripe's type of the balance transaction, or `discount`.
    pub stripe_type: Text<100>,
    /// The currency.
    pub currency: CurrencyCode,
    /// What the entry posts.
    pub postings: Postings,
    /// What the balance changes by, as Stripe reports it.
    pub net: i64,
    /// Stripe's id of the object that moved the money.
    pub source: Option<StripeObjectId>,
    /// The payment, if it is known. It leads to the order.
    pub intent: Option<PaymentIntentId>,
    /// The order, for an entry that has no payment.
    pub order: Option<OrderId>,
    /// The promotion code, for a discount.
    pub code: Option<SoldBy>,
    /// When Stripe booked the movement.
    pub created_at: Timestamp,
    /// Number of times the row was written; guards compare it.
    pub version: u64,
}

/// The promotion code that an order was sold by.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct SoldBy {
    /// The code that the buyer typed; Stripe's id of a code that was not made here.
    pub code: Text<255>,
    /// The campaign of the code.
    pub campaign: Option<Text<100>>,
}

impl LedgerEntry {
    /// The entry of a balance transaction.
    pub fn of(tenant: &TenantId, account: &AccountRef, transaction: &BalanceTransaction) -> Self {
        Self {
            id: LedgerEntryId {
                tenant: tenant.clone(),
                account: account.clone(),
                id: transaction.id.clone(),
            },
            kind: transaction.entry_kind(),
            stripe_type: Text::truncated(&transaction.kind),
            currency: transaction.currency.clone(),
            postings: transaction.postings(),
            net: transaction.net,
            source: transaction.source.clone(),
            intent: transaction.intent.clone(),
            order: None,
            code: None,
            created_at: transaction.created_at,
            version: 0,
        }
    }
}

text_enum! {
    /// What a line of the exported ledger is about.
    pub enum LineType {
        /// A payment of a buyer, before the discount.
        Charge = "charge",
        /// The discount of a sale.
        Discount = "discount",
        /// A refund.
        Refund = "refund",
        /// A refund that failed.
        RefundFailure = "refund_failure",
        /// A disputed payment.
        Dispute = "dispute",
        /// A disputed payment that was given back.
        DisputeReversal = "dispute_reversal",
        /// Stripe's fee.
        StripeFee = "stripe_fee",
        /// A fee of Stripe that was given back.
        StripeFeeReturned = "stripe_fee_returned",
        /// Stripe's fee for a dispute.
        DisputeFee = "dispute_fee",
        /// A fee for a dispute that was given back.
        DisputeFeeReturned = "dispute_fee_returned",
        /// The platform's fee.
        PlatformFee = "platform_fee",
        /// A fee of the platform that was given back.
        PlatformFeeReturned = "platform_fee_returned",
        /// A payout.
        Payout = "payout",
        /// A payout that was sent back.
        PayoutReversal = "payout_reversal",
        /// Anything else.
        Other = "other",
    }

    /// The text is not a type of line.
    #[error("unknown type of line")]
    pub struct UnknownLineType;
}

impl LedgerEntry {
    /// The lines of the exported ledger: what each part of the entry adds to the balance. The amounts of all
    /// lines add up to what the balance changes by. An entry that moves nothing has one line with 0.
    pub fn lines(&self) -> Vec<(LineType, i64)> {
        let it = &self.postings;
        let is_dispute = matches!(self.kind, EntryKind::Dispute | EntryKind::DisputeReversal);
        let stripe_fee = match (is_dispute, it.stripe_fees < 0) {
            (false, false) => LineType::StripeFee,
            (false, true) => LineType::StripeFeeReturned,
            (true, false) => LineType::DisputeFee,
            (true, true) => LineType::DisputeFeeReturned,
        };
        let or = |is: bool, one: LineType, other: LineType| if is { one } else { other };
        let parts = [
            (LineType::Charge, it.gross),
            (LineType::Discount, it.discount.saturating_neg()),
            (
                or(it.refunds < 0, LineType::RefundFailure, LineType::Refund),
                it.refunds.saturating_neg(),
            ),
            (
                or(
                    it.disputes < 0,
                    LineType::DisputeReversal,
                    LineType::Dispute,
                ),
                it.disputes.saturating_neg(),
            ),
            (stripe_fee, it.stripe_fees.saturating_neg()),
            (
                or(
                    it.platform_fees < 0,
                    LineType::PlatformFeeReturned,
                    LineType::PlatformFee,
                ),
                it.platform_fees.saturating_neg(),
            ),
            (LineType::Other, it.other),
            (
                or(it.payouts < 0, LineType::PayoutReversal, LineType::Payout),
                it.payouts.saturating_neg(),
            ),
        ];
        let lines: Vec<_> = parts
            .into_iter()
            .filter(|(_, amount)| *amount != 0)
            .collect();
        if lines.is_empty() {
            vec![(LineType::Other, 0)]
        } else {
            lines
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail loudly")]
mod tests {
    use super::*;
    use crate::base::id::StripeAccountId;
    use crate::base::mode::Mode;

    fn entry(
        kind: &str,
        category: &str,
        amount: i64,
        (fee, platform_fee): (i64, i64),
    ) -> LedgerEntry {
        let transaction = BalanceTransaction {
            id: StripeObjectId::parse("txn_1").unwrap(),
            kind: kind.to_owned(),
            category: category.to_owned(),
            amount,
            fee,
            platform_fee,
            net: amount - fee,
            currency: CurrencyCode::parse("usd").unwrap(),
            source: None,
            intent: None,
            created_at: Timestamp::EPOCH,
        };
        let account = AccountRef {
            mode: Mode::Live,
            account: StripeAccountId::parse("acct_1").unwrap(),
        };
        LedgerEntry::of(&TenantId::parse("acme").unwrap(), &account, &transaction)
    }

    #[test]
    fn the_lines_of_an_entry_name_each_part_and_add_up_to_its_net() {
        use LineType::{
            Charge, Dispute, DisputeFee, DisputeFeeReturned, DisputeReversal, Other, Payout,
            PayoutReversal, PlatformFee, PlatformFeeReturned, Refund, RefundFailure, StripeFee,
        };
        for (entry, lines) in [
            (
                entry("charge", "charge", 2_900, (129, 15)),
                vec![(Charge, 2_900), (StripeFee, -114), (PlatformFee, -15)],
            ),
            (
                entry("refund", "refund", -2_900, (-15, -15)),
                vec![(Refund, -2_900), (PlatformFeeReturned, 15)],
            ),
            (
                entry("refund_failure", "refund_failure", 2_900, (0, 0)),
                vec![(RefundFailure, 2_900)],
            ),
            (
                entry("adjustment", "dispute", -2_900, (1_500, 0)),
                vec![(Dispute, -2_900), (DisputeFee, -1_500)],
            ),
            (
                entry("adjustment", "dispute_reversal", 2_900, (-1_500, 0)),
                vec![(DisputeReversal, 2_900), (DisputeFeeReturned, 1_500)],
            ),
            (
                entry("payout", "payout", -100, (0, 0)),
                vec![(Payout, -100)],
            ),
            (
                entry("payout_failure", "payout_reversal", 100, (0, 0)),
                vec![(PayoutReversal, 100)],
            ),
            (
                entry("stripe_fee", "fee", -7, (0, 0)),
                vec![(StripeFee, -7)],
            ),
            (entry("novelty", "novelty", 5, (0, 0)), vec![(Other, 5)]),
            (entry("novelty", "novelty", 0, (0, 0)), vec![(Other, 0)]),
        ] {
            assert_eq!(entry.lines(), lines);
            let sum: i64 = lines.iter().map(|(_, amount)| amount).sum();
            assert_eq!(sum, entry.net);
        }
    }
}
