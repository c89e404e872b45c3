use super::{Found, Listed, StoreError};
use crate::delivery::{Attempt, Claim, Delivery, Endpoint};
use crate::id::DeliveryId;
use crate::page::PageRequest;
use crate::slug::TenantId;
use crate::time::Timestamp;
use std::time::Duration;

/// Reads license webhooks.
pub trait Endpoints {
    /// A tenant's license webhook.
    fn endpoint(&self, tenant: &TenantId) -> Found<Endpoint>;
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
