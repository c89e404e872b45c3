//! Stripe events, reduced to the fields that the domain uses.

use std::collections::BTreeMap;

use crate::base::id::{
    DisputeId, InvoiceId, PaymentIntentId, PayoutId, RefundId, SessionId, StripeAccountId,
    StripeEventId, SubscriptionId,
};
use crate::base::stripe_value::StripeObjectId;
use crate::base::time::Timestamp;
use crate::model::sales::claim::SaleClaim;
use crate::model::stripe::subscription::{InvoiceFacts, StripeSubscription};

/// An event whose signature was verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StripeEvent {
    /// Stripe's id of the event, the same in every delivery attempt.
    pub id: StripeEventId,
    /// Stripe's event type, such as `charge.refunded`.
    pub kind: String,
    /// The connected account that the event is about; `None` for the platform's own events.
    pub account: Option<StripeAccountId>,
    /// Stripe's `livemode` field.
    pub livemode: bool,
    /// The data of the event, by type.
    pub data: EventData,
}

/// The data of an event, by type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EventData {
    /// `checkout.session.completed` or `.async_payment_succeeded`.
    SessionCompleted(SessionFacts),
    /// `checkout.session.async_payment_failed`.
    SessionPaymentFailed(SessionId),
    /// `checkout.session.expired`.
    SessionExpired(SessionId),
    /// `charge.refunded`, `refund.created`, `refund.updated`, `refund.failed` or
    /// `charge.refund.updated`.
    Refund(RefundFacts),
    /// `invoice.paid`, `.payment_failed`, `.voided` or `.marked_uncollectible`.
    Invoice(InvoiceFacts),
    /// `customer.subscription.updated`, `.deleted`, `.paused` or `.resumed`.
    Subscription(StripeSubscription),
    /// `charge.dispute.created`, `.updated`, `.closed`, `.funds_withdrawn` or `.funds_reinstated`.
    Dispute(DisputeFacts),
    /// `account.updated`. What the event says of the account may be old, so the account is retrieved.
    AccountUpdated,
    /// `payout.paid` or `payout.failed`.
    Payout(PayoutFacts),
    /// `account.application.deauthorized`: the seller revoked the grant.
    Deauthorized,
    /// Any other type.
    Other,
}

/// The data of a completed session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionFacts {
    /// The id of the session.
    pub session: SessionId,
    /// Whether the session is paid.
    pub payment: PaymentStatus,
    /// The sum of the prices in minor units, before discounts and taxes, if Stripe sent it.
    pub amount_subtotal: Option<i64>,
    /// The total in minor units, if Stripe sent it.
    pub amount_total: Option<i64>,
    /// The currency of the total.
    pub currency: Option<String>,
    /// The address that the buyer typed on Stripe's page.
    pub email: Option<String>,
    /// The name that the buyer typed on Stripe's page.
    pub name: Option<String>,
    /// The payment; `None` if the session was free.
    pub payment_intent: Option<PaymentIntentId>,
    /// The discount, if there was one.
    pub discount: Option<SessionDiscount>,
    /// The subscription that the session began, if any.
    pub subscription: Option<SubscriptionId>,
    /// The first invoice of the subscription.
    pub invoice: Option<InvoiceId>,
    /// When Stripe created the event; `None` if the event does not say so.
    pub at: Option<Timestamp>,
    /// The entries of the metadata that hold a signed copy of the order.
    pub snapshot: BTreeMap<String, String>,
    /// What the session says about itself if its seller made it.
    pub own: Box<OwnSession>,
}

/// What a session that a seller made at Stripe says about itself. It counts only at an endpoint of the
/// seller's own.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OwnSession {
    /// What the session says that was sold.
    pub claim: SaleClaim,
    /// `tenant_id` in the metadata, for accounts that several tenants share.
    pub tenant: Option<String>,
    /// `customer_email` in the metadata.
    pub email: Option<String>,
    /// Whether the session only stores a way to pay, so that nothing was sold.
    pub is_setup: bool,
}

/// The discount of a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionDiscount {
    /// The amount in minor units of the session's currency.
    pub amount: i64,
    /// Stripe's id of the promotion code that the buyer typed.
    pub promotion_code: Option<StripeObjectId>,
}

/// The value of Stripe's `payment_status` field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PaymentStatus {
    /// The session is paid.
    Paid,
    /// The payment is pending, or has failed.
    Unpaid,
    /// The session was free.
    NoPaymentRequired,
}

/// The data of a payout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PayoutFacts {
    /// Stripe's id of the payout.
    pub id: PayoutId,
    /// The amount in minor units.
    pub amount: i64,
    /// The currency.
    pub currency: String,
    /// Whether the payout failed.
    pub failed: bool,
    /// When the money arrives, in Unix seconds.
    pub arrival: Option<i64>,
    /// Stripe's code of the failure.
    pub failure_code: Option<String>,
    /// Stripe's message of the failure.
    pub failure_message: Option<String>,
}

/// The data of a refunded charge, or of one of its refunds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefundFacts {
    /// The payment that was refunded.
    pub payment_intent: Option<PaymentIntentId>,
    /// The invoice that was paid, if the event is of a version that says so.
    pub invoice: Option<InvoiceId>,
    /// The currency that was charged.
    pub currency: Option<String>,
    /// When Stripe created the event; `None` if the event does not say so.
    pub at: Option<Timestamp>,
    /// What the event reports.
    pub report: RefundReport,
}

/// What an event about refunds reports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RefundReport {
    /// The total of a charge.
    Charge {
        /// The amount that was charged, in minor units.
        charged: Option<i64>,
        /// The total of all refunds so far, in minor units.
        refunded: i64,
    },
    /// One refund.
    Refund {
        /// Stripe's id of the refund.
        id: RefundId,
        /// The amount of the refund, in minor units.
        amount: i64,
        /// Whether the refund failed or was cancelled.
        failed: bool,
    },
}

/// A dispute as Stripe describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DisputeFacts {
    /// Stripe's id of the dispute.
    pub id: DisputeId,
    /// The disputed payment.
    pub payment_intent: Option<PaymentIntentId>,
    /// Stripe's word for the status.
    pub status: String,
    /// The disputed amount, in minor units.
    pub amount: Option<i64>,
    /// Stripe's word for the reason.
    pub reason: Option<String>,
}
