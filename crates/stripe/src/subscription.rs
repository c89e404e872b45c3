//! `/v1/subscriptions`, `/v1/invoices` and `/v1/invoice_payments`, in the shapes of all versions: endpoints
//! of a seller's own may send those of an older one.

use mintage_domain::base::id::{InvoiceId, PaymentIntentId, SubscriptionId};
use mintage_domain::model::stripe::subscription::{
    InvoiceFacts, SoldPrice, StripeSubscription, SubscriptionStatus,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use stripe_client_core::{RequestBuilder, StripeMethod};

use crate::metadata;

pub(crate) fn retrieve(id: &SubscriptionId) -> RequestBuilder {
    RequestBuilder::new(StripeMethod::Get, format!("/subscriptions/{id}"))
}

pub(crate) fn retrieve_invoice(id: &InvoiceId) -> RequestBuilder {
    let request = RequestBuilder::new(StripeMethod::Get, format!("/invoices/{id}"));
    request.query(&Expand {
        expand: ["payments"],
    })
}

pub(crate) fn find_payment(payment: &PaymentIntentId) -> RequestBuilder {
    RequestBuilder::new(StripeMethod::Get, "/invoice_payments").query(&OfPayment {
        limit: 1,
        payment: Payment {
            kind: "payment_intent",
            payment_intent: payment.as_str(),
        },
    })
}

#[derive(Serialize)]
struct Expand {
    expand: [&'static str; 1],
}

#[derive(Serialize)]
struct OfPayment<'a> {
    limit: u32,
    payment: Payment<'a>,
}

#[derive(Serialize)]
struct Payment<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    payment_intent: &'a str,
}

/// The payments of invoices that a payment made: one at most.
#[derive(Deserialize)]
pub(crate) struct InvoicePayments {
    data: Vec<InvoicePayment>,
}

impl InvoicePayments {
    /// The invoice that was paid.
    pub(crate) fn invoice(self) -> Option<InvoiceId> {
        let first = self.data.into_iter().next();
        first.and_then(|payment| id(&payment.invoice, InvoiceId::parse))
    }
}

#[derive(Deserialize)]
struct InvoicePayment {
    #[serde(default)]
    invoice: Value,
    #[serde(default)]
    payment: Value,
}

/// A subscription. Since version basil of the API, the period is in its items.
#[derive(Deserialize)]
pub(crate) struct Subscription {
    id: SubscriptionId,
    status: String,
    #[serde(default)]
    cancel_at_period_end: bool,
    cancel_at: Option<i64>,
    pause_collection: Option<Value>,
    current_period_start: Option<i64>,
    current_period_end: Option<i64>,
    #[serde(default)]
    items: List<Item>,
    #[serde(default)]
    latest_invoice: Value,
    metadata: Option<Value>,
}

#[derive(Deserialize)]
struct List<T> {
    data: Vec<T>,
}

impl<T> Default for List<T> {
    fn default() -> Self {
        Self { data: Vec::new() }
    }
}

#[derive(Deserialize)]
struct Item {
    current_period_start: Option<i64>,
    current_period_end: Option<i64>,
    price: Option<Price>,
}

#[derive(Deserialize)]
struct Price {
    #[serde(default)]
    metadata: Value,
}

impl From<Subscription> for StripeSubscription {
    fn from(subscription: Subscription) -> Self {
        let items = &subscription.items.data;
        let starts = items.iter().filter_map(|item| item.current_period_start);
        let ends = items.iter().filter_map(|item| item.current_period_end);
        let sold = items.iter().find_map(|item| sold(item.price.as_ref()?));
        // A status of a later version is none that ends or pauses anything.
        let status = SubscriptionStatus::parse(&subscription.status);
        let status = status.unwrap_or(SubscriptionStatus::Active);
        Self {
            status,
            period_start: starts.max().or(subscription.current_period_start),
            period_end: ends.max().or(subscription.current_period_end),
            cancels: subscription.cancel_at_period_end || subscription.cancel_at.is_some(),
            is_paused: status == SubscriptionStatus::Paused
                || subscription.pause_collection.is_some(),
            latest_invoice: id(&subscription.latest_invoice, InvoiceId::parse),
            sold,
            is_ours: subscription.metadata.as_ref().map(is_ours),
            id: subscription.id,
        }
    }
}

