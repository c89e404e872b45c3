//! One attempt of a claimed delivery: building its request and recording its result.

use std::time::Duration;

use crate::base::seal::{OpenError, Sealed};
use crate::base::time::Timestamp;
use crate::commit::changes::Changes;
use crate::commit::write::Write;
use crate::model::outbox::delivery::{Attempt, Claim, Delivery, DeliveryStatus};
use crate::model::outbox::endpoint_health::{AttemptEnd, HealthChange, MAX_WIDTH};
use crate::model::outbox::event::sent_body;
use crate::model::outbox::retry::Verdict;
use crate::model::outbox::webhook_endpoint::WebhookEndpoint;
use crate::model::outbox::webhook_signature::{self, WebhookSecret};
use crate::model::sellers::audit::Actor;
use crate::ports::{
    AnswerBody, Commit, Deliveries, HttpError, HttpRequest, HttpResponse, Method, Tenants,
    WebhookEndpoints,
};
use crate::usecase::commit_loop::{Decision, settle};
use crate::usecase::env::{Env, SealedField};
use crate::usecase::failure::Failure;
use crate::usecase::outbox::paused_notice::paused_mail;
use crate::usecase::outbox::retry::next_attempt;

/// The time limit of an attempt, from name resolution to the last byte.
pub const DEADLINE: Duration = Duration::from_secs(15);

/// How long a claim lasts: longer than any attempt.
pub const LEASE: Duration = Duration::from_mins(1);

/// The largest number of concurrent deliveries to one endpoint.
pub const MAX_CONCURRENT_PER_ENDPOINT: usize = MAX_WIDTH as usize;

/// How much of an answer is read, in bytes. The status decides; the body is for the log of attempts.
const MAX_ANSWER: usize = 4 * 1024;

/// How much of an answer is stored, in characters.
const MAX_SNIPPET: usize = 500;

/// Why an attempt was not made, or its result not recorded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DeliverError {
    /// The endpoint's URL was removed.
    #[error("the endpoint has no URL")]
    NoUrl,
    /// The endpoint was deleted.
    #[error("the endpoint was deleted")]
    Deleted,
    /// The sealed body of the event cannot be opened.
    #[error("the body of the event cannot be opened: {0}")]
    SealedBody(OpenError),
    /// The endpoint's sealed secret cannot be opened.
    #[error("the signing secret of the endpoint cannot be opened: {0}")]
    SealedSecret(OpenError),
    /// The endpoint's sealed secret is not a webhook secret.
    #[error("the signing secret of the endpoint is damaged")]
    DamagedSecret,
    /// The store failed. The delivery is due again when its lease ends.
    #[error(transparent)]
    Failure(#[from] Failure),
}

impl From<crate::ports::StoreError> for DeliverError {
    fn from(error: crate::ports::StoreError) -> Self {
        Self::Failure(error.into())
    }
}

/// Builds the request of an attempt. Its body is the same in every attempt; the timestamp and the
/// signatures, of both schemes, are those of this attempt.
pub fn request(env: &Env<'_>, claim: &Claim) -> Result<HttpRequest, DeliverError> {
    let Claim { delivery, endpoint } = claim;
    if endpoint.is_deleted() {
        return Err(DeliverError::Deleted);
    }
    let url = endpoint.url.as_ref().ok_or(DeliverError::NoUrl)?;
    let id = delivery.id.event();
    let sealed = env
        .open(SealedField::DELIVERY_BODY, id, &delivery.sealed_body)
        .map_err(DeliverError::SealedBody)?;
    let body = sent_body(sealed.expose().to_vec(), delivery.customer.as_ref());
    let now = env.now();
    let sealed = endpoint.signing_secrets(now);
    let secrets: Vec<_> = sealed
        .map(|sealed| open_secret(env, endpoint, sealed))
        .collect::<Result<_, _>>()?;
    let at = now.unix_seconds();
    Ok(HttpRequest {
        method: Method::Post,
        url: url.as_str().to_owned(),
        headers: vec![
            ("content-type", "application/json".to_owned()),
            (
                "x-keylight-signature",
                webhook_signature::keylight_signature(&secrets, at, &body),
            ),
            ("x-keylight-delivery-id", id.to_owned()),
            ("webhook-id", id.to_owned()),
            ("webhook-timestamp", at.to_string()),
            (
                "webhook-signature",
                webhook_signature::standard_webhooks_signature(&secrets, id, at, &body),
            ),
        ],
        authorization: None,
        body,
        deadline: DEADLINE,
        answer: AnswerBody::Start(MAX_ANSWER),
    })
}

