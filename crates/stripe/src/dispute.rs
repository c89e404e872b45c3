//! Disputes.

use mintage_domain::base::id::{DisputeId, PaymentIntentId};
use mintage_domain::model::stripe::event::DisputeFacts;
use serde::Deserialize;
use stripe_client_core::{RequestBuilder, StripeMethod, StripeRequest};

/// A dispute, in an answer or an event.
#[derive(Deserialize)]
pub(crate) struct Dispute {
    id: DisputeId,
    payment_intent: Option<PaymentIntentId>,
    status: String,
    amount: Option<i64>,
    reason: Option<String>,
}

/// Retrieves a dispute. The crate with Stripe's own request is not used for this one call.
pub(crate) struct Retrieve<'a>(pub(crate) &'a DisputeId);

impl StripeRequest for Retrieve<'_> {
    type Output = ();

    fn build(&self) -> RequestBuilder {
        RequestBuilder::new(StripeMethod::Get, format!("/disputes/{}", self.0))
    }
}

impl From<Dispute> for DisputeFacts {
    fn from(dispute: Dispute) -> Self {
        Self {
            id: dispute.id,
            payment_intent: dispute.payment_intent,
            status: dispute.status,
            amount: dispute.amount,
            reason: dispute.reason,
        }
    }
}
