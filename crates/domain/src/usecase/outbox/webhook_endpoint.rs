//! A tenant's webhook endpoints: creating, changing and deleting them, rotating their secrets, and
//! resuming them. `/v1/webhook` sets the first endpoint of a tenant, which receives the events of both
//! modes.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::base::change::Change;
use crate::base::id::WebhookEndpointId;
use crate::base::mode::Mode;
use crate::base::seal::Sealed;
use crate::base::slug::TenantId;
use crate::base::url::WebUrl;
use crate::commit::changes::Changes;
use crate::commit::counter::{Count, Counter};
use crate::commit::guards::Refusal;
use crate::commit::write::Write;
use crate::model::outbox::endpoint_health::EndpointHealth;
use crate::model::outbox::event::EventName;
use crate::model::outbox::subscription::Subscription;
use crate::model::outbox::webhook_endpoint::{
    EndpointDescription, MAX_ENDPOINTS, SecretOverlap, WebhookEndpoint,
};
use crate::model::outbox::webhook_signature::WebhookSecret;
use crate::model::sellers::audit::Actor;
use crate::model::sellers::management_token::TokenScope;
use crate::ports::{Commit, Deliveries, WebhookEndpoints};
use crate::usecase::commit_loop::{Decision, settle};
use crate::usecase::env::{Env, SealedField};
use crate::usecase::failure::{Failure, from_port_errors};
use crate::usecase::outbox::waiting::assign_waiting;

/// Why an endpoint was not changed, or an event not sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WebhookEndpointError {
    /// The endpoint or the delivery does not exist.
    #[error("not found")]
    NotFound,
    /// The tenant has as many endpoints of the mode as it may have.
    #[error(
        "the tenant has {MAX_ENDPOINTS} webhook endpoints of the mode `{0}`, which is the most"
    )]
    TooMany(Mode),
    /// An attempt of the delivery is running.
    #[error("the delivery is being sent right now")]
    Busy,
    /// The receiver answered 410 (Gone). Nothing is sent until the URL is set again.
    #[error("the endpoint answered 410 Gone; set its URL again to send events")]
    Gone,
    /// The endpoint of the delivery was deleted.
    #[error("the endpoint of the delivery was deleted")]
    Deleted,
    /// The endpoint is disabled.
    #[error("the endpoint is disabled; enable it to send events")]
    Disabled,
    /// Too many test events were sent to the endpoint. The next one may be sent after this duration.
    #[error("too many test events")]
    RateLimited(Duration),
    /// The event contains a license key, and the endpoint has changed since the event was sent.
    #[error(
        "the endpoint has changed since this event was sent, and the event contains a license key: \
         the token lacks the scope {0}"
    )]
    LacksScope(TokenScope),
    /// The body was erased, since the event is old.
    #[error("the event is so old that its body is not kept any more")]
    BodyErased,
    /// The store failed.
    #[error(transparent)]
    Failure(#[from] Failure),
}

from_port_errors!(WebhookEndpointError);

/// An endpoint to create.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEndpoint {
    /// The URL that events are sent to.
    pub url: WebUrl,
    /// What people read about the endpoint.
    pub description: Option<EndpointDescription>,
    /// The mode of the events; `None` is both modes.
    pub mode: Option<Mode>,
    /// The names of the events; `None` is all events.
    pub events: Option<BTreeSet<EventName>>,
}

/// A change of an endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EndpointUpdate {
    /// Another URL. Any URL ends a pause, and 410 is forgotten.
    pub url: Option<WebUrl>,
    /// The description.
    pub description: Change<EndpointDescription>,
    /// The names of the events; without them the endpoint receives all events.
    pub events: Change<BTreeSet<EventName>>,
    /// Whether events are delivered.
    pub is_enabled: Option<bool>,
}

/// Creates an endpoint with a signing secret, which is returned once. If events wait because the tenant
/// had no endpoint of their mode, they are sent to this one.
pub fn create_endpoint(
    store: &(impl WebhookEndpoints + Deliveries + Commit + ?Sized),
    env: &Env<'_>,
    tenant: &TenantId,
    actor: &Actor,
    new: &NewEndpoint,
) -> Result<(WebhookEndpoint, WebhookSecret), WebhookEndpointError> {
    let created = settle(store, |refused| {
        check_refusal(refused)?;
        let now = env.now();
        let secret = WebhookSecret::from_bytes(env.random());
        let id = WebhookEndpointId::new(now, env.random());
        let sealed = seal(env, id.as_str(), &secret);
        let endpoint = WebhookEndpoint {
            url: Some(new.url.clone()),
            description: new.description.clone(),
            subscription: Subscription {
                mode: new.mode,
                events: new.events.clone(),
                is_enabled: true,
            },
            created_at: Some(now),
            ..WebhookEndpoint::new(id, tenant.clone(), sealed)
        };
        let mut changes = env.changes(now);
        count(&mut changes, &endpoint, 1);
        let target = new.url.as_str();
        let action = "webhook-endpoint.created";
        changes
            .audit
            .push(env.audit(tenant, now, actor.clone(), action, target));
        let write = Write::changed(endpoint);
        let endpoint = write.value.clone();
        changes.endpoints.push(write);
        Ok(Decision::commit(changes, (endpoint, secret)))
    });
    assign(store, env, tenant, created)
}

