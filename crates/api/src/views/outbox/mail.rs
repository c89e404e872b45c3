//! Views of mails.

use mintage_domain::base::email::Email;
use mintage_domain::base::id::{LicenseId, MailId};
use mintage_domain::model::outbox::mail::{MailStatus, QueuedMail};
use mintage_runtime::app::Mailer;
use mintage_runtime::problem::Problem;
use serde::Serialize;
use utoipa::ToSchema;

use super::super::page::PageView;
use crate::schema;

/// A page of mails.
pub(crate) type MailPage = PageView<MailView>;

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