fn sold(price: &Price) -> Option<SoldPrice> {
    let sold = metadata::key_type(&price.metadata)?;
    Some(SoldPrice {
        tenant: sold.tenant,
        product: sold.product,
        key_type: sold.key_type,
    })
}

fn is_ours(metadata: &Value) -> bool {
    metadata::key_type(metadata).is_some()
}

/// The id of an object, which may be expanded.
fn id<T, E>(object: &Value, parse: impl FnOnce(&str) -> Result<T, E>) -> Option<T> {
    let text = object.as_str().or_else(|| object.get("id")?.as_str())?;
    parse(text).ok()
}

/// An invoice. Since version basil of the API, its subscription is in `parent` and its payment in
/// `payments`.
#[derive(Deserialize)]
pub(crate) struct Invoice {
    id: InvoiceId,
    status: Option<String>,
    #[serde(default)]
    paid: bool,
    created: Option<i64>,
    amount_paid: Option<i64>,
    currency: Option<String>,
    parent: Option<Parent>,
    #[serde(default)]
    subscription: Value,
    subscription_details: Option<Details>,
    #[serde(default)]
    payment_intent: Value,
    payments: Option<List<InvoicePayment>>,
    #[serde(default)]
    lines: List<Line>,
}

#[derive(Deserialize)]
struct Parent {
    subscription_details: Option<Details>,
}

#[derive(Deserialize)]
struct Details {
    #[serde(default)]
    subscription: Value,
    metadata: Option<Value>,
}

#[derive(Deserialize)]
struct Line {
    period: Option<Period>,
    #[serde(default)]
    proration: bool,
    #[serde(rename = "type")]
    kind: Option<String>,
    parent: Option<LineParent>,
}

#[derive(Deserialize)]
struct Period {
    end: i64,
}

#[derive(Deserialize)]
struct LineParent {
    subscription_item_details: Option<LineDetails>,
    invoice_item_details: Option<LineDetails>,
}

#[derive(Deserialize)]
struct LineDetails {
    #[serde(default)]
    proration: bool,
}

impl Line {
    /// The end of the period that the line bills; `None` for a proration and for an item that is no
    /// subscription.
    fn billed_until(&self) -> Option<i64> {
        let period = self.period.as_ref()?;
        let is_billed = match &self.parent {
            Some(parent) => match (
                &parent.subscription_item_details,
                &parent.invoice_item_details,
            ) {
                (Some(details), _) => !details.proration,
                (None, _) => false,
            },
            None => !self.proration && self.kind.as_deref() != Some("invoiceitem"),
        };
        is_billed.then_some(period.end)
    }
}

impl Invoice {
    /// The facts, of an invoice whose payment has just failed or not.
    pub(crate) fn facts(self, has_failed: bool) -> InvoiceFacts {
        let parent = self.parent.and_then(|parent| parent.subscription_details);
        let details = parent.or(self.subscription_details);
        let named = details.as_ref().map(|details| &details.subscription);
        let subscription = named
            .and_then(|named| id(named, SubscriptionId::parse))
            .or_else(|| id(&self.subscription, SubscriptionId::parse));
        let payments = self.payments.map(|list| list.data).unwrap_or_default();
        let intents = payments
            .iter()
            .filter_map(|it| it.payment.get("payment_intent"));
        let mut intents = intents.chain([&self.payment_intent]);
        let metadata = details.and_then(|details| details.metadata);
        InvoiceFacts {
            id: self.id,
            subscription,
            created: self.created,
            period_end: self.lines.data.iter().filter_map(Line::billed_until).max(),
            is_paid: self.paid || self.status.as_deref() == Some("paid"),
            has_failed,
            is_void: self.status.as_deref() == Some("void"),
            amount_paid: self.amount_paid,
            currency: self.currency,
            payment_intent: intents.find_map(|it| id(it, PaymentIntentId::parse)),
            is_ours: metadata.as_ref().map(is_ours),
        }
    }
}

#[cfg(test)]
mod tests;