/// Changes an endpoint.
pub fn update_endpoint(
    store: &(impl WebhookEndpoints + Deliveries + Commit + ?Sized),
    env: &Env<'_>,
    tenant: &TenantId,
    id: &WebhookEndpointId,
    actor: &Actor,
    update: &EndpointUpdate,
) -> Result<WebhookEndpoint, WebhookEndpointError> {
    let updated = settle(store, |_| {
        let mut endpoint = existing(store, tenant, id)?;
        let before = endpoint.clone();
        if let Some(url) = &update.url {
            endpoint.url = Some(url.clone());
            endpoint.gone_since = None;
            endpoint.health = EndpointHealth::default();
        }
        endpoint.description = update.description.clone().apply(endpoint.description);
        let subscription = &mut endpoint.subscription;
        subscription.events = update.events.clone().apply(subscription.events.take());
        subscription.is_enabled = update.is_enabled.unwrap_or(subscription.is_enabled);
        if endpoint == before {
            return Ok(Decision::Answer(endpoint));
        }
        let target = update
            .url
            .as_ref()
            .map_or(id.as_str(), WebUrl::as_str)
            .to_owned();
        Ok(changed(
            env,
            endpoint,
            actor,
            "webhook-endpoint.updated",
            target,
        ))
    });
    assign(store, env, tenant, updated)
}

/// Deletes an endpoint. Deliveries that were not sent yet fail. Those to the first endpoint of a tenant
/// wait for the URL that `/v1/webhook` sets next.
pub fn delete_endpoint(
    store: &(impl WebhookEndpoints + Commit + ?Sized),
    env: &Env<'_>,
    tenant: &TenantId,
    id: &WebhookEndpointId,
    actor: &Actor,
) -> Result<(), WebhookEndpointError> {
    settle(store, |_| {
        let mut endpoint = existing(store, tenant, id)?;
        let now = env.now();
        let mut changes = env.changes(now);
        count(&mut changes, &endpoint, -1);
        endpoint.delete();
        changes.endpoints.push(Write::changed(endpoint));
        let action = "webhook-endpoint.deleted";
        changes
            .audit
            .push(env.audit(tenant, now, actor.clone(), action, id.as_str()));
        Ok(Decision::commit(changes, ()))
    })
}

/// Sets the URL of the first endpoint of a tenant, or stops its deliveries with `None`. The first URL
/// creates the endpoint with a signing secret, which is returned once. Waiting events are sent to the new
/// URL, even if the endpoint was paused.
pub fn set_url(
    store: &(impl WebhookEndpoints + Commit + ?Sized),
    env: &Env<'_>,
    tenant: &TenantId,
    actor: &Actor,
    url: Option<&WebUrl>,
) -> Result<Option<WebhookSecret>, WebhookEndpointError> {
    let target = url.map_or("none", WebUrl::as_str);
    let id = WebhookEndpointId::first_of(tenant);
    settle(store, |refused| {
        check_refusal(refused)?;
        let now = env.now();
        let stored = store.webhook_endpoint(tenant, &id)?;
        let had_url = stored.as_ref().is_some_and(|it| it.url.is_some());
        let version = stored.as_ref().map_or(0, |it| it.version);
        let stored = stored.filter(|it| url.is_none() || !it.sealed_secret.is_erased());
        let (mut endpoint, secret) = if let Some(stored) = stored {
            (stored, None)
        } else {
            let secret = WebhookSecret::from_bytes(env.random());
            let sealed = seal(env, tenant.as_str(), &secret);
            let endpoint = WebhookEndpoint {
                created_at: Some(now),
                version,
                ..WebhookEndpoint::new(id.clone(), tenant.clone(), sealed)
            };
            (endpoint, Some(secret))
        };
        endpoint.url = url.cloned();
        endpoint.gone_since = None;
        endpoint.health = EndpointHealth::default();
        // The calls of the first endpoint neither show nor change that it is disabled.
        endpoint.subscription.is_enabled = true;
        let mut changes = env.changes(now);
        match (had_url, url.is_some()) {
            (false, true) => count(&mut changes, &endpoint, 1),
            (true, false) => count(&mut changes, &endpoint, -1),
            _ => {}
        }
        changes.endpoints.push(Write::changed(endpoint));
        changes
            .audit
            .push(env.audit(tenant, now, actor.clone(), "webhook.set", target));
        Ok(Decision::commit(changes, secret))
    })
}

