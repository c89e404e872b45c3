//! Views of mails.

use mintage_domain::base::email::Email;
use mintage_domain::base::id::{LicenseId, MailId};
use mintage_domain::model::outbox::mail::{MailStatus, QueuedMail};
use mintage_runtime::app::Mailer;
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
