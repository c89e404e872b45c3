//! Mails that deliver license keys to buyers and notices to sellers, and the sender's mailbox.

mod license_mail;
mod mailbox;
mod paused_notice;

pub use crate::model::outbox::mail::license_mail::{LicenseMail, MailedLicense};
pub use crate::model::outbox::mail::mailbox::{InvalidMailbox, Mailbox};
pub use crate::model::outbox::mail::paused_notice::PausedNotice;

use crate::base::email::Email;
use crate::base::id::{LicenseId, MailId};
use crate::base::slug::TenantId;
use crate::base::text_enum::text_enum;
use crate::base::time::Timestamp;
use crate::model::outbox::progress::waiting;

/// A mail to a buyer or a seller.
///
/// The mail holds no key: its message is composed for each attempt, from what is stored at that
/// time.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct QueuedMail {
    /// Public id of the mail, from which the `Message-ID` of every attempt is derived.
    pub id: MailId,
    /// The tenant that the mail belongs to.
    pub tenant: TenantId,
    /// What the mail is about.
    pub content: MailContent,
    /// The recipient.
    #[cfg_attr(feature = "serde", serde(with = "crate::base::kept_email"))]
    pub to: Email,
    /// The state of the mail.
    pub status: MailStatus,
    /// Why the last attempt failed, or why the mail is not sent any more.
    pub reason: Option<String>,
    /// Number of attempts that were started.
    pub attempts: u32,
    /// When the next attempt is due; while an attempt runs, when its lease ends.
    pub due_at: Timestamp,
    /// When the mail was queued.
    pub created_at: Timestamp,
    /// Number of times the row was written; guards compare it. A claim increments the version, so
    /// only the holder of the lease has the current one.
    pub version: u64,
}

/// What a mail is about.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum MailContent {
    /// The key of this license, to its buyer.
    LicenseKey(LicenseId),
    /// That the tenant's webhook endpoint was paused, to the seller.
    WebhookPaused,
}

impl MailContent {
    /// The license whose key the mail delivers.
    pub fn license(&self) -> Option<&LicenseId> {
        match self {
            Self::LicenseKey(license) => Some(license),
            Self::WebhookPaused => None,
        }
    }
}

impl QueuedMail {
    /// Queues a mail to an address, due at once.
    pub fn new(
        id: MailId,
        tenant: TenantId,
        content: MailContent,
        to: Email,
        now: Timestamp,
    ) -> Self {
        Self {
            id,
            tenant,
            content,
            to,
            status: MailStatus::Pending,
            reason: None,
            attempts: 0,
            due_at: now,
            created_at: now,
            version: 1,
        }
    }

    /// Leases the mail for one attempt.
    pub fn lease(&mut self, until: Timestamp) {
        self.status = MailStatus::Leased;
        self.due_at = until;
        self.attempts = self.attempts.saturating_add(1);
        self.version = self.version.saturating_add(1);
    }

    /// The progress that sellers see: `pending`, `retrying`, `sent`, `failed` or `cancelled`.
    pub fn progress(&self) -> &'static str {
        match self.status {
            MailStatus::Pending | MailStatus::Leased => {
                waiting(self.status == MailStatus::Leased, self.attempts)
            }
            MailStatus::Sent | MailStatus::Failed | MailStatus::Cancelled => self.status.as_str(),
        }
    }
}

text_enum! {
    /// The state of a mail.
    pub enum MailStatus {
        /// The mail waits for its next attempt.
        Pending = "pending",
        /// An attempt holds a lease until `due_at`; then the mail is due again.
        Leased = "leased",
        /// The mail server accepted the message.
        Sent = "sent",
        /// All attempts failed, or the mail server refused the message.
        Failed = "failed",
        /// The license was revoked before the mail was sent.
        Cancelled = "cancelled",
    }

    /// The text is not a mail status.
    #[error("unknown mail status")]
    pub struct UnknownMailStatus;
}

impl MailStatus {
    /// Whether the mail may still be sent.
    pub fn is_unsettled(self) -> bool {
        matches!(self, Self::Pending | Self::Leased)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_is_read_back_by_its_name() {
        for status in MailStatus::ALL {
            assert_eq!(MailStatus::parse(status.as_str()), Ok(status));
        }
        assert_eq!(MailStatus::parse("Sent"), Err(UnknownMailStatus));
    }

    #[test]
    fn only_what_waits_or_is_under_way_may_still_be_sent() {
        let open: Vec<_> = MailStatus::ALL
            .into_iter()
            .filter(|status| status.is_unsettled())
            .collect();
        assert_eq!(open, [MailStatus::Pending, MailStatus::Leased]);
    }
}
