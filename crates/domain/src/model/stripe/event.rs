//! Stripe events, reduced to the fields that the domain uses.

use std::collections::BTreeMap;

use crate::base::id::{PaymentIntentId, SessionId, StripeAccountId, StripeEventId};

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
    /// `charge.refunded`, for full and partial refunds.
    ChargeRefunded(RefundFacts),
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
    /// The entries of the metadata that hold a signed copy of the order.
    pub snapshot: BTreeMap<String, String>,
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

/// The data of a refunded charge. Amounts are totals of all refunds so far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefundFacts {
    /// The payment that was refunded.
    pub payment_intent: Option<PaymentIntentId>,
    /// The refunded total, in minor units.
    pub amount_refunded: i64,
    /// Whether the charge is refunded in full.
    pub fully: bool,
}
