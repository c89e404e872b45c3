//! The seller gives the money back in Stripe's dashboard.

use serde_json::json;

use super::checkout::Payment;
use super::scene::Scene;
use crate::failure::Outcome;

/// Refunds the whole payment.
///
/// # Errors
/// When Stripe refuses.
pub(crate) async fn in_full(scene: &Scene, payment: &Payment) -> Outcome<()> {
    let url = format!("{}/_sim/charges/{}/refund", scene.stripe, payment.charge);
    let refund = scene.client.post(url).json(&json!({})).send().await?;
    refund.expect(200).map(drop)
}
