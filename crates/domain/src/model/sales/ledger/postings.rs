//! The accounts of the ledger, and the amounts that an entry posts to them.

use crate::base::text_enum::text_enum;

text_enum! {
    /// An account of the ledger.
    pub enum LedgerAccount {
        /// The balance at Stripe.
        Balance = "balance",
        /// What was sold, before discounts.
        Gross = "gross",
        /// Discounts.
        Discount = "discount",
        /// Refunds.
        Refunds = "refunds",
        /// Disputed payments.
        Disputes = "disputes",
        /// Stripe's fees, with those for disputes.
        StripeFees = "stripe_fees",
        /// The platform's fees.
        PlatformFees = "platform_fees",
        /// Anything else.
        Other = "other",
        /// Payouts to the seller's bank.
        Payouts = "payouts",
    }

    /// The text is not an account of the ledger.
    #[error("unknown account of the ledger")]
    pub struct UnknownLedgerAccount;
}

/// What an entry posts to each account, in minor units of its currency. Income and costs are positive; what
/// was given back is negative. `other` is positive if it adds to the balance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Postings {
    /// The number of sales: 1 or 0.
    pub sales: i64,
    /// What was sold, before discounts.
    pub gross: i64,
    /// Discounts.
    pub discount: i64,
    /// Refunds.
    pub refunds: i64,
    /// Disputed payments.
    pub disputes: i64,
    /// Stripe's fees.
    pub stripe_fees: i64,
    /// The platform's fees.
    pub platform_fees: i64,
    /// Anything else.
    pub other: i64,
    /// Payouts.
    pub payouts: i64,
}

/// One side of a double entry: positive amounts are debits, negative ones credits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Posting {
    /// The account.
    pub account: LedgerAccount,
    /// The amount in minor units.
    pub amount: i64,
}

impl Postings {
    /// The postings of a discount: the sale is worth more by it, and costs it.
    pub fn of_discount(amount: i64, is_free: bool) -> Self {
        Self {
            sales: i64::from(is_free),
            gross: amount,
            discount: amount,
            ..Self::default()
        }
    }

    /// What the balance changes by; `None` if that is beyond 64 bits.
    pub fn balance(&self) -> Option<i64> {
        self.gross
            .checked_sub(self.discount)?
            .checked_sub(self.refunds)?
            .checked_sub(self.disputes)?
            .checked_sub(self.stripe_fees)?
            .checked_sub(self.platform_fees)?
            .checked_add(self.other)?
            .checked_sub(self.payouts)
    }

    /// The double entry: the balance against all other accounts, without those that nothing is posted to.
    /// The amounts add up to 0.
    pub fn lines(&self) -> Vec<Posting> {
        let others = [
            (LedgerAccount::Gross, self.gross.saturating_neg()),
            (LedgerAccount::Discount, self.discount),
            (LedgerAccount::Refunds, self.refunds),
            (LedgerAccount::Disputes, self.disputes),
            (LedgerAccount::StripeFees, self.stripe_fees),
            (LedgerAccount::PlatformFees, self.platform_fees),
            (LedgerAccount::Other, self.other.saturating_neg()),
            (LedgerAccount::Payouts, self.payouts),
        ];
        let balance = (LedgerAccount::Balance, self.balance().unwrap_or_default());
        [balance]
            .into_iter()
            .chain(others)
            .filter(|(_, amount)| *amount != 0)
            .map(|(account, amount)| Posting { account, amount })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_discount_changes_no_balance() {
        let postings = Postings::of_discount(500, false);
        assert_eq!(postings.balance(), Some(0));
        let posted: Vec<_> = postings
            .lines()
            .iter()
            .map(|line| (line.account, line.amount))
            .collect();
        assert_eq!(
            posted,
            [(LedgerAccount::Gross, -500), (LedgerAccount::Discount, 500)]
        );
        assert_eq!(Postings::of_discount(500, true).sales, 1);
    }
}
