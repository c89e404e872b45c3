//! The seller's backend opens checkouts, and a buyer pays one of them.

use serde_json::{Value, json};

use super::catalog::{KEY_TYPES, KeyType};
use super::connect::FORM;
use super::context::{BUYER, Context, PRODUCT, Seller, TENANT};
use crate::client::{Form, Response, between};
use crate::step_error::{StepError, StepResult, check};

/// An open checkout.
pub(crate) struct Checkout {
    pub(crate) key_type: &'static KeyType,
    url: String,
    /// `cs_test_...`
    pub(crate) session: String,
}

const SUCCESS_URL: &str = "https://shop.example/thanks";

/// Opens a checkout for every key type and checks the fee of each.
///
/// # Errors
/// The server refuses a checkout, or its fee is wrong.
pub(crate) async fn open_all(context: &Context, checkout_key: &str) -> StepResult<Vec<Checkout>> {
    let mut checkouts = Vec::with_capacity(KEY_TYPES.len());
    for key_type in &KEY_TYPES {
        checkouts.push(open(context, checkout_key, key_type).await?);
    }
    Ok(checkouts)
}

async fn open(
    context: &Context,
    checkout_key: &str,
    key_type: &'static KeyType,
) -> StepResult<Checkout> {
    let body = json!({
        "product_id": PRODUCT,
        "key_type_id": key_type.id,
        "success_url": SUCCESS_URL,
        "cancel_url": "https://shop.example/pricing",
        "customer_email": BUYER,
    });
    let url = format!("{}/api/{TENANT}/checkout", context.mintage);
    let request = context.client.post(url).bearer(checkout_key);
    let url = request
        .json(&body)
        .send()
        .await?
        .expect(200)?
        .text_at("/url")?;
    let session = url.rsplit('/').next().unwrap_or_default();
    let session = session.split(['?', '#']).next().unwrap_or_default();
    let checkout = Checkout {
        key_type,
        session: session.to_owned(),
        url: url.clone(),
    };
    let fee = requested_fee(context, key_type).await?;
    check(fee == key_type.fee_cents, || {
        let (cents, expected) = (key_type.cents, key_type.fee_cents);
        format!("the fee on {cents} cents is {fee}, not {expected}")
    })?;
    Ok(checkout)
}

/// The fee in cents of the last session that Mintage has created at Stripe, which must be for this key type.
async fn requested_fee(context: &Context, key_type: &KeyType) -> StepResult<u32> {
    let requests = context.simulator_records("requests").await?;
    let posted = requests
        .iter()
        .filter(|request| request["method"] == "POST");
    let last = posted
        .rev()
        .find(|request| request["path"] == "/v1/checkout/sessions")
        .ok_or_else(|| StepError::new("Mintage has created no session at Stripe"))?;
    let params = &last["params"];
    check(params["metadata[key_type_id]"] == key_type.id, || {
        format!(
            "the session at Stripe is for another key type than {}",
            key_type.id
        )
    })?;
    let fee = params["payment_intent_data[application_fee_amount]"].as_str();
    // Mintage omits a fee of 0.
    let fee = fee.unwrap_or("0");
    let cents = key_type.cents;
    context.client.note(format_args!(
        "the session takes a fee of {fee} cents of {cents}"
    ));
    fee.parse().map_err(StepError::cannot("read the fee"))
}

/// Enters a card without funds, and checks that the page declines the card and nothing is minted.
///
/// # Errors
/// The page accepts the card, or there is a license.
pub(crate) async fn pay_with_declined_card(
    seller: &Seller<'_>,
    checkout: &Checkout,
) -> StepResult<()> {
    let response = enter_card(seller.context, checkout, "4000000000009995").await?;
    let page = response.expect(200)?.page();
    let message = between(&page, "role=\"alert\">", "<").unwrap_or_default();
    check(message.contains("insufficient funds"), || {
        format!("the page says “{message}” and not “insufficient funds”")
    })?;
    seller.context.client.note(message);
    let licenses = seller.list("/v1/licenses").await?;
    check(licenses.is_empty(), || {
        "a license was minted without a payment".into()
    })
}

/// Pays with a card that is accepted, and checks that the buyer is redirected to the seller's page.
///
/// # Errors
/// The page declines the card, or redirects elsewhere.
pub(crate) async fn pay(context: &Context, checkout: &Checkout) -> StepResult<()> {
    let response = enter_card(context, checkout, "4242424242424242").await?;
    check(response.redirect()?.starts_with(SUCCESS_URL), || {
        "the buyer is not redirected to the success page".into()
    })
}

async fn enter_card(context: &Context, checkout: &Checkout, number: &str) -> StepResult<Response> {
    let page = context
        .client
        .get(&checkout.url)
        .send()
        .await?
        .expect(200)?;
    let form = Form::of(&page.page())?.enter("card_number", number)?;
    context
        .client
        .post(&checkout.url)
        .text(FORM, form.encoded())
        .send()
        .await
}

/// A payment at Stripe.
pub(crate) struct Payment {
    /// `ch_...`
    pub(crate) charge: String,
    /// The id of the event of the payment.
    pub(crate) event: String,
}

/// Gets the payment from Stripe, with the seller's own key, and checks its fee.
///
/// # Errors
/// There is no payment, or its fee is wrong.
pub(crate) async fn get_payment(context: &Context, checkout: &Checkout) -> StepResult<Payment> {
    let events = context.simulator_records("events").await?;
    let paid = events.iter().find(|event| {
        event["type"] == "checkout.session.completed"
            && event["data"]["object"]["id"] == *checkout.session
    });
    let paid = paid.ok_or_else(|| StepError::new("there is no payment at Stripe"))?;
    let accounts = context.simulator_records("accounts").await?;
    let mut accounts = accounts.iter();
    let seller = accounts.find(|account| account["id"] == paid["account"]);
    let key = seller.map_or(&Value::Null, |seller| &seller["test"]["secret_key"]);
    let intent = text(&paid["data"]["object"]["payment_intent"])?;
    let intent = format!("{}/v1/payment_intents/{intent}", context.stripe);
    let intent = context.client.get(intent).bearer(text(key)?).send().await?;
    let intent = intent.expect(200)?.json()?;
    let fee = &intent["application_fee_amount"];
    check(*fee == checkout.key_type.fee_cents, || {
        format!(
            "Stripe took a fee of {fee} cents, not {}",
            checkout.key_type.fee_cents
        )
    })?;
    Ok(Payment {
        charge: text(&intent["latest_charge"])?.to_owned(),
        event: text(&paid["id"])?.to_owned(),
    })
}

fn text(value: &Value) -> StepResult<&str> {
    let text = value.as_str();
    text.ok_or_else(|| StepError::new("a field of the payment at Stripe is missing"))
}
