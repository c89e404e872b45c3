//! What the [`Stripe`](super::Stripe) port reads for the ledger, and creates for promotion codes.

use crate::base::id::PaymentIntentId;
use crate::base::stripe_value::StripeObjectId;
use crate::base::time::Timestamp;
use crate::model::sales::ledger::promotion_code::{CodeText, Discount, DurationKind};
use crate::model::sales::ledger::transaction::BalanceTransaction;

/// The next page of the balance transactions, or of the charges, of an account: newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BookedSince {
    /// Only what was created at this time or later.
    pub from: Timestamp,
    /// Only what was created at this time or earlier.
    pub until: Option<Timestamp>,
    /// The last object of the page before.
    pub after: Option<StripeObjectId>,
}

/// A page of a list at Stripe.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StripePage<T> {
    /// The objects, newest first: at most 100.
    pub items: Vec<T>,
    /// Whether there are older ones.
    pub has_more: bool,
}

/// A page of balance transactions.
pub type TransactionPage = StripePage<BalanceTransaction>;

/// A charge, and the payment that it belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChargePayment {
    /// Stripe's id of the charge.
    pub id: StripeObjectId,
    /// The payment.
    pub intent: Option<PaymentIntentId>,
}

/// A coupon to create.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewCoupon {
    /// The id that the coupon shall have.
    pub id: String,
    /// The name that buyers see.
    pub name: String,
    /// What it takes off.
    pub discount: Discount,
    /// How long it lasts.
    pub duration: DurationKind,
    /// The number of months of a repeating discount.
    pub months: Option<u32>,
    /// The Stripe products that the coupon is for; empty for all.
    pub products: Vec<crate::base::id::StripeProductId>,
}

/// A promotion code to create.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPromotionCode {
    /// The coupon behind the code.
    pub coupon: String,
    /// What buyers type.
    pub code: CodeText,
    /// How often it can be used.
    pub max_redemptions: Option<u32>,
    /// When it ends.
    pub expires_at: Option<Timestamp>,
    /// Whether only buyers can use it who have never bought before.
    pub first_time_only: bool,
    /// Whether it can be used.
    pub active: bool,
}
