//! `POST /v1/checkout/sessions`: creates a session that sells one license of a key type, by a direct
//! charge on the seller's account.

use std::collections::HashMap;

use mintage_domain::base::email::Email;
use mintage_domain::base::id::SessionId;
use mintage_domain::base::money::Money;
use mintage_domain::ports::{CheckoutEnd, CheckoutRequest, CheckoutSession};
use serde::Deserialize;
use stripe_checkout::CheckoutSessionMode;
use stripe_checkout::checkout_session::{
    CreateCheckoutSession, CreateCheckoutSessionLineItems, CreateCheckoutSessionPaymentIntentData,
    ExpireCheckoutSession, RetrieveCheckoutSession,
};

use crate::metadata;

pub(crate) fn create(checkout: &CheckoutRequest) -> CreateCheckoutSession {
    let mut item = CreateCheckoutSessionLineItems::new();
    item.price = Some(checkout.price.to_string());
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

/// `POST /v1/checkout/sessions/{id}/expire`.
pub(crate) fn expire(session: &SessionId) -> ExpireCheckoutSession {
    ExpireCheckoutSession::new(session.as_str())
}

/// `GET /v1/checkout/sessions/{id}`.
pub(crate) fn retrieve(session: &SessionId) -> RetrieveCheckoutSession {
    RetrieveCheckoutSession::new(session.as_str())
}

/// A session that may have ended.
#[derive(Deserialize)]
pub(crate) struct Ended {
    status: Option<String>,
}

impl Ended {
    /// How the session ended; `None` if it is open.
    pub(crate) fn end(&self) -> Option<CheckoutEnd> {
        match self.status.as_deref() {
            Some("expired") => Some(CheckoutEnd::Expired),
            Some("complete") => Some(CheckoutEnd::Completed),
            _ => None,
        }
    }
}
