//! Lists of sessions, subscriptions, invoices, refunds and disputes, read as the events that would report
//! the state of each object.
//!
//! The objects are passed on whole, so that the parser of events reads them, in any of Stripe's shapes.

use data_encoding::HEXLOWER;
use mintage_domain::base::secret::SecretHash;
use mintage_domain::ports::{HistoryKind, HistoryPage, HistoryQuery, StripeAccess};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use stripe_client_core::{RequestBuilder, StripeMethod};

#[derive(Serialize)]
struct Query<'a> {
    limit: u32,
    #[serde(rename = "created[gte]", skip_serializing_if = "Option::is_none")]
    created: Option<i64>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    expand: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    starting_after: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<&'a str>,
}

#[derive(Deserialize)]
pub(crate) struct List {
    data: Vec<Value>,
    has_more: bool,
}

pub(crate) fn list(query: &HistoryQuery) -> RequestBuilder {
    let path = match query.kind {
        HistoryKind::Sessions => "/checkout/sessions",
        HistoryKind::Subscriptions => "/subscriptions",
        HistoryKind::Invoices => "/invoices",
        HistoryKind::Refunds => "/refunds",
        HistoryKind::Disputes => "/disputes",
    };
    let seconds = query.since.unix_seconds();
    RequestBuilder::new(StripeMethod::Get, path).query(&Query {
        limit: page_size(query.kind),
        created: (seconds > 0).then_some(seconds),
        // By its payment the sales ledger finds what an invoice was paid for.
        expand: match query.kind {
            HistoryKind::Invoices => vec!["data.payments"],
            _ => Vec::new(),
        },
        starting_after: query.after.as_deref(),
        // Without it Stripe leaves out subscriptions that have ended.
        status: (query.kind == HistoryKind::Subscriptions).then_some("all"),
    })
}

/// The number of objects on a page. An invoice or a session takes several kB, and an answer has a limit.
fn page_size(kind: HistoryKind) -> u32 {
    match kind {
        HistoryKind::Sessions => 50,
        HistoryKind::Subscriptions | HistoryKind::Invoices => 25,
        HistoryKind::Refunds | HistoryKind::Disputes => 100,
    }
}

impl List {
    pub(crate) fn into_page(self, access: &StripeAccess, query: &HistoryQuery) -> HistoryPage {
        let last = self.data.last().and_then(|object| object["id"].as_str());
        let next = last.filter(|_| self.has_more).map(str::to_owned);
        let objects = self.data.len();
        let events = self.data.iter();
        HistoryPage {
            events: events
                .filter_map(|object| event(access, query, object))
                .collect(),
            objects,
            next,
        }
    }
}

/// The event that reports the state of an object; `None` if the state has no effects.
fn event(access: &StripeAccess, query: &HistoryQuery, object: &Value) -> Option<Vec<u8>> {
    let kind = event_type(query.kind, object)?;
    let mut event = json!({
        "id": event_id(kind, object),
        "object": "event",
        "type": kind,
        "created": query.now.unix_seconds(),
        "livemode": access.mode().livemode(),
        "data": { "object": object },
    });
    if let StripeAccess::Connect(on) = access {
        event["account"] = on.account.as_str().into();
    }
    serde_json::to_vec(&event).ok()
}

fn event_type(kind: HistoryKind, object: &Value) -> Option<&'static str> {
    let status = object["status"].as_str().unwrap_or_default();
    match kind {
        HistoryKind::Sessions => match status {
            "complete" => Some("checkout.session.completed"),
            "expired" => Some("checkout.session.expired"),
            _ => None,
        },
        HistoryKind::Subscriptions => match status {
            "canceled" | "incomplete_expired" => Some("customer.subscription.deleted"),
            _ => Some("customer.subscription.updated"),
        },
        HistoryKind::Invoices => match status {
            "paid" => Some("invoice.paid"),
            "void" => Some("invoice.voided"),
            "open" | "uncollectible" if object["attempted"] == true => {
                Some("invoice.payment_failed")
            }
            _ => None,
        },
        HistoryKind::Refunds => Some("refund.updated"),
        HistoryKind::Disputes => Some("charge.dispute.updated"),
    }
}

/// An id that only this state of this object has. Stripe's own ids have no such prefix.
fn event_id(kind: &str, object: &Value) -> String {
    let hash = SecretHash::of(&format!("{kind}\n{object}"));
    format!("evt_found_{}", HEXLOWER.encode(hash.as_bytes()))
}
