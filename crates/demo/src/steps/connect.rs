//! The seller connects the Stripe account, clicking through Stripe's pages as in a browser.

use serde_json::{Value, json};

use super::catalog::WARES;
use super::scene::Seller;
use crate::client::{Form, between};
use crate::failure::{Failure, Outcome, hold};

/// Connects a new sandbox account. Returns what stands on the last page: the checkout key, or none
/// when an earlier one goes on.
///
/// # Errors
/// When a page is not what it should be.
pub(crate) async fn connect(seller: &Seller<'_>) -> Outcome<Option<String>> {
    let client = &seller.scene.client;
    let wish = json!({ "mode": "sandbox" });
    let begun = seller
        .post("/v1/integrations/stripe/connect", &wish)
        .await?;
    let consent_url = begun.expect(200)?.text_at("/url")?;
    let consent = client.get(&consent_url).send().await?.expect(200)?;
    let form = Form::of(&consent.page())?.enter("decision", "connect")?;
    // The form has no action: it posts to the page's own address.
    let decided = client
        .post(&consent_url)
        .text(FORM, form.encoded())
        .send()
        .await?;
    let back = decided.redirect()?;
    hold(back.starts_with(&seller.scene.mintage), || {
        "Stripe sends the seller elsewhere than to the server".into()
    })?;
    let done = client.get(back).send().await?.expect(200)?;
    let key = between(&done.page(), "<code id=\"checkout-key\">", "</code>").map(str::to_owned);
    let status = seller.get("/v1/integrations/stripe/status").await?;
    let status = status.expect(200)?.json()?;
    hold(
        status["connected"] == true && status["mode"] == "sandbox",
        || format!("the connection's status is {status}"),
    )?;
    Ok(key)
}

/// The media type of a posted form.
pub(crate) const FORM: &str = "application/x-www-form-urlencoded";

/// [`connect`], the first time, when there must be a key.
///
/// # Errors
/// As [`connect`], and when the page shows no key of 64 hex digits.
pub(crate) async fn connect_first(seller: &Seller<'_>) -> Outcome<String> {
    let key = connect(seller).await?;
    let key = key.ok_or_else(|| Failure::new("the last page shows no checkout key"))?;
    let hex = key.len() == 64 && key.bytes().all(|byte| byte.is_ascii_hexdigit());
    hold(hex, || "the checkout key is not 64 hex digits".into())?;
    Ok(key)
}

/// Ends the connection, if there is one.
///
/// # Errors
/// When the server does something else.
pub(crate) async fn disconnect(seller: &Seller<'_>) -> Outcome<()> {
    let ended = seller.delete("/v1/integrations/stripe").await?;
    match ended.status() {
        // There was none: an earlier start got no further.
        409 => Ok(()),
        _ => ended.expect(204).map(drop),
    }
}

/// Lets Mintage make a Stripe product and price for every key type without one; how many it made.
///
/// # Errors
/// When Mintage or Stripe refuses.
pub(crate) async fn set_up_prices(seller: &Seller<'_>) -> Outcome<usize> {
    let path = "/v1/integrations/stripe/setup-prices";
    let made = seller.post(path, &json!({})).await?.expect(200)?.json()?;
    let made = made["created"].as_array().map_or(0, |created| {
        let with_price = |price: &&Value| price["stripePriceId"].is_string();
        created.iter().filter(with_price).count()
    });
    Ok(made)
}

/// [`set_up_prices`], the first time, when every ware must get one.
///
/// # Errors
/// As [`set_up_prices`], and when one was not made.
pub(crate) async fn set_up_first_prices(seller: &Seller<'_>) -> Outcome<()> {
    let made = set_up_prices(seller).await?;
    hold(made == WARES.len(), || {
        format!("{made} prices were made for {} key types", WARES.len())
    })
}