fn open_secret(
    env: &Env<'_>,
    endpoint: &WebhookEndpoint,
    sealed: &Sealed,
) -> Result<WebhookSecret, DeliverError> {
    env.open(SealedField::ENDPOINT_SECRET, endpoint.lane_key(), sealed)
        .map_err(DeliverError::SealedSecret)?
        .into_text()
        .and_then(|text| WebhookSecret::parse(text.expose()).ok())
        .ok_or(DeliverError::DamagedSecret)
}

/// The end of an attempt, as it is recorded.
struct AttemptRecord {
    next: Next,
    /// The HTTP status of the answer.
    status: Option<u16>,
    /// The start of the answer, or why there was none.
    snippet: String,
    /// The wait that the receiver requested.
    retry_after: Option<Duration>,
    /// What the attempt says about the endpoint; `None` if nothing was sent.
    end: Option<AttemptEnd>,
}

/// What happens to the delivery after an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Next {
    Delivered,
    /// The endpoint is gone.
    Gone,
    Retry,
    /// The delivery can never be sent.
    Fail,
}

/// Records the result of an attempt. If the lease was lost, nothing changes.
pub fn record_result(
    store: &(impl Deliveries + WebhookEndpoints + Tenants + Commit + ?Sized),
    env: &Env<'_>,
    claim: &Claim,
    result: &Result<HttpResponse, HttpError>,
) -> Result<DeliveryStatus, DeliverError> {
    let now = env.now();
    let answer = result.as_ref().ok();
    let started_at = claim.delivery.due_at.minus(LEASE);
    let verdict = answer.map(|answer| Verdict::of_status(answer.status));
    let after = now.since(started_at);
    let attempt = AttemptRecord {
        next: match verdict {
            Some(Verdict::Delivered) => Next::Delivered,
            Some(Verdict::Gone) => Next::Gone,
            Some(Verdict::TryAgain) | None => Next::Retry,
        },
        status: answer.map(|answer| answer.status),
        snippet: snippet(result),
        retry_after: answer.and_then(|answer| answer.retry_after(now)),
        end: Some(match verdict {
            Some(Verdict::Delivered) => AttemptEnd::Acknowledged(after),
            Some(Verdict::Gone | Verdict::TryAgain) => AttemptEnd::Rejected(after),
            None => AttemptEnd::NoAnswer,
        }),
    };
    record(store, env, claim, &attempt)
}

/// Records that a running attempt has had no answer in time, so that the next attempts at the endpoint
/// leave the slots of responsive endpoints alone.
pub fn record_wait(
    store: &(impl WebhookEndpoints + Commit + ?Sized),
    env: &Env<'_>,
    claim: &Claim,
) -> Result<(), DeliverError> {
    settle(store, |_| {
        let claimed = &claim.endpoint;
        let Some(mut endpoint) = store.webhook_endpoint(&claimed.tenant, &claimed.id)? else {
            return Ok(Decision::Answer(()));
        };
        let before = endpoint.health.clone();
        if endpoint.url == claimed.url && endpoint.sealed_secret == claimed.sealed_secret {
            endpoint.health.record_wait();
        }
        let mut changes = env.changes(env.now());
        if endpoint.health != before {
            changes.endpoints.push(Write::changed(endpoint));
        }
        Ok(Decision::commit(changes, ()))
    })
}

/// Records that a request could not be built. A damaged body fails the delivery at once. Anything else
/// may be repaired, so that the delivery is retried by its schedule.
pub fn record_unsent(
    store: &(impl Deliveries + WebhookEndpoints + Tenants + Commit + ?Sized),
    env: &Env<'_>,
    claim: &Claim,
    error: &DeliverError,
) -> Result<DeliveryStatus, DeliverError> {
    let attempt = AttemptRecord {
        next: match error {
            DeliverError::Failure(_) => return Err(error.clone()),
            DeliverError::SealedBody(OpenError::Refused) | DeliverError::Deleted => Next::Fail,
            _ => Next::Retry,
        },
        status: None,
        snippet: error.to_string(),
        retry_after: None,
        end: None,
    };
    record(store, env, claim, &attempt)
}

