use serde_json::{Value, json};
use tokio::sync::mpsc::UnboundedSender;

use crate::base::config::WebhookEndpoint;
use crate::base::scope::Scope;

/// One event for one endpoint.
#[derive(Clone)]
pub(crate) struct Delivery {
    pub(crate) scope: Scope,
    pub(crate) event: String,
    pub(crate) event_type: &'static str,
    pub(crate) body: String,
    pub(crate) endpoint: WebhookEndpoint,
}

/// One attempt of a delivery.
pub(crate) struct Attempt {
    pub(crate) event: String,
    pub(crate) event_type: &'static str,
    pub(crate) url: String,
    /// The first attempt has the number 1.
    pub(crate) number: usize,
    /// Unix seconds.
    pub(crate) attempted_at: i64,
    /// The status of the response, or the error that prevented a response.
    pub(crate) result: Result<u16, String>,
}

impl Attempt {
    pub(crate) fn to_json(&self) -> Value {
        json!({
            "event": self.event,
            "type": self.event_type,
            "url": self.url,
            "attempt": self.number,
            "at": self.attempted_at,
            "status": self.result.as_ref().ok(),
            "error": self.result.as_ref().err(),
        })
    }
}

/// The queue of deliveries and the attempts so far.
pub(crate) struct Outbox {
    queue: UnboundedSender<Delivery>,
    pub(crate) attempts: Vec<Attempt>,
}

impl Outbox {
    pub(crate) fn new(queue: UnboundedSender<Delivery>) -> Self {
        Self {
            queue,
            attempts: Vec::new(),
        }
    }

    pub(crate) fn send(&self, delivery: Delivery) {
        // The queue has no receiver only while the simulator stops.
        let _ = self.queue.send(delivery);
    }
}
