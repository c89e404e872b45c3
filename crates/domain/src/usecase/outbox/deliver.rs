//! One attempt of a claimed delivery: building its request and recording its result.

use std::time::Duration;

use crate::base::time::Timestamp;
use crate::commit::write::Write;
use crate::model::outbox::delivery::{Attempt, Claim, Delivery, DeliveryStatus};
use crate::model::outbox::retry::Verdict;
use crate::model::outbox::webhook_signature::{self, WebhookSecret};
use crate::ports::{
    Commit, Deliveries, HttpError, HttpRequest, HttpResponse, Method, WebhookEndpoints,
};
use crate::usecase::commit_loop::{Decision, settle};
use crate::usecase::env::{Env, SealedField};
use crate::usecase::failure::{Failure, from_port_errors};
use crate::usecase::outbox::retry::next_attempt;

/// The time limit of an attempt, from name resolution to the last byte.
pub const DEADLINE: Duration = Duration::from_secs(15);

/// How long a claim lasts: longer than any attempt.
pub const LEASE: Duration = Duration::from_mins(1);

/// The largest number of concurrent deliveries to one endpoint.
pub const MAX_CONCURRENT_PER_ENDPOINT: usize = 4;

/// The largest answer that is read, in bytes.
const MAX_ANSWER: usize = 64 * 1024;

/// How much of an answer is stored, in characters.
const MAX_SNIPPET: usize = 500;

/// Why an attempt was not made, or its result not recorded. The delivery is due again when its lease
/// ends.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DeliverError {
    /// The endpoint's URL was removed.
    #[error("the endpoint has no URL")]
    NoUrl,
    /// The endpoint's sealed secret is not a webhook secret.
    #[error("the endpoint's secret is damaged")]
    DamagedSecret,
    /// The store failed, or a secret cannot be opened.
    #[error(transparent)]
    Failure(#[from] Failure),
}

from_port_errors!(DeliverError);

/// Builds the request of an attempt. Its body is the same in every attempt; the timestamp and the
/// signatures, of both schemes, are those of this attempt.
pub fn request(env: &Env<'_>, claim: &Claim) -> Result<HttpRequest, DeliverError> {
    let Claim { delivery, endpoint } = claim;
    let url = endpoint.url.as_ref().ok_or(DeliverError::NoUrl)?;
    let body = env
        .open(
            SealedField::DELIVERY_BODY,
            delivery.id.as_str(),
            &delivery.sealed_body,
        )?
        .expose()
        .to_vec();
    let secret = env
        .open(
            SealedField::ENDPOINT_SECRET,
            endpoint.tenant.as_str(),
            &endpoint.sealed_secret,
        )?
        .into_text()
        .and_then(|text| WebhookSecret::parse(text.expose()).ok())
        .ok_or(DeliverError::DamagedSecret)?;
    let at = env.now().unix_seconds();
    let id = delivery.id.as_str();
    Ok(HttpRequest {
        method: Method::Post,
        url: url.as_str().to_owned(),
        headers: vec![
            ("content-type", "application/json".to_owned()),
            (
                "x-keylight-signature",
                webhook_signature::keylight_signature(&secret, at, &body),
            ),
            ("x-keylight-delivery-id", id.to_owned()),
            ("webhook-id", id.to_owned()),
            ("webhook-timestamp", at.to_string()),
            (
                "webhook-signature",
                webhook_signature::standard_webhooks_signature(&secret, id, at, &body),
            ),
        ],
        authorization: None,
        body,
        deadline: DEADLINE,
        max_answer: MAX_ANSWER,
    })
}

/// Records the result of an attempt. If the lease was lost, nothing changes.
pub fn record_result(
    store: &(impl Deliveries + WebhookEndpoints + Commit + ?Sized),
    env: &Env<'_>,
    claim: &Claim,
    result: &Result<HttpResponse, HttpError>,
) -> Result<DeliveryStatus, DeliverError> {
    settle(store, |_| {
        let mut delivery = claim.delivery.clone();
        let stored = store.delivery(&delivery.tenant, &delivery.id)?;
        if stored.is_none_or(|(stored, _)| stored.version != delivery.version) {
            return Ok(Decision::Answer(DeliveryStatus::Pending));
        }
        let now = env.now();
        let mut changes = env.changes(now);
        let verdict = match result {
            Ok(answer) => Verdict::of_status(answer.status),
            Err(_) => Verdict::TryAgain,
        };
        delivery.status = match verdict {
            Verdict::Delivered => DeliveryStatus::Delivered,
            Verdict::Gone => DeliveryStatus::Failed,
            Verdict::TryAgain => retry(env, &mut delivery, result, now),
        };
        if verdict == Verdict::Gone
            && let Some(mut endpoint) = store.webhook_endpoint(&delivery.tenant)?
            && endpoint.url == claim.endpoint.url
            && endpoint.gone_since.is_none()
        {
            endpoint.gone_since = Some(now);
            changes.endpoints.push(Write::changed(endpoint));
        }
        changes.attempts.extend(attempt(claim, result, now));
        let status = delivery.status;
        changes.deliveries.push(Write::changed(delivery));
        Ok(Decision::commit(changes, status))
    })
}

/// Schedules the next attempt; `Failed` if no attempts are left.
fn retry(
    env: &Env<'_>,
    delivery: &mut Delivery,
    result: &Result<HttpResponse, HttpError>,
    now: Timestamp,
) -> DeliveryStatus {
    let attempts = delivery.attempts.saturating_sub(delivery.schedule_from);
    let answer = result.as_ref().ok();
    let retry_after = answer.and_then(|answer| answer.retry_after(now));
    match next_attempt(env, attempts, now, retry_after) {
        Some(due_at) => {
            delivery.due_at = due_at;
            DeliveryStatus::Pending
        }
        None => DeliveryStatus::Failed,
    }
}

/// The record of an attempt; `None` if the endpoint had no URL to send to.
fn attempt(
    claim: &Claim,
    result: &Result<HttpResponse, HttpError>,
    now: Timestamp,
) -> Option<Attempt> {
    Some(Attempt {
        delivery: claim.delivery.id.clone(),
        number: claim.delivery.attempts,
        at: now,
        url: claim.endpoint.url.clone()?,
        status: result.as_ref().ok().map(|answer| answer.status),
        snippet: snippet(result),
    })
}

/// The start of the answer, or why there was none.
fn snippet(result: &Result<HttpResponse, HttpError>) -> String {
    match result {
        Ok(answer) => String::from_utf8_lossy(&answer.body)
            .chars()
            .filter(|c| !c.is_control() || *c == '\n')
            .take(MAX_SNIPPET)
            .collect(),
        Err(error) => error.to_string().chars().take(MAX_SNIPPET).collect(),
    }
}