fn record(
    store: &(impl Deliveries + WebhookEndpoints + Tenants + Commit + ?Sized),
    env: &Env<'_>,
    claim: &Claim,
    attempt: &AttemptRecord,
) -> Result<DeliveryStatus, DeliverError> {
    settle(store, |_| {
        let mut delivery = claim.delivery.clone();
        let stored = store.delivery(&delivery.tenant, &delivery.id)?;
        if stored.is_none_or(|(stored, _)| stored.version != delivery.version) {
            return Ok(Decision::Answer(DeliveryStatus::Pending));
        }
        let now = env.now();
        let mut changes = env.changes(now);
        delivery.status = match attempt.next {
            Next::Delivered => DeliveryStatus::Delivered,
            Next::Gone | Next::Fail => DeliveryStatus::Failed,
            Next::Retry => retry(env, &mut delivery, attempt.retry_after, now),
        };
        if let Some(endpoint) = store.webhook_endpoint(&delivery.tenant, &delivery.endpoint)? {
            update_endpoint(store, env, claim, endpoint, attempt, &mut changes)?;
        }
        changes.attempts.extend(row(claim, attempt, now));
        let status = delivery.status;
        changes.deliveries.push(Write::changed(delivery));
        Ok(Decision::commit(changes, status))
    })
}

/// Writes what the attempt says about the endpoint, unless another endpoint was set meanwhile.
fn update_endpoint(
    store: &(impl Tenants + ?Sized),
    env: &Env<'_>,
    claim: &Claim,
    mut endpoint: WebhookEndpoint,
    attempt: &AttemptRecord,
    changes: &mut Changes,
) -> Result<(), DeliverError> {
    let claimed = &claim.endpoint;
    if endpoint.url != claimed.url || endpoint.sealed_secret != claimed.sealed_secret {
        return Ok(());
    }
    let now = changes.at;
    let before = endpoint.clone();
    let tenant = endpoint.tenant.clone();
    let target = endpoint.lane_key().to_owned();
    let mut audit = |action: &'static str| {
        changes
            .audit
            .push(env.audit(&tenant, now, Actor::System, action, &*target));
    };
    if attempt.next == Next::Gone && endpoint.gone_since.is_none() {
        endpoint.gone_since = Some(now);
        audit("webhook.gone");
    }
    let change = attempt
        .end
        .map_or(HealthChange::None, |end| endpoint.health.record(end, now));
    match change {
        HealthChange::None => {}
        HealthChange::Resumed => audit("webhook.resumed"),
        HealthChange::Paused => {
            audit("webhook.paused");
            let seller = store.tenant(&tenant)?;
            changes
                .mails
                .extend(seller.map(|seller| paused_mail(env, &seller, now)));
        }
    }
    if endpoint != before {
        changes.endpoints.push(Write::changed(endpoint));
    }
    Ok(())
}

/// Schedules the next attempt; `Failed` if no attempts are left.
fn retry(
    env: &Env<'_>,
    delivery: &mut Delivery,
    retry_after: Option<Duration>,
    now: Timestamp,
) -> DeliveryStatus {
    let attempts = delivery.attempts.saturating_sub(delivery.schedule_from);
    match next_attempt(env, attempts, now, retry_after) {
        Some(due_at) => {
            delivery.due_at = due_at;
            DeliveryStatus::Pending
        }
        None => DeliveryStatus::Failed,
    }
}

/// The row of an attempt; `None` if the endpoint had no URL to send to.
fn row(claim: &Claim, attempt: &AttemptRecord, now: Timestamp) -> Option<Attempt> {
    Some(Attempt {
        delivery: claim.delivery.id.clone(),
        number: claim.delivery.attempts,
        at: now,
        url: claim.endpoint.url.clone()?,
        status: attempt.status,
        snippet: attempt.snippet.chars().take(MAX_SNIPPET).collect(),
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
        Err(error) => error.to_string(),
    }
}
