//! `/v1/events`: what happened, kept and sent to the webhook endpoints it concerns.

use serde_json::{Value, json};

use crate::API_VERSION;
use crate::config::{Mode, WebhookEndpoint};
use crate::delivery::Parcel;
use crate::error::StripeError;
use crate::params::Kind::{Positive, Text, Texts};
use crate::params::{Args, CREATED, Param, may};
use crate::shelf::{Books, Resource, Shelf};
use crate::world::{Scope, World};

pub(crate) const LIST: &[Param] = &[
    CREATED,
    may("limit", Positive),
    may("starting_after", Text),
    may("type", Text),
    may("types", Texts),
];

/// The request that caused an event; empty for what a page or the clock did.
#[derive(Clone, Default)]
pub(crate) struct Origin {
    pub(crate) request_id: Option<String>,
    pub(crate) idempotency_key: Option<String>,
}

pub(crate) struct Event {
    pub(crate) id: String,
    /// Its place in the order of all events.
    pub(crate) number: u64,
    pub(crate) kind: &'static str,
    pub(crate) created: i64,
    livemode: bool,
    /// The connected account; `None` for the platform's own events.
    account: Option<String>,
    data: Value,
    origin: Origin,
    /// Where it was sent when it happened.
    endpoints: Vec<WebhookEndpoint>,
    /// Endpoints that have not taken it yet.
    pub(crate) pending: usize,
}

impl Event {
    /// One for each endpoint.
    fn parcels(&self, scope: &Scope) -> Vec<Parcel> {
        let endpoints = self.endpoints.iter();
        endpoints
            .map(|endpoint| self.parcel(scope, endpoint))
            .collect()
    }

    /// As `endpoint` gets it: an account's own endpoint is not told the account.
    fn parcel(&self, scope: &Scope, endpoint: &WebhookEndpoint) -> Parcel {
        let mut body = self.body();
        if endpoint.account.is_some()
            && let Some(fields) = body.as_object_mut()
        {
            fields.remove("account");
        }
        Parcel {
            scope: scope.clone(),
            event: self.id.clone(),
            kind: self.kind,
            body: format!("{body:#}"),
            endpoint: endpoint.clone(),
        }
    }
}

impl Resource for Event {
    const NOUN: &'static str = "event";
    const URL: &'static str = "/v1/events";

    fn id(&self) -> &str {
        &self.id
    }

    fn created(&self) -> i64 {
        self.created
    }

    fn shelf(books: &mut Books) -> &mut Shelf<Self> {
        &mut books.events
    }

    fn fits(&self, filter: &Args) -> bool {
        let listed = |kinds: &[String]| kinds.iter().any(|kind| kind == self.kind);
        filter.text("type").is_none_or(|kind| kind == self.kind)
            && filter.texts("types").is_none_or(listed)
    }

    fn facts(&self) -> Value {
        let mut body = json!({
            "id": self.id,
            "object": "event",
            "api_version": API_VERSION,
            "created": self.created,
            "data": self.data,
            "livemode": self.livemode,
            "pending_webhooks": self.pending,
            "request": {
                "id": self.origin.request_id,
                "idempotency_key": self.origin.idempotency_key,
            },
            "type": self.kind,
        });
        if let Some(account) = &self.account {
            body["account"] = account.as_str().into();
        }
        body
    }
}

impl World {
    /// Records that `object` is now as it is, and sends word.
    pub(crate) fn emit(
        &mut self,
        scope: &Scope,
        kind: &'static str,
        object: &Value,
        origin: &Origin,
    ) {
        self.emit_data(scope, kind, json!({ "object": object }), origin);
    }

    /// As [`World::emit`], with the fields' former values.
    pub(crate) fn emit_update(
        &mut self,
        scope: &Scope,
        kind: &'static str,
        object: &Value,
        previous: &Value,
    ) {
        let data = json!({ "object": object, "previous_attributes": previous });
        self.emit_data(scope, kind, data, &Origin::default());
    }

    fn emit_data(&mut self, scope: &Scope, kind: &'static str, data: Value, origin: &Origin) {
        let own = scope.account == self.config.platform_account;
        let endpoints = self.endpoints_of(scope);
        let event = Event {
            id: self.ids.object("evt_"),
            number: self.ids.drawn(),
            kind,
            created: self.now(),
            livemode: scope.mode.livemode(),
            account: (!own).then(|| scope.account.clone()),
            data,
            origin: origin.clone(),
            pending: endpoints.len(),
            endpoints,
        };
        for parcel in event.parcels(scope) {
            self.dispatch(parcel);
        }
        self.books(scope).events.put(event);
    }

    /// Sends an event once more to where it was sent; how many deliveries that makes.
    pub(crate) fn resend(
        &mut self,
        scope: &Scope,
        id: &str,
        copies: usize,
    ) -> Result<usize, StripeError> {
        let parcels = self.find::<Event>(scope, id)?.parcels(scope);
        for _ in 0..copies {
            for parcel in &parcels {
                self.dispatch(parcel.clone());
            }
        }
        Ok(copies * parcels.len())
    }

    fn dispatch(&self, parcel: Parcel) {
        // The courier is gone only while the simulator stops.
        let _ = self.courier.send(parcel);
    }

    /// The Connect endpoints of the mode, if the platform is connected; a live one also hears test
    /// news of accounts connected live. And the account's own endpoints.
    fn endpoints_of(&self, scope: &Scope) -> Vec<WebhookEndpoint> {
        let connected = self.accounts.is_open_to_platform(scope);
        let live_too = self
            .accounts
            .is_connected(&Scope::new(&scope.account, Mode::Live));
        let concerns = |endpoint: &&WebhookEndpoint| match &endpoint.account {
            Some(account) => *account == scope.account && endpoint.mode == scope.mode,
            None => {
                connected
                    && (endpoint.mode == scope.mode || (endpoint.mode == Mode::Live && live_too))
            }
        };
        self.config
            .webhook_endpoints
            .iter()
            .filter(concerns)
            .cloned()
            .collect()
    }
}
