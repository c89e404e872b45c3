//! Stripe sends the event of one payment many times at once.

use serde_json::{Value, json};

use super::checkout::Payment;
use super::context::Seller;
use crate::step_error::{StepResult, check};
use crate::wait::{Inbox, wait_until};

const COPIES: usize = 20;

/// Sends copies of the payment event, and checks that there is one license and one delivery of its key.
///
/// # Errors
/// There is more than one license or delivery, or the server does not accept every copy.
pub(crate) async fn are_ignored(
    seller: &Seller<'_>,
    inbox: &mut Inbox,
    payment: &Payment,
) -> StepResult<()> {
    let context = seller.context;
    let resend = format!("{}/_sim/events/{}/resend", context.stripe, payment.event);
    let request = context
        .client
        .post(resend)
        .bearer(&context.control_token)
        .json(&json!({ "copies": COPIES }));
    request.send().await?.expect(200)?;
    let accepted = wait_until("the server to accept every copy", async || {
        let attempts = context.simulator_records("deliveries").await?;
        let accepted = attempts
            .iter()
            .filter(|attempt| attempt["event"] == *payment.event && is_accepted(attempt));
        let accepted = accepted.count();
        // The copies, and the event that minted the license.
        Ok((accepted > COPIES).then_some(accepted))
    })
    .await?;
    context
        .client
        .note(format!("the server accepted the event {accepted} times"));
    let licenses = seller.list("/v1/licenses").await?.len();
    check(licenses == 1, || {
        format!("there are {licenses} licenses for one payment")
    })?;
    let deliveries = seller.list("/v1/webhook/deliveries").await?;
    let created = deliveries
        .iter()
        .filter(|delivery| delivery["event"] == "license.created");
    let created = created.count();
    check(created == 1, || {
        format!("there are {created} deliveries of license.created")
    })?;
    check(!inbox.has("license.created"), || {
        "the receiver got license.created again".into()
    })
}

fn is_accepted(attempt: &Value) -> bool {
    let status = attempt["status"].as_u64();
    status.is_some_and(|status| (200..300).contains(&status))
}
