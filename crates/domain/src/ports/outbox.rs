//! Reads and claims of deliveries and mails.

use std::time::Duration;

use crate::base::id::{DeliveryId, LicenseId, MailId};
use crate::base::page::PageRequest;
use crate::base::slug::TenantId;
use crate::base::time::Timestamp;
use crate::model::outbox::delivery::{Attempt, Claim, Delivery};
use crate::model::outbox::mail::QueuedMail;
use crate::model::outbox::webhook_endpoint::WebhookEndpoint;
use crate::ports::store_error::{Found, Listed, StoreError};

/// Reads webhook endpoints.
pub trait WebhookEndpoints {
    /// The webhook endpoint of a tenant.
    fn webhook_endpoint(&self, tenant: &TenantId) -> Found<WebhookEndpoint>;
}

/// Reads and claims deliveries.
pub trait Deliveries {
    /// The delivery with this id, with its attempts, oldest first.
    fn delivery(&self, tenant: &TenantId, id: &DeliveryId) -> Found<(Delivery, Vec<Attempt>)>;
    /// The deliveries of a tenant, newest first, each with its last attempt.
    fn deliveries(
        &self,
        tenant: &TenantId,
        page: &PageRequest,
    ) -> Listed<(Delivery, Option<Attempt>)>;
    /// Leases up to `n` due deliveries until `now + lease`, atomically: pending deliveries that are
    /// due, and leased ones whose lease has ended. Of one endpoint at most `cap` deliveries are
    /// leased at a time (`a_lane_is_capped`), so that a slow endpoint does not delay the others. Each
    /// delivery is leased to one caller (`two_claimers_share_nothing`). Deliveries of a tenant
    /// without a URL, or whose endpoint is gone, wait (`without_a_url_it_waits`). A claim increments
    /// the number of attempts and the version.
    fn claim(
        &self,
        now: Timestamp,
        n: usize,
        cap: usize,
        lease: Duration,
    ) -> Result<Vec<Claim>, StoreError>;
}

/// Reads and claims mails.
pub trait Mails {
    /// The mail with this id.
    fn mailing(&self, tenant: &TenantId, id: &MailId) -> Found<QueuedMail>;
    /// The mails of a license, newest first.
    fn mails(
        &self,
        tenant: &TenantId,
        license: &LicenseId,
        page: &PageRequest,
    ) -> Listed<QueuedMail>;
    /// Leases up to `n` due mails until `now + lease`, atomically, the longest due first: pending
    /// mails that are due, and leased ones whose lease has ended
    /// (`an_ended_mail_lease_is_claimed_again`). Each mail is leased to one caller
    /// (`two_mail_claimers_share_nothing`). A claim increments the number of attempts and the
    /// version.
    fn claim_mails(
        &self,
        now: Timestamp,
        n: usize,
        lease: Duration,
    ) -> Result<Vec<QueuedMail>, StoreError>;
    /// Up to `n` mails that became due at `before` or earlier and are neither settled nor under a
    /// lease, the longest due first (`overdue_mails_are_found`).
    fn overdue_mails(&self, before: Timestamp, n: usize) -> Result<Vec<QueuedMail>, StoreError>;
}
