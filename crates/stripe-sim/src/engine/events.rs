//! Creates events and sends them to the webhook endpoints.

use serde_json::{Value, json};

use crate::base::config::WebhookEndpoint;
use crate::base::error::StripeError;
use crate::base::mode::Mode;
use crate::base::scope::Scope;
use crate::engine::outbox::Delivery;
use crate::engine::world::World;
use crate::model::event::{Event, EventRequest};
use crate::model::object::StripeObject;
use crate::model::webhook_endpoint::RegisteredEndpoint;

impl World {
    /// Creates an event about `object` and sends it.
    pub(crate) fn emit(
        &mut self,
        scope: &Scope,
        event_type: &'static str,
        object: &Value,
        request: &EventRequest,
    ) {
        let data = json!({ "object": object });
        self.emit_data(scope, event_type, data, request);
    }

    /// Like [`World::emit`], with the former values of the changed fields.
    pub(crate) fn emit_update(
        &mut self,
        scope: &Scope,
        event_type: &'static str,
        object: &Value,
        previous: &Value,
    ) {
        let data = json!({ "object": object, "previous_attributes": previous });
        self.emit_data(scope, event_type, data, &EventRequest::default());
    }

    fn emit_data(
        &mut self,
        scope: &Scope,
        event_type: &'static str,
        data: Value,
        request: &EventRequest,
    ) {
        let is_platform = scope.account == self.config.platform_account;
        let endpoints = self.endpoints_for(scope, event_type);
        let event = Event {
            id: self.ids.object_id("evt_"),
            number: self.ids.count(),
            kind: event_type,
            created: self.clock.now(),
            livemode: scope.mode.livemode(),
            account: (!is_platform).then(|| scope.account.clone()),
            data,
            request: request.clone(),
            pending_webhooks: endpoints.len(),
            endpoints,
        };
        for delivery in deliveries(&event, scope) {
            self.outbox.send(delivery);
        }
        self.store.insert(scope, event);
    }

    /// Sends an event `copies` more times to its endpoints. Returns the number of deliveries.
    pub(crate) fn resend(
        &self,
        scope: &Scope,
        id: &str,
        copies: usize,
    ) -> Result<usize, StripeError> {
        let deliveries = deliveries(self.store.get::<Event>(scope, id)?, scope);
        for _ in 0..copies {
            for delivery in &deliveries {
                self.outbox.send(delivery.clone());
            }
        }
        Ok(copies * deliveries.len())
    }

    /// The endpoints that receive the events of an account: the account's own endpoints, and the
    /// Connect endpoints of the mode if the platform has access. A live Connect endpoint also
    /// receives the test events of accounts that are connected in live mode.
    fn endpoints_for(&self, scope: &Scope, event_type: &str) -> Vec<WebhookEndpoint> {
        let has_access = self.accounts.platform_has_access(scope);
        let live = Scope::new(&scope.account, Mode::Live);
        let connected_live = self.accounts.is_connected(&live);
        let receives = |endpoint: &&WebhookEndpoint| match &endpoint.account {
            Some(account) => *account == scope.account && endpoint.mode == scope.mode,
            None => {
                has_access
                    && (endpoint.mode == scope.mode
                        || (endpoint.mode == Mode::Live && connected_live))
            }
        };
        let endpoints = self.config.webhook_endpoints.iter();
        let registered = self
            .store
            .list::<RegisteredEndpoint>(scope)
            .filter(|endpoint| endpoint.receives(event_type))
            .map(|endpoint| endpoint.receiver(scope));
        let configured = endpoints.filter(receives).cloned();
        configured.chain(registered).collect()
    }
}

/// One delivery for each endpoint of the event.
fn deliveries(event: &Event, scope: &Scope) -> Vec<Delivery> {
    let endpoints = event.endpoints.iter();
    endpoints
        .map(|endpoint| Delivery {
            scope: scope.clone(),
            event: event.id.clone(),
            event_type: event.kind,
            body: body_for(event, endpoint),
            endpoint: endpoint.clone(),
        })
        .collect()
}

/// The event's JSON. An account's own endpoint receives the event without `account`.
fn body_for(event: &Event, endpoint: &WebhookEndpoint) -> String {
    let mut json = event.to_json();
    if endpoint.account.is_some()
        && let Some(fields) = json.as_object_mut()
    {
        fields.remove("account");
    }
    format!("{json:#}")
}
