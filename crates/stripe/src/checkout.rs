//! `POST /v1/checkout/sessions`: creates a session that sells licenses, by a direct charge on the seller's
//! account.

use std::collections::HashMap;

use mintage_domain::base::email::Email;
use mintage_domain::base::id::SessionId;
use mintage_domain::base::money::Money;
use mintage_domain::model::catalog::sale::SessionOptions;
use mintage_domain::ports::{CheckoutLine, CheckoutRequest, CheckoutSession};
use serde::Deserialize;
use stripe_checkout::CheckoutSessionMode;
use stripe_checkout::checkout_session::{
    CreateCheckoutSession, CreateCheckoutSessionAutomaticTax, CreateCheckoutSessionInvoiceCreation,
    CreateCheckoutSessionLineItems, CreateCheckoutSessionManagedPayments,
    CreateCheckoutSessionPaymentIntentData, CreateCheckoutSessionTaxIdCollection,
};

use crate::metadata;

pub(crate) fn create(checkout: &CheckoutRequest) -> CreateCheckoutSession {
    // Stripe does not copy the metadata of a session to its payment, so both get them.
    let mut payment = CreateCheckoutSessionPaymentIntentData::new();
    payment.metadata = Some(metadata_of(checkout));
    // Stripe refuses a fee of 0, so it is omitted.
    payment.application_fee_amount = checkout.fee.map(Money::minor).filter(|&fee| fee > 0);

    let session = CreateCheckoutSession::new()
        .mode(CheckoutSessionMode::Payment)
        .line_items(checkout.lines.iter().map(line_item).collect::<Vec<_>>())
        .success_url(checkout.success_url.as_str())
        .cancel_url(checkout.cancel_url.as_str())
        .client_reference_id(checkout.order.as_str())
        .metadata(session_metadata(checkout))
        .payment_intent_data(payment);
    let session = with_options(session, checkout.options);
    match &checkout.buyer {
        Some(buyer) => session.customer_email(buyer.as_str()),
        None => session,
    }
}

fn line_item(line: &CheckoutLine) -> CreateCheckoutSessionLineItems {
    let mut item = CreateCheckoutSessionLineItems::new();
    item.price = Some(line.price.to_string());
    item.quantity = Some(u64::from(line.quantity.get()));
    item
}

/// Sends the switches that are on.
fn with_options(
    mut session: CreateCheckoutSession,
    options: SessionOptions,
) -> CreateCheckoutSession {
    if options.allow_promotion_codes {
        session = session.allow_promotion_codes(true);
    }
    if options.automatic_tax {
        session = session.automatic_tax(CreateCheckoutSessionAutomaticTax::new(true));
    }
    if options.tax_id_collection {
        session = session.tax_id_collection(CreateCheckoutSessionTaxIdCollection::new(true));
    }
    if options.invoice_creation {
        session = session.invoice_creation(CreateCheckoutSessionInvoiceCreation::new(true));
    }
    if options.managed_payments {
        let mut managed = CreateCheckoutSessionManagedPayments::new();
        managed.enabled = Some(true);
        session = session.managed_payments(managed);
    }
    session
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
