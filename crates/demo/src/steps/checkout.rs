//! The seller's backend opens checkouts, and a buyer pays one.

use serde_json::{Value, json};

use super::catalog::{WARES, Ware};
use super::connect::FORM;
use super::scene::{BUYER, PRODUCT, Scene, Seller, TENANT};
use crate::client::{Answer, Form, between};
use crate::failure::{Failure, Outcome, hold};

/// A checkout that waits for its buyer.
pub(crate) struct Opened {
    pub(crate) ware: &'static Ware,
    url: String,
    /// `cs_test_...`
    pub(crate) session: String,
}

const SUCCESS_URL: &str = "https://shop.example/thanks";

/// Opens a checkout for every ware and holds that each carries its fee.
///
/// # Errors
/// When one is refused or its fee is wrong.
pub(crate) async fn open_all(scene: &Scene, checkout_key: &str) -> Outcome<Vec<Opened>> {
    let mut opened = Vec::with_capacity(WARES.len());
    for ware in &WARES {
        opened.push(open(scene, checkout_key, ware).await?);
    }
    Ok(opened)
}

async fn open(scene: &Scene, checkout_key: &str, ware: &'static Ware) -> Outcome<Opened> {
    let order = json!({
        "product_id": PRODUCT,
        "key_type_id": ware.key_type,
        "success_url": SUCCESS_URL,
        "cancel_url": "https://shop.example/pricing",
        "customer_email": BUYER,
    });
    let url = format!("{}/api/{TENANT}/checkout", scene.mintage);
    let request = scene.client.post(url).bearer(checkout_key);
    let url = request
        .json(&order)
        .send()
        .await?
        .expect(200)?
        .text_at("/url")?;
    let session = url.rsplit('/').next().unwrap_or_default();
    let session = session.split(['?', '#']).next().unwrap_or_default();
    let opened = Opened {
        ware,
        session: session.to_owned(),
        url: url.clone(),
    };
    let fee = fee_asked(scene, ware).await?;
    hold(fee == ware.fee_cents, || {
        let (cents, right) = (ware.cents, ware.fee_cents);
        format!("of {cents} cents the fee is {fee}, not {right}")
    })?;
    Ok(opened)
}

/// The fee in cents of the last session that Stripe was asked for, which must be one for this ware.
async fn fee_asked(scene: &Scene, ware: &Ware) -> Outcome<u32> {
    let requests = scene.behind_stripe("requests").await?;
    let posted = requests
        .iter()
        .filter(|request| request["method"] == "POST");
    let last = posted
        .rev()
        .find(|request| request["path"] == "/v1/checkout/sessions")
        .ok_or_else(|| Failure::new("Stripe was never asked for a session"))?;
    let asked = &last["params"];
    hold(asked["metadata[key_type_id]"] == ware.key_type, || {
        format!(
            "Stripe was asked for another key type than {}",
            ware.key_type
        )
    })?;
    let fee = asked["payment_intent_data[application_fee_amount]"].as_str();
    // A fee of nothing is left out.
    let fee = fee.unwrap_or("0");
    let cents = ware.cents;
    scene.client.found(format_args!(
        "Stripe was told to take {fee} cents of {cents}"
    ));
    fee.parse().map_err(Failure::to("read the fee"))
}

/// A buyer tries a card without money: the page says so, and nothing is minted.
///
/// # Errors
/// When the page takes the card, or a license appears.
pub(crate) async fn be_declined(seller: &Seller<'_>, opened: &Opened) -> Outcome<()> {
    let answer = enter_card(seller.scene, opened, "4000000000009995").await?;
    let page = answer.expect(200)?.page();
    let sentence = between(&page, "role=\"alert\">", "<").unwrap_or_default();
    hold(sentence.contains("insufficient funds"), || {
        format!("the page does not tell of insufficient funds, but “{sentence}”")
    })?;
    seller.scene.client.found(sentence);
    let licenses = seller.list("/v1/licenses").await?;
    hold(licenses.is_empty(), || {
        "a license was minted without a payment".into()
    })
}

/// The buyer pays with a good card and is sent to the seller's page.
///
/// # Errors
/// When the page refuses it.
pub(crate) async fn pay(scene: &Scene, opened: &Opened) -> Outcome<()> {
    let answer = enter_card(scene, opened, "4242424242424242").await?;
    hold(answer.redirect()?.starts_with(SUCCESS_URL), || {
        "the buyer is sent elsewhere than to the success page".into()
    })
}

async fn enter_card(scene: &Scene, opened: &Opened, number: &str) -> Outcome<Answer> {
    let page = scene.client.get(&opened.url).send().await?.expect(200)?;
    let form = Form::of(&page.page())?.enter("card_number", number)?;
    scene
        .client
        .post(&opened.url)
        .text(FORM, form.encoded())
        .send()
        .await
}

/// What the seller sees of the payment in Stripe's dashboard.
pub(crate) struct Payment {
    /// `ch_...`
    pub(crate) charge: String,
    /// The event that told of it.
    pub(crate) event: String,
}

/// Looks the payment up at Stripe, with the seller's own key, and holds that the fee was taken.
///
/// # Errors
/// When it is not there or its fee is wrong.
pub(crate) async fn look_up(scene: &Scene, opened: &Opened) -> Outcome<Payment> {
    let events = scene.behind_stripe("events").await?;
    let paid = events.iter().find(|event| {
        event["type"] == "checkout.session.completed"
            && event["data"]["object"]["id"] == *opened.session
    });
    let paid = paid.ok_or_else(|| Failure::new("Stripe tells of no payment"))?;
    let accounts = scene.behind_stripe("accounts").await?;
    let mut accounts = accounts.iter();
    let seller = accounts.find(|account| account["id"] == paid["account"]);
    let key = seller.map_or(&Value::Null, |seller| &seller["test"]["secret_key"]);
    let intent = text(&paid["data"]["object"]["payment_intent"])?;
    let intent = format!("{}/v1/payment_intents/{intent}", scene.stripe);
    let intent = scene.client.get(intent).bearer(text(key)?).send().await?;
    let intent = intent.expect(200)?.json()?;
    let fee = &intent["application_fee_amount"];
    hold(*fee == opened.ware.fee_cents, || {
        format!(
            "Stripe took a fee of {fee} cents, not {}",
            opened.ware.fee_cents
        )
    })?;
    Ok(Payment {
        charge: text(&intent["latest_charge"])?.to_owned(),
        event: text(&paid["id"])?.to_owned(),
    })
}

fn text(value: &Value) -> Outcome<&str> {
    let text = value.as_str();
    text.ok_or_else(|| Failure::new("what Stripe tells of the payment is incomplete"))
}
