//! Views of webhook endpoints, deliveries and mails.

use mintage_domain::base::email::Email;
use mintage_domain::base::id::{DeliveryId, LicenseId, MailId};
use mintage_domain::base::time::Timestamp;
use mintage_domain::base::url::WebUrl;
use mintage_domain::model::outbox::delivery::{Attempt, Delivery, DeliveryStatus};
use mintage_domain::model::outbox::mail::{MailStatus, QueuedMail};
use mintage_domain::model::outbox::webhook_endpoint::WebhookEndpoint;
use mintage_runtime::app::Mailer;
use mintage_runtime::problem::Problem;
use serde::Serialize;
use utoipa::ToSchema;

use super::page::PageView;
use crate::schema;

/// A page of deliveries.
pub(crate) type DeliveryPage<'a> = PageView<DeliveryView<'a>>;
/// A page of mails.
pub(crate) type MailPage = PageView<MailView>;

/// The webhook endpoint of a tenant.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = WebhookEndpoint)]
pub(crate) struct WebhookEndpointView<'a> {
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

impl<'a> WebhookEndpointView<'a> {
    pub(crate) fn of(endpoint: Option<&'a WebhookEndpoint>) -> Self {
        let health = endpoint.map(|endpoint| endpoint.health.clone());
        let health = health.unwrap_or_default();
        Self {
            url: endpoint
                .and_then(|endpoint| endpoint.url.as_ref())
                .map(WebUrl::as_str),
            has_signing_secret: endpoint.is_some(),
            gone_since: endpoint
                .and_then(|endpoint| endpoint.gone_since)
                .map(Timestamp::to_rfc3339),
            status: endpoint.map_or("active", WebhookEndpoint::status),
            failing_since: health.failing_since.map(Timestamp::to_rfc3339),
            paused_at: health.paused_at.map(Timestamp::to_rfc3339),
        }
    }
}

/// The webhook endpoint after a change.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct UpdatedWebhookEndpoint<'a> {
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

/// The delivery of an event to the webhook endpoint of a tenant.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Delivery)]
pub(crate) struct DeliveryView<'a> {
    #[schema(value_type = schema::DeliveryId)]
    id: &'a DeliveryId,
    #[schema(value_type = schema::EventName)]
    event: &'static str,
    #[schema(value_type = schema::LicenseId)]
    license_id: &'a LicenseId,
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
    pub(crate) fn of(delivery: &'a Delivery, last: Option<&'a Attempt>) -> Self {
        Self {
            id: &delivery.id,
            event: delivery.event.as_str(),
            license_id: &delivery.license,
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

/// The mail settings of a tenant.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = MailSettings)]
pub(crate) struct MailSettingsView {
    /// Whether the tenant sends each new license key to its buyer.
    enabled: bool,
    /// Whether this server has a mail server.
    configured: bool,
    /// The sender of all mail.
    #[schema(required)]
    from: Option<String>,
    /// Why no mail can be sent, as a sentence.
    #[schema(required)]
    problem: Option<&'static str>,
}

impl MailSettingsView {
    pub(crate) fn of(mailer: Option<&Mailer>, enabled: bool) -> Self {
        let from = mailer.map(|mailer| mailer.from.to_string());
        Self {
            enabled,
            configured: from.is_some(),
            problem: from.is_none().then_some(
                "this server has no mail server: mails wait for three days, and are then not sent",
            ),
            from,
        }
    }
}

/// A mail that brings a license key to its buyer.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Mail)]
pub(crate) struct MailView {
    #[schema(value_type = schema::MailId)]
    id: MailId,
    #[schema(value_type = schema::LicenseId)]
    license_id: LicenseId,
    #[schema(value_type = schema::Email)]
    to: Email,
    #[schema(value_type = schema::MailStatus)]
    status: &'static str,
    /// Why the mail is not sent yet, or will not be sent.
    #[schema(required)]
    reason: Option<String>,
    /// How many attempts were started.
    attempt_count: u32,
    /// When the next attempt starts.
    #[schema(required, value_type = Option<schema::Time>)]
    next_attempt_at: Option<String>,
    #[schema(value_type = schema::Time)]
    created_at: String,
}

impl MailView {
    /// A mail about this license.
    pub(crate) fn of(license: &LicenseId, mail: &QueuedMail) -> Self {
        let is_pending = mail.status == MailStatus::Pending;
        Self {
            id: mail.id.clone(),
            license_id: license.clone(),
            to: mail.to.clone(),
            status: mail.progress(),
            reason: mail.reason.clone(),
            attempt_count: mail.attempts,
            next_attempt_at: is_pending.then(|| mail.due_at.to_rfc3339()),
            created_at: mail.created_at.to_rfc3339(),
        }
    }
}

/// What became of each license key that was to be sent again.
#[derive(Serialize, ToSchema)]
pub(crate) struct ResentKeys {
    /// In the order of the ids.
    pub(crate) items: Vec<ResentKey>,
}

/// What became of a license key that was to be sent again.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ResentKey {
    /// The id as it was given.
    license_id: String,
    /// The mail, which is due now.
    #[schema(required)]
    mail: Option<MailView>,
    /// Why no mail is sent.
    #[schema(required)]
    error: Option<ItemError>,
}

impl ResentKey {
    /// The mail that was queued for a license, or why none was.
    pub fn of(license_id: String, result: Result<QueuedMail, Problem>) -> Self {
        let (mail, error) = match result {
            Ok(mail) => (Some(mail), None),
            Err(problem) => (None, Some(ItemError::of(problem))),
        };
        let mail = mail.as_ref();
        let license = mail.and_then(|mail| mail.content.license());
        Self {
            mail: license
                .zip(mail)
                .map(|(license, mail)| MailView::of(license, mail)),
            error,
            license_id,
        }
    }
}

/// Why a part of a call was not done.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct ItemError {
    /// The stable code: `area/reason`.
    code: &'static str,
    /// A message for people.
    message: String,
    /// After how many seconds a retry makes sense.
    #[schema(required)]
    retry_after_seconds: Option<u64>,
}

impl ItemError {
    fn of(problem: Problem) -> Self {
        Self {
            code: problem.code.as_str(),
            message: problem.message,
            retry_after_seconds: problem.retry_after,
        }
    }
}
