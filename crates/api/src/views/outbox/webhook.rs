//! Views of webhook endpoints and deliveries.

use mintage_domain::base::id::{DeliveryId, LicenseId, WebhookEndpointId};
use mintage_domain::base::mode::Mode;
use mintage_domain::base::time::Timestamp;
use mintage_domain::base::url::WebUrl;
use mintage_domain::model::outbox::delivery::{Attempt, Delivery, DeliveryStatus};
use mintage_domain::model::outbox::webhook_endpoint::{EndpointDescription, WebhookEndpoint};
use mintage_domain::model::outbox::webhook_signature::WebhookSecret;
use serde::Serialize;
use utoipa::ToSchema;

use super::super::page::PageView;
use crate::schema;

/// A page of deliveries.
pub(crate) type DeliveryPage<'a> = PageView<DeliveryView<'a>>;
/// All webhook endpoints of a tenant.
pub(crate) type EndpointPage<'a> = PageView<EndpointView<'a>>;

/// A webhook endpoint of a tenant.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = WebhookEndpoint)]
pub struct EndpointView<'a> {
    #[schema(value_type = schema::WebhookEndpointId)]
    id: &'a WebhookEndpointId,
    #[schema(required, value_type = schema::Url)]
    url: Option<&'a str>,
    #[schema(required, value_type = Option<schema::EndpointDescription>)]
    description: Option<&'a str>,
    /// The mode of the events; `null` is both modes.
    #[schema(required, value_type = Option<schema::Mode>)]
    mode: Option<&'static str>,
    /// The names of the events; `*` is all events.
    #[schema(value_type = schema::EventNames)]
    events: Vec<&'static str>,
    /// Whether events are delivered.
    enabled: bool,
    /// `active`: the last attempt succeeded, or there was none. `failing`: every attempt has failed since
    /// `failingSince`. `paused`: nothing is sent since `pausedAt`; events wait. `gone`: nothing is sent since
    /// `goneSince`; events wait until the URL is set again.
    #[schema(value_type = schema::WebhookEndpointStatus)]
    status: &'static str,
    /// Since when every attempt has failed.
    #[schema(required, value_type = Option<schema::Time>)]
    failing_since: Option<String>,
    /// Since when nothing is sent, because every attempt failed for a whole day.
    #[schema(required, value_type = Option<schema::Time>)]
    paused_at: Option<String>,
    /// Since when nothing is sent, because the endpoint answered 410.
    #[schema(required, value_type = Option<schema::Time>)]
    gone_since: Option<String>,
    /// Until when the old secret signs too, after a rotation.
    #[schema(required, value_type = Option<schema::Time>)]
    old_secret_expires_at: Option<String>,
    /// `null` if a version without this field created the endpoint.
    #[schema(required, value_type = Option<schema::Time>)]
    created_at: Option<String>,
}

impl<'a> EndpointView<'a> {
    /// The view of an endpoint at a time.
    pub fn of(endpoint: &'a WebhookEndpoint, now: Timestamp) -> Self {
        let subscription = &endpoint.subscription;
        let old = endpoint.old_secret.as_ref().filter(|old| old.until > now);
        Self {
            id: &endpoint.id,
            url: endpoint.url.as_ref().map(WebUrl::as_str),
            description: endpoint
                .description
                .as_ref()
                .map(EndpointDescription::as_str),
            mode: subscription.mode.map(Mode::as_str),
            events: match &subscription.events {
                None => vec!["*"],
                Some(events) => events.iter().map(|event| event.as_str()).collect(),
            },
            enabled: subscription.is_enabled,
            status: endpoint.status(),
            failing_since: endpoint.health.failing_since.map(Timestamp::to_rfc3339),
            paused_at: endpoint.health.paused_at.map(Timestamp::to_rfc3339),
            gone_since: endpoint.gone_since.map(Timestamp::to_rfc3339),
            old_secret_expires_at: old.map(|old| old.until.to_rfc3339()),
            created_at: endpoint.created_at.map(Timestamp::to_rfc3339),
        }
    }
}

/// A webhook endpoint with a new signing secret.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = WebhookEndpointSecret)]
pub struct CreatedEndpointView<'a> {
    #[serde(flatten)]
    endpoint: EndpointView<'a>,
    /// `whsec_...`. No later answer contains the secret.
    signing_secret: &'a str,
}

impl<'a> CreatedEndpointView<'a> {
    /// The view of an endpoint and its new secret at a time.
    pub fn of((endpoint, secret): &'a (WebhookEndpoint, WebhookSecret), now: Timestamp) -> Self {
        Self {
            endpoint: EndpointView::of(endpoint, now),
            signing_secret: secret.expose(),
        }
    }
}