/// Replaces the signing secret. The new secret is shown once, and the old one signs too until the end of
/// the overlap. A paused endpoint is resumed.
pub fn rotate_secret(
    store: &(impl WebhookEndpoints + Commit + ?Sized),
    env: &Env<'_>,
    tenant: &TenantId,
    id: &WebhookEndpointId,
    actor: &Actor,
    overlap: SecretOverlap,
) -> Result<(WebhookEndpoint, WebhookSecret), WebhookEndpointError> {
    settle(store, |_| {
        let mut endpoint = with_secret(store, tenant, id)?;
        let secret = WebhookSecret::from_bytes(env.random());
        let sealed = seal(env, endpoint.lane_key(), &secret);
        endpoint.rotate_secret(sealed, overlap, env.now());
        let target = endpoint.lane_key().to_owned();
        let action = "webhook.secret-rotated";
        let decision = changed(env, endpoint, actor, action, target);
        Ok(decision.map(|endpoint| (endpoint, secret)))
    })
}

/// Resumes a paused endpoint: the deliveries that wait are sent. Nothing changes if the endpoint is
/// not paused.
pub fn resume(
    store: &(impl WebhookEndpoints + Commit + ?Sized),
    env: &Env<'_>,
    tenant: &TenantId,
    id: &WebhookEndpointId,
    actor: &Actor,
) -> Result<WebhookEndpoint, WebhookEndpointError> {
    settle(store, |_| {
        let mut endpoint = with_secret(store, tenant, id)?;
        if endpoint.health.paused_at.is_none() {
            return Ok(Decision::Answer(endpoint));
        }
        endpoint.health = EndpointHealth::default();
        let target = endpoint.lane_key().to_owned();
        Ok(changed(env, endpoint, actor, "webhook.resumed", target))
    })
}

/// Commits a changed endpoint with an audit entry, and answers it.
fn changed(
    env: &Env<'_>,
    endpoint: WebhookEndpoint,
    actor: &Actor,
    action: &'static str,
    target: String,
) -> Decision<WebhookEndpoint> {
    let now = env.now();
    let mut changes = env.changes(now);
    let entry = env.audit(&endpoint.tenant, now, actor.clone(), action, target);
    changes.audit.push(entry);
    let write = Write::changed(endpoint);
    let endpoint = write.value.clone();
    changes.endpoints.push(write);
    Decision::commit(changes, endpoint)
}

/// Sends waiting events to an endpoint that was just created or changed. If that fails, a sweep does it.
fn assign<T>(
    store: &(impl WebhookEndpoints + Deliveries + Commit + ?Sized),
    env: &Env<'_>,
    tenant: &TenantId,
    done: Result<T, WebhookEndpointError>,
) -> Result<T, WebhookEndpointError> {
    if done.is_ok() {
        let _ = assign_waiting(store, env, Some(tenant));
    }
    done
}

/// An endpoint of a tenant that has a URL.
pub(super) fn existing(
    store: &(impl WebhookEndpoints + ?Sized),
    tenant: &TenantId,
    id: &WebhookEndpointId,
) -> Result<WebhookEndpoint, WebhookEndpointError> {
    let endpoint = store.webhook_endpoint(tenant, id)?;
    endpoint
        .filter(|it| it.url.is_some())
        .ok_or(WebhookEndpointError::NotFound)
}

/// An endpoint of a tenant that has a secret. The first endpoint has one also without a URL.
fn with_secret(
    store: &(impl WebhookEndpoints + ?Sized),
    tenant: &TenantId,
    id: &WebhookEndpointId,
) -> Result<WebhookEndpoint, WebhookEndpointError> {
    let endpoint = store.webhook_endpoint(tenant, id)?;
    endpoint
        .filter(|it| !it.sealed_secret.is_erased())
        .ok_or(WebhookEndpointError::NotFound)
}

fn seal(env: &Env<'_>, lane_key: &str, secret: &WebhookSecret) -> Sealed {
    let text = secret.expose().as_bytes();
    env.seal(SealedField::ENDPOINT_SECRET, lane_key, text)
}

/// Counts an endpoint in its modes.
fn count(changes: &mut Changes, endpoint: &WebhookEndpoint, add: i64) {
    for mode in endpoint.subscription.modes() {
        changes.counters.push(Count {
            counter: Counter::WebhookEndpoints(endpoint.tenant.clone(), mode),
            add,
            cap: Some(i64::from(MAX_ENDPOINTS)),
        });
    }
}

fn check_refusal(refused: Option<&Refusal>) -> Result<(), WebhookEndpointError> {
    match refused {
        Some(Refusal::Full {
            counter: Counter::WebhookEndpoints(_, mode),
            ..
        }) => Err(WebhookEndpointError::TooMany(*mode)),
        _ => Ok(()),
    }
}
