//! A tenant's webhook endpoint: setting its URL, rotating its secret, resuming it, and redelivering
//! events.

use crate::base::id::DeliveryId;
use crate::base::seal::Sealed;
use crate::base::slug::TenantId;
use crate::base::url::WebUrl;
use crate::commit::write::Write;
use crate::model::outbox::delivery::{Delivery, DeliveryStatus};
use crate::model::outbox::endpoint_health::EndpointHealth;
use crate::model::outbox::webhook_endpoint::WebhookEndpoint;
use crate::model::outbox::webhook_signature::WebhookSecret;
use crate::model::sellers::audit::Actor;
use crate::model::sellers::authority::Authority;
use crate::model::sellers::management_token::TokenScope;
use crate::ports::{Commit, Deliveries, WebhookEndpoints};
use crate::usecase::commit_loop::{Decision, settle};
use crate::usecase::env::{Env, SealedField};
use crate::usecase::failure::{Failure, from_port_errors};

/// Why an endpoint was not changed, or an event not redelivered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WebhookEndpointError {
    /// The endpoint or the delivery does not exist.
    #[error("not found")]
    NotFound,
    /// An attempt of the delivery is running.
    #[error("the delivery is being sent right now")]
    Busy,
    /// The receiver answered 410 (Gone). Nothing is sent until the URL is set again.
    #[error("the endpoint answered 410 Gone; set its URL again to send events")]
    Gone,
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

/// Sets the URL that events are sent to, or stops deliveries with `None`. The first URL creates the
/// endpoint with a signing secret, which is returned once. Waiting events are sent to the new URL, even if the
/// endpoint was paused.
pub fn set_url(
    store: &(impl WebhookEndpoints + Commit + ?Sized),
    env: &Env<'_>,
    tenant: &TenantId,
    actor: &Actor,
    url: Option<&WebUrl>,
) -> Result<Option<WebhookSecret>, WebhookEndpointError> {
    let target = url.map_or("none", WebUrl::as_str);
    settle(store, |_| {
        let (mut endpoint, secret) = if let Some(stored) = store.webhook_endpoint(tenant)? {
            (stored, None)
        } else {
            let secret = WebhookSecret::from_bytes(env.random());
            let endpoint = WebhookEndpoint {
                tenant: tenant.clone(),
                url: None,
                sealed_secret: seal(env, tenant, &secret),
                gone_since: None,
                health: EndpointHealth::default(),
                version: 0,
            };
            (endpoint, Some(secret))
        };
        endpoint.url = url.cloned();
        endpoint.gone_since = None;
        endpoint.health = EndpointHealth::default();
        let now = env.now();
        let mut changes = env.changes(now);
        changes.endpoints.push(Write::changed(endpoint));
        changes
            .audit
            .push(env.audit(tenant, now, actor.clone(), "webhook.set", target));
        Ok(Decision::commit(changes, secret))
    })
}

fn seal(env: &Env<'_>, tenant: &TenantId, secret: &WebhookSecret) -> Sealed {
    env.seal(
        SealedField::ENDPOINT_SECRET,
        tenant.as_str(),
        secret.expose().as_bytes(),
    )
}

/// Replaces the signing secret at once. The new secret is shown once. A paused endpoint is resumed.
pub fn rotate_secret(
    store: &(impl WebhookEndpoints + Commit + ?Sized),
    env: &Env<'_>,
    tenant: &TenantId,
    actor: &Actor,
) -> Result<WebhookSecret, WebhookEndpointError> {
    settle(store, |_| {
        let mut endpoint = store
            .webhook_endpoint(tenant)?
            .ok_or(WebhookEndpointError::NotFound)?;
        let secret = WebhookSecret::from_bytes(env.random());
        endpoint.sealed_secret = seal(env, tenant, &secret);
        endpoint.health = EndpointHealth::default();
        let now = env.now();
        let mut changes = env.changes(now);
        changes.endpoints.push(Write::changed(endpoint));
        changes.audit.push(env.audit(
            tenant,
            now,
            actor.clone(),
            "webhook.secret-rotated",
            tenant.as_str(),
        ));
        Ok(Decision::commit(changes, secret))
    })
}

/// Resumes a paused endpoint: the deliveries that wait are sent. Nothing changes if the endpoint is
/// not paused.
pub fn resume(
    store: &(impl WebhookEndpoints + Commit + ?Sized),
    env: &Env<'_>,
    tenant: &TenantId,
    actor: &Actor,
) -> Result<WebhookEndpoint, WebhookEndpointError> {
    settle(store, |_| {
        let mut endpoint = store
            .webhook_endpoint(tenant)?
            .ok_or(WebhookEndpointError::NotFound)?;
        if endpoint.health.paused_at.is_none() {
            return Ok(Decision::Answer(endpoint));
        }
        endpoint.health = EndpointHealth::default();
        let write = Write::changed(endpoint);
        let endpoint = write.value.clone();
        let now = env.now();
        let mut changes = env.changes(now);
        changes.endpoints.push(write);
        changes.audit.push(env.audit(
            tenant,
            now,
            actor.clone(),
            "webhook.resumed",
            tenant.as_str(),
        ));
        Ok(Decision::commit(changes, endpoint))
    })
}

/// Redelivers an event with the same id and body, due now, with a new retry schedule. An event with a
/// license key is sent to a URL that it was not sent to before only for who may reveal license keys. A
/// paused endpoint is probed: its deliveries are attempted one at a time, and a success resumes it.
pub fn redeliver(
    store: &(impl Deliveries + WebhookEndpoints + Commit + ?Sized),
    env: &Env<'_>,
    tenant: &TenantId,
    id: &DeliveryId,
    authority: Authority<'_>,
) -> Result<Delivery, WebhookEndpointError> {
    let reveal = TokenScope::LicensesReveal;
    settle(store, |_| {
        let (mut delivery, attempts) = store
            .delivery(tenant, id)?
            .ok_or(WebhookEndpointError::NotFound)?;
        let mut endpoint = store.webhook_endpoint(tenant)?;
        let url = endpoint.as_ref().and_then(|endpoint| endpoint.url.as_ref());
        if delivery.reveals_key_to(url, &attempts) && authority.lacks(&[reveal].into()).is_some() {
            return Err(WebhookEndpointError::LacksScope(reveal));
        }
        let now = env.now();
        if delivery.status == DeliveryStatus::Leased && delivery.due_at > now {
            return Err(WebhookEndpointError::Busy);
        }
        if delivery.sealed_body.is_erased() {
            return Err(WebhookEndpointError::BodyErased);
        }
        if endpoint.as_ref().is_some_and(|it| it.gone_since.is_some()) {
            return Err(WebhookEndpointError::Gone);
        }
        delivery.status = DeliveryStatus::Pending;
        delivery.schedule_from = delivery.attempts;
        delivery.due_at = now;
        let write = Write::changed(delivery);
        let delivery = write.value.clone();
        let mut changes = env.changes(now);
        changes.deliveries.push(write);
        if let Some(mut endpoint) = endpoint.take_if(|it| !it.health.is_open()) {
            endpoint.health.probe();
            changes.endpoints.push(Write::changed(endpoint));
        }
        changes.audit.push(env.audit(
            tenant,
            now,
            authority.actor(),
            "delivery.redelivered",
            id.as_str(),
        ));
        Ok(Decision::commit(changes, delivery))
    })
}