/// The first webhook endpoint of a tenant.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Webhook)]
pub(crate) struct WebhookView<'a> {
    /// `null` if no URL is set; events then wait for a URL.
    #[schema(required, value_type = Option<schema::Url>)]
    url: Option<&'a str>,
    has_signing_secret: bool,
    /// Since when nothing is sent, because the endpoint answered 410.
    #[schema(required, value_type = Option<schema::Time>)]
    gone_since: Option<String>,
    /// `active`: the last attempt succeeded, or there was none. `failing`: every attempt has failed since
    /// `failingSince`. `paused`: nothing is sent since `pausedAt`; events wait. `gone`: nothing is sent since
    /// `goneSince`; events wait until the URL is set again.
    #[schema(value_type = schema::WebhookEndpointStatus)]
    status: &'static str,
    /// Since when every attempt has failed.
    #[schema(required, value_type = Option<schema::Time>)]
    failing_since: Option<String>,
    /// Since when nothing is sent, because every attempt failed for a whole day.
    #[schema(required, value_type = Option<schema::Time>)]
    paused_at: Option<String>,
}

impl<'a> WebhookView<'a> {
    pub(crate) fn of(endpoint: Option<&'a WebhookEndpoint>) -> Self {
        let health = endpoint.map(|endpoint| endpoint.health.clone());
        let health = health.unwrap_or_default();
        Self {
            url: endpoint
                .and_then(|endpoint| endpoint.url.as_ref())
                .map(WebUrl::as_str),
            has_signing_secret: endpoint.is_some_and(|it| !it.sealed_secret.is_erased()),
            gone_since: endpoint
                .and_then(|endpoint| endpoint.gone_since)
                .map(Timestamp::to_rfc3339),
            status: endpoint.map_or("active", WebhookEndpoint::status),
            failing_since: health.failing_since.map(Timestamp::to_rfc3339),
            paused_at: health.paused_at.map(Timestamp::to_rfc3339),
        }
    }
}

/// The first webhook endpoint after a change.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct UpdatedWebhook<'a> {
    #[schema(required, value_type = Option<schema::Url>)]
    pub(crate) url: Option<&'a str>,
    /// `whsec_...` if this call created the signing secret, which the first URL does; `null` otherwise.
    #[schema(required)]
    pub(crate) signing_secret: Option<&'a str>,
}

/// A new signing secret.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SigningSecret<'a> {
    /// `whsec_...`. No later answer contains the secret.
    pub(crate) signing_secret: &'a str,
}

/// The delivery of an event to a webhook endpoint.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Delivery)]
pub struct DeliveryView<'a> {
    #[schema(value_type = schema::DeliveryId)]
    id: &'a DeliveryId,
    #[schema(value_type = schema::EventName)]
    event: &'static str,
    #[schema(value_type = schema::WebhookEndpointId)]
    endpoint_id: &'a WebhookEndpointId,
    /// `null` for a test event.
    #[schema(required, value_type = Option<schema::LicenseId>)]
    license_id: Option<&'a LicenseId>,
    #[schema(value_type = schema::DeliveryStatus)]
    status: &'static str,
    attempt_count: u32,
    /// The HTTP status of the last answer; `null` if there was no answer.
    #[schema(required)]
    last_status: Option<u16>,
    /// The beginning of the last answer, or why there was no answer.
    #[schema(required)]
    last_response_snippet: Option<&'a str>,
    #[schema(required, value_type = Option<schema::Time>)]
    last_attempt_at: Option<String>,
    /// The URL of the last attempt.
    #[schema(required, value_type = Option<schema::Url>)]
    url: Option<&'a str>,
    #[schema(required, value_type = Option<schema::Time>)]
    next_attempt_at: Option<String>,
    #[schema(value_type = schema::Time)]
    created_at: String,
}

impl<'a> DeliveryView<'a> {
    /// The view of a delivery with the last attempt at it.
    pub fn of(delivery: &'a Delivery, last: Option<&'a Attempt>) -> Self {
        Self {
            id: &delivery.id,
            event: delivery.event.as_str(),
            endpoint_id: &delivery.endpoint,
            license_id: delivery.license.as_ref(),
            status: delivery.progress(),
            attempt_count: delivery.attempts,
            last_status: last.and_then(|attempt| attempt.status),
            last_response_snippet: last.map(|attempt| attempt.snippet.as_str()),
            last_attempt_at: last.map(|attempt| attempt.at.to_rfc3339()),
            url: last.map(|attempt| attempt.url.as_str()),
            next_attempt_at: (delivery.status == DeliveryStatus::Pending)
                .then(|| delivery.due_at.to_rfc3339()),
            created_at: delivery.created_at.to_rfc3339(),
        }
    }
}
