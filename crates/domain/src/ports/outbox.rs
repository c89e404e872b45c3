//! Reads and claims of deliveries and mails.

use std::time::Duration;

use crate::base::id::{DeliveryId, LicenseId, MailId, WebhookEndpointId};
use crate::base::page::PageRequest;
use crate::base::slug::TenantId;
use crate::base::time::Timestamp;
use crate::model::outbox::delivery::{Attempt, Claim, Delivery};
use crate::model::outbox::mail::QueuedMail;
use crate::model::outbox::webhook_endpoint::WebhookEndpoint;
use crate::ports::store_error::{Found, Listed, StoreError};

/// How long a claim sets a row aside that this version cannot read. A newer version, or a repair of
/// the row, may be able to read it then.
pub const SET_ASIDE: Duration = Duration::from_hours(1);

/// How many rows a claim leases, and until when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClaimLimits {
    /// The time of the claim.
    pub now: Timestamp,
    /// The largest number of rows of responsive lanes.
    pub responsive: usize,
    /// The largest number of rows of unresponsive lanes.
    pub unresponsive: usize,
    /// The largest number of rows of one lane that are leased at a time.
    pub per_lane: usize,
    /// How long the leases last.
    pub lease: Duration,
}

/// The result of a claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claimed<T> {
    /// What was leased.
    pub leased: Vec<T>,
    /// Why other rows could not be read. They are not leased, and are set aside for [`SET_ASIDE`].
    pub unreadable: Vec<StoreError>,
    /// Whether a limit ended the claim, so that more may be due.
    pub has_more: bool,
}

/// Reads webhook endpoints.
pub trait WebhookEndpoints {
    /// The webhook endpoint of a tenant with this id, also a deleted one.
    fn webhook_endpoint(&self, tenant: &TenantId, id: &WebhookEndpointId)
    -> Found<WebhookEndpoint>;
    /// The webhook endpoints of a tenant that have a URL: the first one, if it has, and then the others
    /// in the order of their ids (`the_endpoints_of_a_tenant_are_listed`). A tenant has few.
    fn webhook_endpoints(&self, tenant: &TenantId) -> Result<Vec<WebhookEndpoint>, StoreError>;
}

/// Reads and claims deliveries.
pub trait Deliveries {
    /// The delivery with this id, with its attempts, oldest first.
    fn delivery(&self, tenant: &TenantId, id: &DeliveryId) -> Found<(Delivery, Vec<Attempt>)>;
    /// The deliveries of a tenant, or those to one of its endpoints, newest first, each with its last
    /// attempt (`the_deliveries_to_an_endpoint_are_listed`).
    fn deliveries(
        &self,
        tenant: &TenantId,
        endpoint: Option<&WebhookEndpointId>,
        page: &PageRequest,
    ) -> Listed<(Delivery, Option<Attempt>)>;
    /// Up to `n` pending deliveries, of one tenant or of all, that wait for the first endpoint of their
    /// tenant, which has no URL, although another endpoint receives such events of their mode; the oldest
    /// of each tenant and mode first. They were queued while the tenant had no endpoint of the mode, and
    /// were never sent (`an_event_that_waited_is_found_once_an_endpoint_receives_it`). A row that cannot
    /// be read is left out.
    fn waiting_deliveries(
        &self,
        tenant: Option<&TenantId>,
        n: usize,
    ) -> Result<Vec<Delivery>, StoreError>;
    /// Leases due deliveries until `now + lease`, atomically: pending deliveries that are due, and
    /// leased ones whose lease has ended. Each delivery is leased to one caller
    /// (`two_claimers_share_nothing`). A claim increments the number of attempts and the version.
    ///
    /// The deliveries of one endpoint are a *lane*. Of a lane at most `per_lane` deliveries are leased
    /// at a time (`a_lane_is_capped`), and no more than the width of its endpoint
    /// (`a_recovering_lane_is_narrow`). A larger `per_lane` than that of the claims before takes effect
    /// with the next result or end of a lease in the lane. Lanes take turns: the lane that has waited longest since it
    /// became due or was served is served first (`lanes_take_turns`). Responsive and unresponsive
    /// lanes have limits of their own, so that endpoints that hang delay only one another
    /// (`unresponsive_lanes_leave_the_room_of_the_others`). The deliveries of a closed lane wait:
    /// without a URL, or with an endpoint that is missing, disabled, gone or paused
    /// (`without_a_url_it_waits`, `deliveries_of_a_paused_endpoint_wait`,
    /// `endpoints_of_a_tenant_have_lanes_of_their_own`).
    ///
    /// The events of one license are leased in their order for each endpoint
    /// (`events_of_a_license_are_in_order_for_each_endpoint`).
    fn claim(&self, limits: &ClaimLimits) -> Result<Claimed<Claim>, StoreError>;
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
    /// Leases due mails until `now + lease`, atomically: pending mails that are due, and leased ones
    /// whose lease has ended (`an_ended_mail_lease_is_claimed_again`). Each mail is leased to one
    /// caller (`two_mail_claimers_share_nothing`). A claim increments the number of attempts and the
    /// version.
    ///
    /// The mails of one tenant are a lane, as the deliveries of one endpoint are
    /// (`a_mail_lane_is_capped`, `mail_lanes_take_turns`). All of them are responsive.
    fn claim_mails(&self, limits: &ClaimLimits) -> Result<Claimed<QueuedMail>, StoreError>;
    /// Up to `n` mails that became due at `before` or earlier and are neither settled nor under a
    /// lease, the longest due first (`overdue_mails_are_found`).
    fn overdue_mails(&self, before: Timestamp, n: usize) -> Result<Vec<QueuedMail>, StoreError>;
}
