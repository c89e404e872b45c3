//! Parsing Stripe's events. Fields that are not used may have any value.

use std::collections::BTreeMap;

use mintage_domain::base::id::{
    InvoiceId, PaymentIntentId, PayoutId, RefundId, SessionId, StripeAccountId, StripeEventId,
    SubscriptionId,
};
use mintage_domain::base::stripe_value::StripeObjectId;
use mintage_domain::base::time::Timestamp;
use mintage_domain::model::sales::order_snapshot;
use mintage_domain::model::stripe::event::{
    EventData, PaymentStatus, PayoutFacts, RefundFacts, RefundReport, SessionDiscount,
    SessionFacts, StripeEvent,
};
use mintage_domain::model::stripe::subscription::{
    InvoiceFacts, StripeSubscription, SubscriptionStatus,
};
use mintage_domain::ports::WebhookError;
use serde::Deserialize;
use serde_json::Value;

use crate::dispute::Dispute;

use crate::subscription::{Invoice, Subscription};

/// The largest length of an event type, in bytes.
const MAX_KIND: usize = 255;

/// What tells the two generations of events apart.
#[derive(Deserialize)]
struct Generation {
    object: Option<String>,
}

#[derive(Deserialize)]
struct Event {
    id: StripeEventId,
    #[serde(rename = "type")]
    kind: String,
    account: Option<StripeAccountId>,
    livemode: bool,
    created: Option<i64>,
    #[serde(default)]
    data: Value,
}

/// The value of `object` in an event of version 2.
const THIN: &str = "v2.core.event";

/// An event of version 2, which an event destination sends: it names an object and does not contain it.
#[derive(Deserialize)]
struct ThinEvent {
    id: StripeEventId,
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    livemode: bool,
}

#[derive(Deserialize)]
struct Session {
    id: SessionId,
    payment_status: String,
    amount_subtotal: Option<i64>,
    amount_total: Option<i64>,
    currency: Option<String>,
    customer_details: Option<CustomerDetails>,
    customer_email: Option<String>,
    payment_intent: Option<PaymentIntentId>,
    subscription: Option<SubscriptionId>,
    invoice: Option<InvoiceId>,
    #[serde(default)]
    metadata: Value,
    mode: Option<String>,
    #[serde(default)]
    payment_link: Value,
    #[serde(default)]
    line_items: Value,
    total_details: Option<TotalDetails>,
    discounts: Option<Vec<Discount>>,
}

#[derive(Deserialize)]
struct TotalDetails {
    amount_discount: Option<i64>,
}

/// A discount of a session. Its promotion code is an id, or an object where it is expanded.
#[derive(Deserialize)]
struct Discount {
    #[serde(default)]
    promotion_code: Value,
}

#[derive(Deserialize)]
struct CustomerDetails {
    email: Option<String>,
    name: Option<String>,
}

#[derive(Deserialize)]
struct Identified {
    id: SessionId,
}

#[derive(Deserialize)]
struct Charge {
    payment_intent: Option<PaymentIntentId>,
    /// Until version basil of the API.
    invoice: Option<InvoiceId>,
    amount: Option<i64>,
    amount_refunded: i64,
    currency: Option<String>,
    refunded: bool,
}

#[derive(Deserialize)]
struct Refund {
    id: RefundId,
    payment_intent: Option<PaymentIntentId>,
    amount: i64,
    currency: Option<String>,
    status: Option<String>,
}

#[derive(Deserialize)]
struct Payout {
    id: PayoutId,
    amount: i64,
    currency: String,
    arrival_date: Option<i64>,
    failure_code: Option<String>,
    failure_message: Option<String>,
}

impl Payout {
    fn facts(self, failed: bool) -> PayoutFacts {
        let short = |text: String| text.chars().take(MAX_KIND).collect();
        PayoutFacts {
            id: self.id,
            amount: self.amount,
            currency: short(self.currency),
            failed,
            arrival: self.arrival_date,
            failure_code: self.failure_code.map(short),
            failure_message: self.failure_message.map(short),
        }
    }
}

