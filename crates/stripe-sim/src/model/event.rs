use serde_json::{Value, json};

use crate::base::config::WebhookEndpoint;
use crate::base::version::API_VERSION;
use crate::model::object::StripeObject;
use crate::params::values::Params;

/// The API request that caused an event. The fields are `None` for an event that was caused by a
/// hosted page, by the control plane or by the clock.
#[derive(Clone, Default)]
pub(crate) struct EventRequest {
    pub(crate) id: Option<String>,
    pub(crate) idempotency_key: Option<String>,
}

pub(crate) struct Event {
    pub(crate) id: String,
    /// A later event has a larger number.
    pub(crate) number: u64,
    /// The field `type`.
    pub(crate) kind: &'static str,
    pub(crate) created: i64,
    pub(crate) livemode: bool,
    /// The connected account; `None` for the platform's own events.
    pub(crate) account: Option<String>,
    pub(crate) data: Value,
    pub(crate) request: EventRequest,
    /// The endpoints that the event was sent to when it was created.
    pub(crate) endpoints: Vec<WebhookEndpoint>,
    /// The number of endpoints that have not received the event yet.
    pub(crate) pending_webhooks: usize,
}

impl StripeObject for Event {
    const NOUN: &'static str = "event";
    const URL: &'static str = "/v1/events";

    fn id(&self) -> &str {
        &self.id
    }

    fn created(&self) -> i64 {
        self.created
    }

    fn matches(&self, filters: &Params) -> bool {
        let types = filters.text_list("types");
        filters.filter_text("type", self.kind)
            && types.is_none_or(|types| types.iter().any(|each| each == self.kind))
    }

    fn fields(&self) -> Value {
        let mut json = json!({
            "id": self.id,
            "object": "event",
            "api_version": API_VERSION,
            "created": self.created,
            "data": self.data,
            "livemode": self.livemode,
            "pending_webhooks": self.pending_webhooks,
            "request": {
                "id": self.request.id,
                "idempotency_key": self.request.idempotency_key,
            },
            "type": self.kind,
        });
        if let Some(account) = &self.account {
            json["account"] = account.as_str().into();
        }
        json
    }
}
