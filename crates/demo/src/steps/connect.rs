//! The seller connects a Stripe account on Stripe's pages, as in a browser.

use serde_json::{Value, json};

use super::catalog::KEY_TYPES;
use super::context::Seller;
use crate::client::{Form, between};
use crate::step_error::{StepError, StepResult, check};

/// Connects a new sandbox account. Returns the checkout key on the last page; `None` if an earlier checkout
/// key stays valid.
///
/// # Errors
/// A page or an answer is not as documented.
pub(crate) async fn connect(seller: &Seller<'_>) -> StepResult<Option<String>> {
    let client = &seller.context.client;
    let body = json!({ "mode": "sandbox" });
    let started = seller
        .post("/v1/integrations/stripe/connect", &body)
        .await?;
    let link = started.expect(200)?.text_at("/url")?;
    let start = client.get(link).send().await?.expect(200)?;
    let cookie = start.cookie()?;
    let consent_url = Form::of(&start.page())?.followed()?;
    let consent = client.get(&consent_url).send().await?.expect(200)?;
    let form = Form::of(&consent.page())?.enter("decision", "connect")?;
    // The form has no action, so a browser posts it to the URL of the page.
    let confirmed = client
        .post(&consent_url)
        .text(FORM, form.encoded())
        .send()
        .await?;
    let callback_url = confirmed.redirect()?;
    check(callback_url.starts_with(&seller.context.mintage), || {
        "Stripe does not redirect the seller to the server".into()
    })?;
    let linked = client
        .get(callback_url)
        .header("Cookie", &cookie)
        .send()
        .await?;
    let page = client.get(linked.redirect()?).header("Cookie", &cookie);
    let done = page.send().await?.expect(200)?;
    let key = between(&done.page(), "<code id=\"checkout-key\">", "</code>").map(str::to_owned);
    let status = seller.get("/v1/integrations/stripe/status").await?;
    let status = status.expect(200)?.json()?;
    check(
        status["connected"] == true && status["mode"] == "sandbox",
        || format!("the connection's status is {status}"),
    )?;
    Ok(key)
}

/// The media type of a posted form.
pub(crate) const FORM: &str = "application/x-www-form-urlencoded";

/// [`connect`] for a tenant without a checkout key.
///
/// # Errors
/// As [`connect`], or the page shows no checkout key of 64 hex digits.
pub(crate) async fn connect_first(seller: &Seller<'_>) -> StepResult<String> {
    let key = connect(seller).await?;
    let key = key.ok_or_else(|| StepError::new("the last page shows no checkout key"))?;
    let hex = key.len() == 64 && key.bytes().all(|byte| byte.is_ascii_hexdigit());
    check(hex, || "the checkout key is not 64 hex digits".into())?;
    Ok(key)
}

/// Disconnects the account, if one is connected.
///
/// # Errors
/// The server answers anything else.
pub(crate) async fn disconnect(seller: &Seller<'_>) -> StepResult<()> {
    let response = seller.delete("/v1/integrations/stripe").await?;
    match response.status() {
        // An earlier start ended before it connected an account.
        409 => Ok(()),
        _ => response.expect(204).map(drop),
    }
}

/// Creates a Stripe product and price for every key type without one, and returns how many prices were
/// created.
///
/// # Errors
/// Mintage or Stripe refuses.
pub(crate) async fn set_up_prices(seller: &Seller<'_>) -> StepResult<usize> {
    let path = "/v1/integrations/stripe/setup-prices";
    let body = seller.post(path, &json!({})).await?.expect(200)?.json()?;
    let created = body["created"].as_array().map_or(0, |created| {
        let with_price = |price: &&Value| price["stripePriceId"].is_string();
        created.iter().filter(with_price).count()
    });
    Ok(created)
}

/// [`set_up_prices`] for a new catalog, where every key type must get a price.
///
/// # Errors
/// As [`set_up_prices`], or a price was not created.
pub(crate) async fn set_up_first_prices(seller: &Seller<'_>) -> StepResult<()> {
    let created = set_up_prices(seller).await?;
    check(created == KEY_TYPES.len(), || {
        format!(
            "{created} prices were created for {} key types",
            KEY_TYPES.len()
        )
    })
}
