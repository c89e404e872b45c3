//! Mail to buyers: a license's key on its way to whom it is for, and where all mail comes from.

mod mailbox;
mod template;

pub use crate::model::outbox::mail::mailbox::{InvalidMailbox, Mailbox};
pub use crate::model::outbox::mail::template::{Letter, letter};

use crate::base::email::Email;
use crate::base::id::{LicenseId, MailId};
use crate::base::slug::TenantId;
use crate::base::time::Timestamp;
use crate::model::outbox::progress::waiting;

/// One license's key on its way to its buyer.
///
/// It holds no key: the message is written when it is sent, from the license as it is then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueuedMail {
    /// Its id, which stands in the message's `Message-ID`, the same in every attempt.
    pub id: MailId,
    /// Whose license.
    pub tenant: TenantId,
    /// Which license.
    pub license: LicenseId,
    /// To whom.
    pub to: Email,
    /// How far it is.
    pub status: MailStatus,
    /// Why the last attempt did not send it, or why there will be none.
    pub reason: Option<String>,
    /// How many attempts were begun.
    pub attempts: u32,
    /// When it is due; while an attempt runs, when its lease ends.
    pub due_at: Timestamp,
    /// When it was made.
    pub created_at: Timestamp,
    /// Counts changes; the holder of a lease is who knows the current one.
    pub version: u64,
}

impl QueuedMail {
    /// Queues a license's key for an address, due at once.
    pub fn new(
        id: MailId,
        tenant: TenantId,
        license: LicenseId,
        to: Email,
        now: Timestamp,
    ) -> Self {
        Self {
            id,
            tenant,
            license,
            to,
            status: MailStatus::Pending,
            reason: None,
            attempts: 0,
            due_at: now,
            created_at: now,
            version: 1,
        }
    }
}

impl QueuedMail {
    /// How far it is, for its seller: `pending`, `retrying`, `sent`, `failed` or `cancelled`.
    pub fn progress(&self) -> &'static str {
        match self.status {
            MailStatus::Pending | MailStatus::Leased => {
                waiting(self.status == MailStatus::Leased, self.attempts)
            }
            MailStatus::Sent | MailStatus::Failed | MailStatus::Cancelled => self.status.as_str(),
        }
    }
}

/// How far a mail is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MailStatus {
    /// To be sent when due, or to be tried again.
    Pending,
    /// An attempt holds a lease until `due_at`; if it dies, the mailing is due again.
    Leased,
    /// Taken over by the mail server.
    Sent,
    /// Given up.
    Failed,
    /// Not to be sent any more: the license was revoked meanwhile.
    Cancelled,
}

/// A text that is no mail status.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown mail status")]
pub struct UnknownMailStatus;

impl MailStatus {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Pending,
        Self::Leased,
        Self::Sent,
        Self::Failed,
        Self::Cancelled,
    ];

    /// The status as it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Leased => "leased",
            Self::Sent => "sent",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    /// Reads a status.
    pub fn parse(text: &str) -> Result<Self, UnknownMailStatus> {
        Self::ALL
            .into_iter()
            .find(|status| status.as_str() == text)
            .ok_or(UnknownMailStatus)
    }

    /// Whether it may still be sent.
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
