//! Views of webhook endpoints, deliveries and mails.

use mintage_domain::base::email::Email;
use mintage_domain::base::id::{DeliveryId, LicenseId, MailId};
use mintage_domain::base::time::Timestamp;
use mintage_domain::base::url::WebUrl;
use mintage_domain::model::outbox::delivery::{Attempt, Delivery, DeliveryStatus};
use mintage_domain::model::outbox::mail::{MailStatus, QueuedMail};
use mintage_domain::model::outbox::webhook_endpoint::WebhookEndpoint;
use mintage_runtime::app::Mailer;
use serde::Serialize;
use utoipa::ToSchema;

use crate::openapi::schema;

/// Where events are sent.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Webhook)]
pub(crate) struct WebhookEndpointView<'a> {
    /// `null` for nowhere: events wait.
    #[schema(required, value_type = Option<schema::Url>)]
    url: Option<&'a str>,
    has_signing_secret: bool,
    /// Since when it answers 410, and is sent nothing.
    #[schema(required, value_type = Option<schema::Time>)]
    gone_since: Option<String>,
}

impl<'a> WebhookEndpointView<'a> {
    pub(crate) fn of(endpoint: Option<&'a WebhookEndpoint>) -> Self {
        Self {
            url: endpoint
                .and_then(|endpoint| endpoint.url.as_ref())
                .map(WebUrl::as_str),
            has_signing_secret: endpoint.is_some(),
            gone_since: endpoint
                .and_then(|endpoint| endpoint.gone_since)
                .map(Timestamp::to_rfc3339),
        }
    }
}

/// Where events are sent, and what signs them.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct WebhookSet<'a> {
    #[schema(required, value_type = Option<schema::Url>)]
    pub(crate) url: Option<&'a str>,
    /// `whsec_...`, with the first URL; `null` later.
    #[schema(required)]
    pub(crate) signing_secret: Option<&'a str>,
}

/// What signs events from now on.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct NewSigningSecret<'a> {
    /// `whsec_...`, shown this once.
    pub(crate) signing_secret: &'a str,
}

/// An event on its way to a tenant's webhook.
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
    /// How the last attempt was answered; `null` for not at all.
    #[schema(required)]
    last_status: Option<u16>,
    /// How the last answer began, or why there was none.
    #[schema(required)]
    last_response_snippet: Option<&'a str>,
    #[schema(required, value_type = Option<schema::Time>)]
    last_attempt_at: Option<String>,
    /// Where the last attempt went.
    #[schema(required, value_type = Option<schema::Url>)]
    url: Option<&'a str>,
    #[schema(required, value_type = Option<schema::Time>)]
    next_attempt_at: Option<String>,
    #[schema(value_type = schema::Time)]
    created_at: String,
}

impl<'a> DeliveryView<'a> {
    pub(crate) fn of(delivery: &'a Delivery, last: Option<&'a Attempt>) -> Self {
        let status = match delivery.status {
            DeliveryStatus::Delivered => "delivered",
            DeliveryStatus::Failed => "failed",
            // The attempt under way is counted already, and the first one retries nothing.
            DeliveryStatus::Leased if delivery.attempts > 1 => "retrying",
            DeliveryStatus::Pending if delivery.attempts > 0 => "retrying",
            DeliveryStatus::Pending | DeliveryStatus::Leased => "pending",
        };
        Self {
            id: &delivery.id,
            event: delivery.event.as_str(),
            license_id: &delivery.license,
            status,
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

/// Whether buyers are mailed their keys.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = MailSetting)]
pub(crate) struct MailSettingView {
    /// Whether each new key is mailed: the tenant's own switch.
    enabled: bool,
    /// Whether this server has a mail server to send by.
    configured: bool,
    /// Where mail comes from.
    #[schema(required)]
    from: Option<String>,
    /// What keeps mail from being sent, in a sentence.
    #[schema(required)]
    problem: Option<&'static str>,
}

impl MailSettingView {
    pub(crate) fn of(mailer: Option<&Mailer>, enabled: bool) -> Self {
        let from = mailer.map(|mailer| mailer.from.to_string());
        Self {
            enabled,
            configured: from.is_some(),
            problem: from.is_none().then_some(
                "this server has no mail server: keys wait for one for three days, and then are \
                 not mailed",
            ),
            from,
        }
    }
}

/// A license's key on its way to its buyer.
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
    /// Why it was not sent so far, or will not be.
    #[schema(required)]
    reason: Option<String>,
    /// How many attempts were begun.
    attempt_count: u32,
    /// When it is tried next.
    #[schema(required, value_type = Option<schema::Time>)]
    next_attempt_at: Option<String>,
    #[schema(value_type = schema::Time)]
    created_at: String,
}

impl MailView {
    pub(crate) fn of(mailing: &QueuedMail) -> Self {
        let status = match mailing.status {
            // The attempt under way is counted already, and the first one retries nothing.
            MailStatus::Leased if mailing.attempts > 1 => "retrying",
            MailStatus::Pending if mailing.attempts > 0 => "retrying",
            MailStatus::Pending | MailStatus::Leased => "pending",
            settled => settled.as_str(),
        };
        let waits = mailing.status == MailStatus::Pending;
        Self {
            id: mailing.id.clone(),
            license_id: mailing.license.clone(),
            to: mailing.to.clone(),
            status,
            reason: mailing.reason.clone(),
            attempt_count: mailing.attempts,
            next_attempt_at: waits.then(|| mailing.due_at.to_rfc3339()),
            created_at: mailing.created_at.to_rfc3339(),
        }
    }
}
