//! Keys on their way to their buyers.

use diesel::prelude::*;
use mintage_domain::base::email::Email;
use mintage_domain::base::id::{LicenseId, MailId};
use mintage_domain::base::slug::TenantId;
use mintage_domain::base::time::Timestamp;
use mintage_domain::model::outbox::mail::{MailStatus, QueuedMail};
use mintage_domain::ports::StoreError;

use crate::place::{Place, stored_text, stored_version};
use crate::schema::mails;

/// A row of `mails`.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = mails, treat_none_as_default_value = false)]
pub struct MailingRow {
    id: String,
    tenant: String,
    license: String,
    recipient: String,
    status: String,
    reason: Option<String>,
    attempts: i64,
    due_at: i64,
    created_at: i64,
    version: i64,
}

impl From<&QueuedMail> for MailingRow {
    fn from(mailing: &QueuedMail) -> Self {
        Self {
            id: mailing.id.to_string(),
            tenant: mailing.tenant.to_string(),
            license: mailing.license.to_string(),
            recipient: mailing.to.to_string(),
            status: mailing.status.as_str().to_owned(),
            reason: mailing.reason.as_deref().map(stored_text),
            attempts: i64::from(mailing.attempts),
            due_at: mailing.due_at.as_micros(),
            created_at: mailing.created_at.as_micros(),
            version: stored_version(mailing.version),
        }
    }
}

impl TryFrom<MailingRow> for QueuedMail {
    type Error = StoreError;

    fn try_from(row: MailingRow) -> Result<Self, StoreError> {
        let key = [row.id.as_str()];
        let place = Place::of("mails", &key);
        Ok(Self {
            id: place.read("id", MailId::parse(&row.id))?,
            tenant: place.read("tenant", TenantId::parse(&row.tenant))?,
            license: place.read("license", LicenseId::parse(&row.license))?,
            to: place.read("recipient", Email::parse(&row.recipient))?,
            status: place.read("status", MailStatus::parse(&row.status))?,
            attempts: place.number("attempts", row.attempts)?,
            due_at: Timestamp::from_micros(row.due_at),
            created_at: Timestamp::from_micros(row.created_at),
            version: place.number("version", row.version)?,
            reason: row.reason,
        })
    }
}
