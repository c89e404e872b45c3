//! The seller sets the webhook endpoint.

use serde_json::json;

use super::context::Seller;
use crate::step_error::{StepResult, check};

/// Creates the webhook endpoint and returns its signing secret.
///
/// # Errors
/// The server refuses the URL, or answers no signing secret.
pub(crate) async fn create(seller: &Seller<'_>, url: &str) -> StepResult<String> {
    let response = seller.put("/v1/webhook", &json!({ "url": url })).await?;
    let response = response.expect(200)?;
    let secret = response.text_at("/signingSecret")?;
    check(secret.starts_with("whsec_"), || {
        "the signing secret does not begin with whsec_".into()
    })?;
    Ok(secret)
}

/// Changes the URL of the webhook endpoint; the signing secret stays.
///
/// # Errors
/// The server refuses the URL.
pub(crate) async fn update(seller: &Seller<'_>, url: &str) -> StepResult<()> {
    let response = seller.put("/v1/webhook", &json!({ "url": url })).await?;
    response.expect(200).map(drop)
}
