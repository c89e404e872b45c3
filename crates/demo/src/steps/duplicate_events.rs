//! Stripe tells of one payment many times at once, as it may.

use serde_json::{Value, json};

use super::checkout::Payment;
use super::scene::Seller;
use crate::failure::{Outcome, hold};
use crate::waiting::{Inbox, until};

const COPIES: usize = 20;

/// Sends the paid event again and again, and holds that there is one license and that its key went
/// out once.
///
/// # Errors
/// When there is more than one of either, or the server does not take all copies.
pub(crate) async fn stays_one(
    seller: &Seller<'_>,
    inbox: &mut Inbox,
    payment: &Payment,
) -> Outcome<()> {
    let scene = seller.scene;
    let resend = format!("{}/_sim/events/{}/resend", scene.stripe, payment.event);
    let again = scene.client.post(resend).json(&json!({ "copies": COPIES }));
    again.send().await?.expect(200)?;
    let taken = until("the server to take every copy", async || {
        let tried = scene.behind_stripe("deliveries").await?;
        let taken = tried
            .iter()
            .filter(|one| one["event"] == *payment.event && is_taken(one));
        let taken = taken.count();
        // One more: the first, which minted.
        Ok((taken > COPIES).then_some(taken))
    })
    .await?;
    scene
        .client
        .found(format!("the event was taken {taken} times"));
    let licenses = seller.list("/v1/licenses").await?.len();
    hold(licenses == 1, || {
        format!("there are {licenses} licenses for one payment")
    })?;
    let told = seller.list("/v1/webhook/deliveries").await?;
    let told = told.iter().filter(|one| one["event"] == "license.created");
    let told = told.count();
    hold(told == 1, || {
        format!("there are {told} deliveries of license.created")
    })?;
    hold(inbox.waiting().is_none(), || {
        "the receiver got another delivery".into()
    })
}

fn is_taken(delivery: &Value) -> bool {
    let status = delivery["status"].as_u64();
    status.is_some_and(|status| (200..300).contains(&status))
}