/// Parses the body of a webhook request. An event of a type that is not used becomes
/// [`EventData::Other`], whatever its data; an event of a used type must have the used fields.
pub(crate) fn read(body: &[u8]) -> Result<StripeEvent, WebhookError> {
    let generation: Generation = parse(body)?;
    if generation.object.as_deref() == Some(THIN) {
        return read_thin(body);
    }
    let event: Event = parse(body)?;
    if !is_kind(&event.kind) {
        return Err(WebhookError::NotAnEvent);
    }
    let at = event.created.and_then(Timestamp::from_unix_seconds);
    let data = event_data(&event.kind, at, event.data).map_err(|_| WebhookError::NotAnEvent)?;
    Ok(StripeEvent {
        id: event.id,
        kind: event.kind,
        account: event.account,
        livemode: event.livemode,
        data,
    })
}

fn parse<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, WebhookError> {
    serde_json::from_slice(body).map_err(|_| WebhookError::NotAnEvent)
}

/// Parses an event of version 2. It has no effects: the Connect endpoint, which hears of the same change,
/// sends the object too. Stripe gets an answer of success, so that it does not send the event again.
fn read_thin(body: &[u8]) -> Result<StripeEvent, WebhookError> {
    let event: ThinEvent = parse(body)?;
    if !is_kind(&event.kind) {
        return Err(WebhookError::NotAnEvent);
    }
    Ok(StripeEvent {
        id: event.id,
        kind: event.kind,
        account: None,
        livemode: event.livemode,
        data: EventData::Other,
    })
}

fn is_kind(text: &str) -> bool {
    (1..=MAX_KIND).contains(&text.len())
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'))
}

/// The types of the events that Mintage reads.
pub(crate) const READ: [&str; 26] = [
    "account.application.deauthorized",
    "account.updated",
    "charge.dispute.closed",
    "charge.dispute.created",
    "charge.dispute.funds_reinstated",
    "charge.dispute.funds_withdrawn",
    "charge.dispute.updated",
    "charge.refund.updated",
    "charge.refunded",
    "checkout.session.async_payment_failed",
    "checkout.session.async_payment_succeeded",
    "checkout.session.completed",
    "checkout.session.expired",
    "customer.subscription.deleted",
    "customer.subscription.paused",
    "customer.subscription.resumed",
    "customer.subscription.updated",
    "invoice.marked_uncollectible",
    "invoice.paid",
    "invoice.payment_failed",
    "invoice.voided",
    "payout.failed",
    "payout.paid",
    "refund.created",
    "refund.failed",
    "refund.updated",
];

/// The types of the events that have an effect at an endpoint of a seller's own.
pub(crate) fn own_kinds() -> impl Iterator<Item = &'static str> {
    let read = READ.into_iter();
    read.filter(|kind| !kind.starts_with("account.") && !kind.starts_with("payout."))
}

fn event_data(kind: &str, at: Option<Timestamp>, mut data: Value) -> serde_json::Result<EventData> {
    let object = data.get_mut("object").map(Value::take).unwrap_or_default();
    Ok(match kind {
        "checkout.session.completed" | "checkout.session.async_payment_succeeded" => {
            EventData::SessionCompleted(Session::deserialize(object)?.facts(at))
        }
        "checkout.session.async_payment_failed" => {
            EventData::SessionPaymentFailed(Identified::deserialize(object)?.id)
        }
        "checkout.session.expired" => {
            EventData::SessionExpired(Identified::deserialize(object)?.id)
        }
        "charge.refunded" => EventData::Refund(Charge::deserialize(object)?.facts(at)),
        "refund.created" | "refund.updated" | "refund.failed" | "charge.refund.updated" => {
            EventData::Refund(Refund::deserialize(object)?.facts(at))
        }
        "invoice.paid" => EventData::Invoice(InvoiceFacts {
            is_paid: true,
            ..Invoice::deserialize(object)?.facts(false)
        }),
        "invoice.payment_failed" | "invoice.marked_uncollectible" => {
            EventData::Invoice(Invoice::deserialize(object)?.facts(true))
        }
        "invoice.voided" => EventData::Invoice(InvoiceFacts {
            is_void: true,
            ..Invoice::deserialize(object)?.facts(false)
        }),
        "customer.subscription.deleted" => EventData::Subscription(StripeSubscription {
            status: SubscriptionStatus::Canceled,
            ..Subscription::deserialize(object)?.into()
        }),
        "customer.subscription.updated"
        | "customer.subscription.paused"
        | "customer.subscription.resumed" => {
            EventData::Subscription(Subscription::deserialize(object)?.into())
        }
        "charge.dispute.created"
        | "charge.dispute.updated"
        | "charge.dispute.closed"
        | "charge.dispute.funds_withdrawn"
        | "charge.dispute.funds_reinstated" => {
            EventData::Dispute(Dispute::deserialize(object)?.into())
        }
        "account.updated" => EventData::AccountUpdated,
        "payout.paid" => EventData::Payout(Payout::deserialize(object)?.facts(false)),
        "payout.failed" => EventData::Payout(Payout::deserialize(object)?.facts(true)),
        "account.application.deauthorized" => EventData::Deauthorized,
        _ => EventData::Other,
    })
}

