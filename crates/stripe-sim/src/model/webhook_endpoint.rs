use serde_json::{Value, json};

use crate::base::config::WebhookEndpoint;
use crate::base::metadata::Metadata;
use crate::base::scope::Scope;
use crate::base::secret::Secret;
use crate::model::object::StripeObject;

/// A webhook endpoint that an account created by the API, for its own events.
pub(crate) struct RegisteredEndpoint {
    pub(crate) id: String,
    pub(crate) livemode: bool,
    pub(crate) created: i64,
    pub(crate) url: String,
    pub(crate) enabled_events: Vec<String>,
    pub(crate) api_version: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) disabled: bool,
    pub(crate) metadata: Metadata,
    /// Shown by the call that creates the endpoint, and by no other.
    pub(crate) secret: Secret,
}

impl RegisteredEndpoint {
    /// Whether events of a type are sent to the endpoint.
    pub(crate) fn receives(&self, event_type: &str) -> bool {
        let mut enabled = self.enabled_events.iter();
        !self.disabled && enabled.any(|each| each == "*" || each == event_type)
    }

    /// The endpoint as a receiver of events of its account.
    pub(crate) fn receiver(&self, scope: &Scope) -> WebhookEndpoint {
        WebhookEndpoint {
            url: self.url.clone(),
            secret: self.secret.clone(),
            mode: scope.mode,
            account: Some(scope.account.clone()),
        }
    }
}

impl StripeObject for RegisteredEndpoint {
    const NOUN: &'static str = "webhook endpoint";
    const URL: &'static str = "/v1/webhook_endpoints";
    const NULLS: &'static [&'static str] = &["application"];

    fn id(&self) -> &str {
        &self.id
    }

    fn created(&self) -> i64 {
        self.created
    }

    fn fields(&self) -> Value {
        json!({
            "id": self.id,
            "object": "webhook_endpoint",
            "api_version": self.api_version,
            "created": self.created,
            "description": self.description,
            "enabled_events": self.enabled_events,
            "livemode": self.livemode,
            "metadata": self.metadata,
            "status": if self.disabled { "disabled" } else { "enabled" },
            "url": self.url,
        })
    }
}
