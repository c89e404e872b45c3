//! The seller says where license events go.

use serde_json::json;

use super::scene::Seller;
use crate::failure::{Outcome, hold};

/// Sets the license webhook for the first time and returns its signing secret.
///
/// # Errors
/// When it is refused or no secret is made.
pub(crate) async fn set(seller: &Seller<'_>, url: &str) -> Outcome<String> {
    let answer = seller.put("/v1/webhook", &json!({ "url": url })).await?;
    let answer = answer.expect(200)?;
    let secret = answer.text_at("/signingSecret")?;
    hold(secret.starts_with("whsec_"), || {
        "the signing secret does not begin with whsec_".into()
    })?;
    Ok(secret)
}

/// Sets another address; the signing secret stays.
///
/// # Errors
/// When it is refused.
pub(crate) async fn move_to(seller: &Seller<'_>, url: &str) -> Outcome<()> {
    let answer = seller.put("/v1/webhook", &json!({ "url": url })).await?;
    answer.expect(200).map(drop)
}
