//! EventData from Stripe, as the domain reads it, and the record that it was heard.

use crate::base::id::{PaymentIntentId, SessionId, StripeAccountId, StripeEventId};

/// An event whose signature was checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StripeEvent {
    /// Stripe's id for it: the same on every delivery.
    pub id: StripeEventId,
    /// Its type, as Stripe writes it.
    pub kind: String,
    /// The connected account it is about; none for the platform's own news.
    pub account: Option<StripeAccountId>,
    /// The mode the event says it is in.
    pub livemode: bool,
    /// What it tells.
    pub data: EventData,
}

/// What an event tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EventData {
    /// `checkout.session.completed` or `.async_payment_succeeded`.
    SessionCompleted(SessionFacts),
    /// `checkout.session.async_payment_failed`.
    SessionPaymentFailed(SessionId),
    /// `checkout.session.expired`.
    SessionExpired(SessionId),
    /// `charge.refunded`, partial refunds too.
    ChargeRefunded(RefundFacts),
    /// `account.application.deauthorized`: the seller ended the grant.
    Deauthorized,
    /// Anything else.
    Other,
}

/// What a completed session says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionFacts {
    /// Which session.
    pub session: SessionId,
    /// Whether the money is there.
    pub payment: PaymentStatus,
    /// The total in minor units, if Stripe says it.
    pub amount_total: Option<i64>,
    /// Its currency.
    pub currency: Option<String>,
    /// The buyer's address, as typed on Stripe's page.
    pub email: Option<String>,
    /// The buyer's name.
    pub name: Option<String>,
    /// The payment, unless the session was free.
    pub payment_intent: Option<PaymentIntentId>,
}

/// Stripe's `payment_status`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PaymentStatus {
    /// The money is there.
    Paid,
    /// It is on its way, or not.
    Unpaid,
    /// There is nothing to pay.
    NoPaymentRequired,
}

/// What a refunded charge says; amounts are totals so far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefundFacts {
    /// Which payment.
    pub payment_intent: Option<PaymentIntentId>,
    /// Given back so far, in minor units.
    pub amount_refunded: i64,
    /// Whether that is all of it.
    pub fully: bool,
}
