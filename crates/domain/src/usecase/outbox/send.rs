//! Sending events at a seller's request: redelivering an event, and testing an endpoint.

use std::time::Duration;

use crate::base::id::{DeliveryId, WebhookEndpointId};
use crate::base::slug::TenantId;
use crate::commit::write::Write;
use crate::model::access::rate::{Rate, Take};
use crate::model::outbox::delivery::{Delivery, DeliveryStatus};
use crate::model::outbox::event::{EventName, test_event_body};
use crate::model::outbox::webhook_endpoint::WebhookEndpoint;
use crate::model::sellers::audit::Actor;
use crate::model::sellers::authority::Authority;
use crate::model::sellers::management_token::TokenScope;
use crate::ports::{Commit, Deliveries, RateLimiter, TakeQuery, WebhookEndpoints};
use crate::usecase::commit_loop::{Decision, settle};
use crate::usecase::env::{Env, SealedField};
use crate::usecase::outbox::webhook_endpoint::{WebhookEndpointError, existing};

/// How many test events an endpoint is sent.
const TEST_RATE: Rate = Rate {
    limit: 10,
    window: Duration::from_mins(1),
};

/// Redelivers an event to its endpoint with the same id and body, due now, with a new retry schedule. An
/// event with a license key is sent to a URL that it was not sent to before only for who may reveal
/// license keys. A paused endpoint is probed: its deliveries are attempted one at a time, and a success
/// resumes it.
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
        let mut endpoint = store.webhook_endpoint(tenant, &delivery.endpoint)?;
        if endpoint.as_ref().is_some_and(WebhookEndpoint::is_deleted) {
            return Err(WebhookEndpointError::Deleted);
        }
        // What waits at an endpoint is sent to the URL that it has then, so the URL of today says nothing.
        let sends_now = |it: &&WebhookEndpoint| it.subscription.is_enabled && it.health.is_open();
        let url = endpoint
            .as_ref()
            .filter(sends_now)
            .and_then(|it| it.url.as_ref());
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
        delivery.waits_in = None;
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

/// Queues a test event for an endpoint, which receives the event whatever other events it receives. A
/// paused endpoint is probed, as by a redelivery.
pub fn send_test(
    store: &(impl WebhookEndpoints + RateLimiter + Commit + ?Sized),
    env: &Env<'_>,
    tenant: &TenantId,
    id: &WebhookEndpointId,
    actor: &Actor,
) -> Result<Delivery, WebhookEndpointError> {
    existing(store, tenant, id)?;
    let (key, rate) = (format!("webhook-test:{tenant}:{id}"), TEST_RATE);
    let (n, now) = (1, env.now());
    if let Take::Refused(wait) = store.take(TakeQuery { key, rate, n, now })? {
        return Err(WebhookEndpointError::RateLimited(wait));
    }
    settle(store, |_| {
        let mut endpoint = existing(store, tenant, id)?;
        if endpoint.gone_since.is_some() {
            return Err(WebhookEndpointError::Gone);
        }
        if !endpoint.subscription.is_enabled {
            return Err(WebhookEndpointError::Disabled);
        }
        let event = DeliveryId::new(now, env.random());
        let body = test_event_body(&event, tenant, (id, endpoint.subscription.mode), now);
        let delivery = Delivery {
            sealed_body: env.seal(SealedField::DELIVERY_BODY, event.as_str(), &body),
            id: event,
            tenant: tenant.clone(),
            endpoint: id.clone(),
            waits_in: None,
            event: EventName::WebhookTest,
            license: None,
            sequence: 0,
            customer: None,
            status: DeliveryStatus::Pending,
            attempts: 0,
            schedule_from: 0,
            due_at: now,
            created_at: now,
            version: 1,
        };
        let mut changes = env.changes(now);
        changes.deliveries.push(Write::new(delivery.clone()));
        if !endpoint.health.is_open() {
            endpoint.health.probe();
            changes.endpoints.push(Write::changed(endpoint));
        }
        let action = "webhook-endpoint.tested";
        changes
            .audit
            .push(env.audit(tenant, now, actor.clone(), action, id.as_str()));
        Ok(Decision::commit(changes, delivery))
    })
}
