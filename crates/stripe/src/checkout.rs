//! `POST /v1/checkout/sessions`: creates a session that sells licenses, by a direct charge or by a subscription
//! on the seller's account.

use std::collections::HashMap;
use std::convert::Infallible;

use mintage_domain::base::email::Email;
use mintage_domain::base::id::SessionId;
use mintage_domain::base::mode::Mode;
use mintage_domain::base::money::Money;
use mintage_domain::model::catalog::sale::SessionOptions;
use mintage_domain::ports::{
    CheckoutEnd, CheckoutLine, CheckoutPrice, CheckoutRequest, CheckoutSession, NewSubscription,
};
use serde::Deserialize;
use stripe_checkout::CheckoutSessionMode;
use stripe_checkout::checkout_session::{
    CreateCheckoutSession, CreateCheckoutSessionAutomaticTax, CreateCheckoutSessionInvoiceCreation,
    CreateCheckoutSessionLineItems, CreateCheckoutSessionLineItemsPriceData,
    CreateCheckoutSessionManagedPayments, CreateCheckoutSessionPaymentIntentData,
    CreateCheckoutSessionSubscriptionData, CreateCheckoutSessionTaxIdCollection,
    ExpireCheckoutSession, ListLineItemsCheckoutSession, ProductData, RetrieveCheckoutSession,
};
use stripe_types::Currency;

use crate::metadata;

/// The most objects that Stripe puts on a page, and the most lines of a session.
const MAX_LINES: i64 = 100;

pub(crate) fn create(checkout: &CheckoutRequest) -> CreateCheckoutSession {
    let session = CreateCheckoutSession::new()
        .line_items(checkout.lines.iter().map(line_item).collect::<Vec<_>>())
        .success_url(checkout.success_url.as_str())
        .cancel_url(checkout.cancel_url.as_str())
        .client_reference_id(checkout.order.as_str())
        .metadata(session_metadata(checkout));
    // Stripe does not copy the metadata of a session to its payment or its subscription, so both get them.
    let session = match checkout.subscription {
        Some(subscription) => session
            .mode(CheckoutSessionMode::Subscription)
            .subscription_data(subscription_data(checkout, subscription)),
        None => session
            .mode(CheckoutSessionMode::Payment)
            .payment_intent_data(payment_data(checkout)),
    };
    let session = with_options(session, checkout.options, checkout.subscription.is_some());
    match &checkout.buyer {
        Some(buyer) => session.customer_email(buyer.as_str()),
        None => session,
    }
}

fn line_item(line: &CheckoutLine) -> CreateCheckoutSessionLineItems {
    let mut item = CreateCheckoutSessionLineItems::new();
    match &line.price {
        CheckoutPrice::Existing(price) => item.price = Some(price.to_string()),
        CheckoutPrice::Inline { name, amount } => item.price_data = Some(price_data(name, *amount)),
    }
    item.quantity = Some(u64::from(line.quantity.get()));
    item
}

/// Sends the switches that are on.
fn with_options(
    mut session: CreateCheckoutSession,
    options: SessionOptions,
    recurs: bool,
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
    // Stripe writes the invoices of a subscription anyway, and refuses the switch.
    if options.invoice_creation && !recurs {
        session = session.invoice_creation(CreateCheckoutSessionInvoiceCreation::new(true));
    }
    if options.managed_payments {
        let mut managed = CreateCheckoutSessionManagedPayments::new();
        managed.enabled = Some(true);
        session = session.managed_payments(managed);
    }
    session
}

fn payment_data(checkout: &CheckoutRequest) -> CreateCheckoutSessionPaymentIntentData {
    let mut payment = CreateCheckoutSessionPaymentIntentData::new();
    payment.metadata = Some(metadata_of(checkout));
    // Stripe refuses a fee of 0, so it is omitted.
    payment.application_fee_amount = checkout.fee.map(Money::minor).filter(|&fee| fee > 0);
    payment
}

fn subscription_data(
    checkout: &CheckoutRequest,
    new: NewSubscription,
) -> CreateCheckoutSessionSubscriptionData {
    let mut data = CreateCheckoutSessionSubscriptionData::new();
    data.metadata = Some(metadata_of(checkout));
    let percent = (new.fee.get() > 0).then(|| f64::from(new.fee.get()) / 100.0);
    data.application_fee_percent = percent;
    data.trial_period_days = (new.trial_days > 0).then(|| u32::from(new.trial_days));
    data
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

/// `POST /v1/checkout/sessions/{id}/expire`.
pub(crate) fn expire(session: &SessionId) -> ExpireCheckoutSession {
    ExpireCheckoutSession::new(session.as_str())
}

/// `GET /v1/checkout/sessions/{id}`.
pub(crate) fn retrieve(session: &SessionId) -> RetrieveCheckoutSession {
    RetrieveCheckoutSession::new(session.as_str())
}

/// `GET /v1/checkout/sessions/{id}/line_items`, whose answer has the form of the `line_items` of a session.
pub(crate) fn lines(session: &SessionId) -> ListLineItemsCheckoutSession {
    ListLineItemsCheckoutSession::new(session.as_str()).limit(MAX_LINES)
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
