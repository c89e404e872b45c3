use super::{Found, Listed, StoreError};
use crate::id::{LicenseId, MailId};
use crate::mail::Mailing;
use crate::page::PageRequest;
use crate::slug::TenantId;
use crate::time::Timestamp;
use std::time::Duration;

/// Reads mailings, and hands them out.
pub trait Mails {
    /// One mailing.
    fn mailing(&self, tenant: &TenantId, id: &MailId) -> Found<Mailing>;
    /// The mailings of a tenant's license, newest first.
    fn mails(&self, tenant: &TenantId, license: &LicenseId, page: &PageRequest) -> Listed<Mailing>;
    /// Leases up to `n` due mailings until `now + lease`, atomically, the longest due first:
    /// pending ones that are due, and leased ones whose lease has ended
    /// (`an_ended_mail_lease_is_claimed_again`). A mailing is handed to one caller
    /// (`two_mail_claimers_share_nothing`). A claim counts the attempt and the version.
    fn claim_mails(
        &self,
        now: Timestamp,
        n: usize,
        lease: Duration,
    ) -> Result<Vec<Mailing>, StoreError>;
    /// Up to `n` mailings that became due at `before` or earlier and are neither settled nor
    /// under way, the longest due first (`overdue_mails_are_found`).
    fn overdue_mails(&self, before: Timestamp, n: usize) -> Result<Vec<Mailing>, StoreError>;
}
