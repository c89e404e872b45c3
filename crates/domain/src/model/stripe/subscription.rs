//! Subscriptions and their invoices as Stripe reports them.

use serde::{Deserialize, Serialize};

use crate::base::id::{InvoiceId, PaymentIntentId, SubscriptionId};
use crate::base::slug::{KeyTypeId, ProductId, TenantId};
use crate::base::text_enum::text_enum;

text_enum! {
    /// Stripe's status of a subscription.
    #[derive(Serialize, Deserialize)]
    #[serde(rename_all = "snake_case")]
    pub enum SubscriptionStatus {
        /// The trial runs.
        Trialing = "trialing",
        /// The subscription is paid.
        Active = "active",
        /// The last payment failed, and Stripe tries again.
        PastDue = "past_due",
        /// The last payment failed, and Stripe tries no more.
        Unpaid = "unpaid",
        /// The subscription is paused.
        Paused = "paused",
        /// The first payment is pending.
        Incomplete = "incomplete",
        /// The first payment was never made.
        IncompleteExpired = "incomplete_expired",
        /// The subscription has ended.
        Canceled = "canceled",
    }

    /// The text is not a status of a subscription.
    #[error("unknown status of a subscription")]
    pub struct UnknownSubscriptionStatus;
}

impl SubscriptionStatus {
    /// Whether the subscription has ended for good.
    pub const fn is_end(self) -> bool {
        matches!(self, Self::Canceled | Self::IncompleteExpired)
    }

    /// Whether a payment of the subscription has failed.
    pub const fn is_due(self) -> bool {
        matches!(self, Self::PastDue | Self::Unpaid)
    }
}

/// A subscription at one moment. Times are in Unix seconds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StripeSubscription {
    /// Stripe's id of the subscription.
    pub id: SubscriptionId,
    /// The status.
    pub status: SubscriptionStatus,
    /// The start of the current period.
    pub period_start: Option<i64>,
    /// The end of the current period.
    pub period_end: Option<i64>,
    /// Whether the subscription ends by itself, at the end of a period or at a date.
    pub cancels: bool,
    /// Whether the subscription, or the collection of its payments, is paused.
    pub is_paused: bool,
    /// The last invoice.
    pub latest_invoice: Option<InvoiceId>,
    /// The key type that the metadata of the price name.
    pub sold: Option<SoldPrice>,
    /// Whether the metadata name a key type, as those of this server's subscriptions do; `None` if they
    /// are not known.
    #[serde(skip)]
    pub is_ours: Option<bool>,
}

/// The key type that the metadata of a price name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SoldPrice {
    /// The tenant.
    pub tenant: TenantId,
    /// The product.
    pub product: ProductId,
    /// The key type.
    pub key_type: KeyTypeId,
}

/// An invoice. Times are in Unix seconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvoiceFacts {
    /// Stripe's id of the invoice.
    pub id: InvoiceId,
    /// The subscription that is billed, if any.
    pub subscription: Option<SubscriptionId>,
    /// When the invoice was created.
    pub created: Option<i64>,
    /// The end of the billed period; `None` if nothing but prorations is billed.
    pub period_end: Option<i64>,
    /// Whether the invoice is paid.
    pub is_paid: bool,
    /// Whether a payment of the invoice failed.
    pub has_failed: bool,
    /// Whether the invoice is void, so that nobody owes it any more.
    pub is_void: bool,
    /// What was paid, in minor units.
    pub amount_paid: Option<i64>,
    /// The currency.
    pub currency: Option<String>,
    /// The payment, if the invoice names it.
    pub payment_intent: Option<PaymentIntentId>,
    /// Whether the metadata of the subscription name a key type; `None` if they are not known.
    pub is_ours: Option<bool>,
}

impl InvoiceFacts {
    /// Whether something was paid for a subscription, and the payment is not named, as in events of later
    /// versions of the API.
    pub fn lacks_payment(&self) -> bool {
        self.is_paid
            && self.subscription.is_some()
            && self.is_ours != Some(false)
            && self.payment_intent.is_none()
            && self.amount_paid != Some(0)
    }
}
