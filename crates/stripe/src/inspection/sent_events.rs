//! `GET /v1/events` on a connected account: what Stripe has sent to the webhook endpoint.

use mintage_domain::base::id::StripeEventId;
use mintage_domain::base::time::Timestamp;
use mintage_domain::model::stripe::account::AccountRef;
use mintage_domain::ports::StripeError;
use serde::{Deserialize, Serialize};
use stripe_client_core::{RequestBuilder, StripeMethod};

use crate::client::StripeClient;
use crate::event::READ;

/// How many events are listed. An event holds a whole object, and an answer has a limit.
const LIMIT: u32 = 25;

/// An event that Stripe has sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentEvent {
    /// Stripe's id of the event.
    pub id: StripeEventId,
    /// Stripe's event type.
    pub kind: String,
    /// When the event happened.
    pub created: Timestamp,
}

#[derive(Serialize)]
struct Query {
    limit: u32,
    #[serde(rename = "created[gte]")]
    since: i64,
}

#[derive(Deserialize)]
struct List {
    data: Vec<Event>,
}

#[derive(Deserialize)]
struct Event {
    id: StripeEventId,
    #[serde(rename = "type")]
    kind: String,
    created: i64,
}

impl StripeClient {
    /// Lists the newest events of a connected account since `since` that a complete endpoint is sent.
    pub fn sent_events(
        &self,
        on: &AccountRef,
        since: Timestamp,
    ) -> Result<Vec<SentEvent>, StripeError> {
        let request = RequestBuilder::new(StripeMethod::Get, "/events").query(&Query {
            limit: LIMIT,
            since: since.unix_seconds(),
        });
        let listed = self.get_on::<List>(on, request)?;
        let events = listed.map(|list| list.data).unwrap_or_default().into_iter();
        let read = events.filter(|it| READ.contains(&it.kind.as_str()));
        Ok(read.filter_map(Event::sent).collect())
    }
}

impl Event {
    fn sent(self) -> Option<SentEvent> {
        Some(SentEvent {
            created: Timestamp::from_unix_seconds(self.created)?,
            id: self.id,
            kind: self.kind,
        })
    }
}
