//! The fields that only some events have.

use serde::Serialize;

use crate::base::id::{ActivationId, DisputeId, PaymentIntentId};
use crate::base::money::Currency;
use crate::model::licenses::activation::Activation;
use crate::model::sales::disputes::Dispute;

/// The fields that only one kind of event has, at the end of its body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum EventDetails<'a> {
    /// None.
    None {},
    /// Those of a paid order.
    Paid(PaidAmount<'a>),
    /// Those of a refund.
    Refund(RefundedAmount),
    /// Those of a dispute.
    Dispute(DisputeDetails<'a>),
    /// Those of an activation.
    Activation(ActivationDetails<'a>),
    /// Those of a limit that is reached.
    Limit(LimitDetails),
    /// Those of an end to come.
    Reminder(ReminderDetails),
}

/// The end of a term to come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct ReminderDetails {
    /// How many days before the end the seller wants to be reminded.
    pub reminder_days: u16,
}

/// What was paid for an order, in minor units of its currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct PaidAmount<'a> {
    /// The total, if Stripe said it.
    #[serde(rename = "amount_total")]
    pub total: Option<i64>,
    /// The currency of the total.
    pub currency: Option<Currency>,
    /// Stripe's payment; `None` if the order was free.
    #[serde(rename = "payment_id")]
    pub payment: Option<&'a PaymentIntentId>,
}

/// How much of a payment is refunded, in minor units of its currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct RefundedAmount {
    /// The total of all refunds.
    #[serde(rename = "amount_refunded")]
    pub refunded: i64,
    /// The amount that was charged, if it is known.
    #[serde(rename = "amount_charged")]
    pub charged: Option<i64>,
    /// The currency that was charged, if it is known.
    pub currency: Option<Currency>,
}

/// A dispute over the payment of a license.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct DisputeDetails<'a> {
    dispute_id: &'a DisputeId,
    dispute_status: &'static str,
    dispute_reason: Option<&'a str>,
    amount_disputed: Option<i64>,
    currency: Option<Currency>,
}

impl<'a> DisputeDetails<'a> {
    /// The fields of a dispute over a payment in this currency.
    pub fn of(id: &'a DisputeId, dispute: &'a Dispute, currency: Option<Currency>) -> Self {
        Self {
            dispute_id: id,
            dispute_status: dispute.status.as_str(),
            dispute_reason: dispute.reason.as_deref(),
            amount_disputed: dispute.amount,
            currency,
        }
    }
}

/// The device on which a license was activated or deactivated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct ActivationDetails<'a> {
    activation_id: &'a ActivationId,
    fingerprint: &'a str,
    hostname: Option<&'a str>,
    os: Option<&'a str>,
}

impl<'a> From<&'a Activation> for ActivationDetails<'a> {
    fn from(activation: &'a Activation) -> Self {
        Self {
            activation_id: &activation.id,
            fingerprint: activation.fingerprint.as_str(),
            hostname: activation.hostname.as_deref(),
            os: activation.os.as_deref(),
        }
    }
}

/// The limit that is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct LimitDetails {
    /// The largest number of active activations.
    pub activation_limit: u32,
}
