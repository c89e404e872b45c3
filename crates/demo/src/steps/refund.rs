//! The seller refunds the payment in Stripe's dashboard.

use serde_json::json;

use super::checkout::Payment;
use super::context::Context;
use crate::step_error::StepResult;

/// Refunds the whole payment.
///
/// # Errors
/// Stripe refuses the refund.
pub(crate) async fn in_full(context: &Context, payment: &Payment) -> StepResult<()> {
    let url = format!("{}/_sim/charges/{}/refund", context.stripe, payment.charge);
    let request = context.client.post(url).bearer(&context.control_token);
    let refund = request.json(&json!({})).send().await?;
    refund.expect(200).map(drop)
}