impl Session {
    fn facts(self, at: Option<Timestamp>) -> SessionFacts {
        let session = self;
        let (typed, name) = session
            .customer_details
            .map_or((None, None), |buyer| (buyer.email, buyer.name));
        let discount = discount(session.total_details, session.discounts);
        SessionFacts {
            session: session.id,
            payment: match session.payment_status.as_str() {
                "paid" => PaymentStatus::Paid,
                "no_payment_required" => PaymentStatus::NoPaymentRequired,
                // Only a status that is known to mean paid counts as paid.
                _ => PaymentStatus::Unpaid,
            },
            amount_subtotal: session.amount_subtotal,
            amount_total: session.amount_total,
            currency: session.currency,
            email: typed.or(session.customer_email),
            name,
            payment_intent: session.payment_intent,
            discount,
            subscription: session.subscription,
            invoice: session.invoice,
            at,
            own: Box::new(own_session::read(
                &session.metadata,
                &session.payment_link,
                &session.line_items,
                session.mode.as_deref(),
            )),
            snapshot: snapshot(session.metadata),
        }
    }
}

/// The discount of a session, if there is one.
fn discount(details: Option<TotalDetails>, all: Option<Vec<Discount>>) -> Option<SessionDiscount> {
    let amount = details
        .and_then(|details| details.amount_discount)
        .unwrap_or_default();
    let promotion_code = all.unwrap_or_default().into_iter().find_map(|discount| {
        let field = discount.promotion_code;
        let id = field.as_str().or_else(|| field.get("id")?.as_str())?;
        StripeObjectId::parse(id).ok()
    });
    (amount > 0 || promotion_code.is_some()).then_some(SessionDiscount {
        amount,
        promotion_code,
    })
}

/// The entries of the metadata that may hold an order. The seller may have set any others.
fn snapshot(metadata: Value) -> BTreeMap<String, String> {
    let Value::Object(entries) = metadata else {
        return BTreeMap::new();
    };
    entries
        .into_iter()
        .filter(|(name, _)| name.starts_with(order_snapshot::PREFIX))
        .filter_map(|(name, value)| match value {
            Value::String(value) => Some((name, value)),
            _ => None,
        })
        .collect()
}

impl Charge {
    fn facts(self, at: Option<Timestamp>) -> RefundFacts {
        let all = self.refunded.then_some(self.amount_refunded);
        RefundFacts {
            payment_intent: self.payment_intent,
            invoice: self.invoice,
            currency: self.currency,
            at,
            report: RefundReport::Charge {
                charged: self.amount.or(all),
                refunded: self.amount_refunded,
            },
        }
    }
}

impl Refund {
    fn facts(self, at: Option<Timestamp>) -> RefundFacts {
        let failed = matches!(self.status.as_deref(), Some("failed" | "canceled"));
        RefundFacts {
            payment_intent: self.payment_intent,
            invoice: None,
            currency: self.currency,
            at,
            report: RefundReport::Refund {
                id: self.id,
                amount: self.amount,
                failed,
            },
        }
    }
}

mod own_session;

pub(crate) use own_session::lines;
#[cfg(test)]
mod tests;
