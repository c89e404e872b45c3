use std::time::Duration;

use crate::base::id::{DeliveryId, LicenseId, MailId};
use crate::base::page::PageRequest;
use crate::base::slug::TenantId;
use crate::base::time::Timestamp;
use crate::model::outbox::delivery::{Attempt, Claim, Delivery};
use crate::model::outbox::mail::QueuedMail;
use crate::model::outbox::webhook_endpoint::WebhookEndpoint;
use crate::ports::store_error::{Found, Listed, StoreError};

/// Reads license webhooks.
pub trait WebhookEndpoints {
    /// A tenant's license webhook.
    fn webhook_endpoint(&self, tenant: &TenantId) -> Found<WebhookEndpoint>;
}

/// Reads deliveries, and hands them out.
pub trait Deliveries {
    /// One delivery, with its attempts, oldest first.
    fn delivery(&self, tenant: &TenantId, id: &DeliveryId) -> Found<(Delivery, Vec<Attempt>)>;
    /// A tenant's deliveries, newest first, each with its last attempt.
    fn deliveries(
        &self,
        tenant: &TenantId,
        page: &PageRequest,
    ) -> Listed<(Delivery, Option<Attempt>)>;
    /// Leases up to `n` due deliveries until `now + lease`, atomically: pending ones that are due,
    /// and leased ones whose lease has ended. At most `cap` of one endpoint are leased at a time
    /// (`a_lane_is_capped`), so a hung endpoint delays no other. A delivery is handed to one
    /// caller (`two_claimers_share_nothing`); one whose tenant has no URL, or whose endpoint is
    /// gone, waits (`without_a_url_it_waits`). A claim counts the attempt and the version.
    fn claim(
        &self,
        now: Timestamp,
        n: usize,
        cap: usize,
        lease: Duration,
    ) -> Result<Vec<Claim>, StoreError>;
}

/// Reads mailings, and hands them out.
pub trait Mails {
    /// One mailing.
    fn mailing(&self, tenant: &TenantId, id: &MailId) -> Found<QueuedMail>;
    /// The mailings of a tenant's license, newest first.
    fn mails(
        &self,
        tenant: &TenantId,
        license: &LicenseId,
        page: &PageRequest,
    ) -> Listed<QueuedMail>;
    /// Leases up to `n` due mailings until `now + lease`, atomically, the longest due first:
    /// pending ones that are due, and leased ones whose lease has ended
    /// (`an_ended_mail_lease_is_claimed_again`). A mailing is handed to one caller
    /// (`two_mail_claimers_share_nothing`). A claim counts the attempt and the version.
    fn claim_mails(
        &self,
        now: Timestamp,
        n: usize,
        lease: Duration,
    ) -> Result<Vec<QueuedMail>, StoreError>;
    /// Up to `n` mailings that became due at `before` or earlier and are neither settled nor
    /// under way, the longest due first (`overdue_mails_are_found`).
    fn overdue_mails(&self, before: Timestamp, n: usize) -> Result<Vec<QueuedMail>, StoreError>;
}
