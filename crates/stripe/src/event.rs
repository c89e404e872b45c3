//! Parsing Stripe's events. Fields that are not used may have any value.

use std::collections::BTreeMap;

use mintage_domain::base::id::{
    PaymentIntentId, RefundId, SessionId, StripeAccountId, StripeEventId,
};
use mintage_domain::base::stripe_value::StripeObjectId;
use mintage_domain::base::time::Timestamp;
use mintage_domain::model::sales::order_snapshot;
use mintage_domain::model::stripe::event::{
    EventData, PaymentStatus, RefundFacts, RefundReport, SessionDiscount, SessionFacts, StripeEvent,
};
use mintage_domain::ports::WebhookError;
use serde::Deserialize;
use serde_json::Value;

/// The largest length of an event type, in bytes.
const MAX_KIND: usize = 255;

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

#[derive(Deserialize)]
struct Session {
    id: SessionId,
    payment_status: String,
    amount_total: Option<i64>,
    currency: Option<String>,
    customer_details: Option<CustomerDetails>,
    customer_email: Option<String>,
    payment_intent: Option<PaymentIntentId>,
    #[serde(default)]
    metadata: Value,
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

/// Parses the body of a webhook request. An event of a type that is not used becomes
/// [`EventData::Other`], whatever its data; an event of a used type must have the used fields.
pub(crate) fn read(body: &[u8]) -> Result<StripeEvent, WebhookError> {
    let event: Event = serde_json::from_slice(body).map_err(|_| WebhookError::NotAnEvent)?;
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

fn is_kind(text: &str) -> bool {
    (1..=MAX_KIND).contains(&text.len())
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'))
}

/// The types of the events that Mintage reads.
pub(crate) const READ: [&str; 10] = [
    "account.application.deauthorized",
    "charge.refund.updated",
    "charge.refunded",
    "checkout.session.async_payment_failed",
    "checkout.session.async_payment_succeeded",
    "checkout.session.completed",
    "checkout.session.expired",
    "refund.created",
    "refund.failed",
    "refund.updated",
];

fn event_data(kind: &str, at: Option<Timestamp>, mut data: Value) -> serde_json::Result<EventData> {
    let object = data.get_mut("object").map(Value::take).unwrap_or_default();
    Ok(match kind {
        "checkout.session.completed" | "checkout.session.async_payment_succeeded" => {
            EventData::SessionCompleted(Session::deserialize(object)?.into())
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
        "account.application.deauthorized" => EventData::Deauthorized,
        _ => EventData::Other,
    })
}

impl From<Session> for SessionFacts {
    fn from(session: Session) -> Self {
        let (typed, name) = session
            .customer_details
            .map_or((None, None), |buyer| (buyer.email, buyer.name));
        let discount = discount(session.total_details, session.discounts);
        Self {
            session: session.id,
            payment: match session.payment_status.as_str() {
                "paid" => PaymentStatus::Paid,
                "no_payment_required" => PaymentStatus::NoPaymentRequired,
                // Only a status that is known to mean paid counts as paid.
                _ => PaymentStatus::Unpaid,
            },
            amount_total: session.amount_total,
            currency: session.currency,
            email: typed.or(session.customer_email),
            name,
            payment_intent: session.payment_intent,
            discount,
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

#[cfg(test)]
mod tests;
