//! `POST /v1/checkout/sessions`: creates a session that sells one license of a key type, by a direct
//! charge on the seller's account.

use std::collections::HashMap;
use std::convert::Infallible;

use mintage_domain::base::email::Email;
use mintage_domain::base::id::SessionId;
use mintage_domain::base::mode::Mode;
use mintage_domain::base::money::Money;
use mintage_domain::ports::{CheckoutPrice, CheckoutRequest, CheckoutSession};
use serde::Deserialize;
use stripe_checkout::CheckoutSessionMode;
use stripe_checkout::checkout_session::{
    CreateCheckoutSession, CreateCheckoutSessionLineItems, CreateCheckoutSessionLineItemsPriceData,
    CreateCheckoutSessionPaymentIntentData, ExpireCheckoutSession, ProductData,
};
use stripe_types::Currency;

use crate::metadata;

pub(crate) fn create(checkout: &CheckoutRequest) -> CreateCheckoutSession {
    let mut item = CreateCheckoutSessionLineItems::new();
    match &checkout.price {
        CheckoutPrice::Existing(price) => item.price = Some(price.to_string()),
        CheckoutPrice::Inline { name, amount } => item.price_data = Some(price_data(name, *amount)),
    }
    item.quantity = Some(1);

    // Stripe does not copy the metadata of a session to its payment, so both get them.
    let mut payment = CreateCheckoutSessionPaymentIntentData::new();
    payment.metadata = Some(metadata_of(checkout));
    // Stripe refuses a fee of 0, so it is omitted.
    payment.application_fee_amount = checkout.fee.map(Money::minor).filter(|&fee| fee > 0);

    let session = CreateCheckoutSession::new()
        .mode(CheckoutSessionMode::Payment)
        .line_items(vec![item])
        .success_url(checkout.success_url.as_str())
        .cancel_url(checkout.cancel_url.as_str())
        .client_reference_id(checkout.order.as_str())
        .metadata(session_metadata(checkout))
        .payment_intent_data(payment);
    match &checkout.buyer {
        Some(buyer) => session.customer_email(buyer.as_str()),
        None => session,
    }
}

/// A price for one session, with its product.
fn price_data(name: &str, amount: Money) -> CreateCheckoutSessionLineItemsPriceData {
    let parsed: Result<Currency, Infallible> = amount.currency().as_str().parse();
    let Ok(currency) = parsed;
    let mut price = CreateCheckoutSessionLineItemsPriceData::new(currency);
    price.unit_amount = Some(amount.minor());
    price.product_data = Some(ProductData::new(name));
    price
}

/// Expires a session that does not exist. Stripe checks the key before it looks for the session.
pub(crate) fn expire_nothing(mode: Mode) -> ExpireCheckoutSession {
    let id = format!("cs_{}_mintage_probe", mode.key_infix());
    ExpireCheckoutSession::new(id.as_str())
}

/// The metadata of the session, with the signed copy of the order, which its payment need not have.
fn session_metadata(checkout: &CheckoutRequest) -> HashMap<String, String> {
    let mut entries = metadata_of(checkout);
    entries.extend(checkout.snapshot.clone());
    entries
}

fn metadata_of(checkout: &CheckoutRequest) -> HashMap<String, String> {
    let mut entries = metadata::of([
        (metadata::TENANT, checkout.tenant.as_str()),
        (metadata::PRODUCT, checkout.product.as_str()),
        (metadata::KEY_TYPE, checkout.key_type.as_str()),
    ]);
    let buyer = checkout.buyer.as_ref().map(Email::as_str);
    entries.extend(buyer.map(|buyer| (metadata::CUSTOMER_EMAIL.to_owned(), buyer.to_owned())));
    entries
}

#[derive(Deserialize)]
pub(crate) struct Session {
    id: SessionId,
    url: String,
}

impl From<Session> for CheckoutSession {
    fn from(session: Session) -> Self {
        Self {
            id: session.id,
            url: session.url,
        }
    }
}
