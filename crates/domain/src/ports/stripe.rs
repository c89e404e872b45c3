//! Reads of connections to Stripe and of the events received from it.

use crate::base::id::{ProbeCouponId, StripeEventId};
use crate::base::mode::Mode;
use crate::base::page::PageRequest;
use crate::base::secret::SecretHash;
use crate::base::slug::TenantId;
use crate::base::time::Timestamp;
use crate::model::stripe::account::{AccountLink, AccountRef};
use crate::model::stripe::account_state::AccountState;
use crate::model::stripe::connection::Connection;
use crate::model::stripe::event_endpoint::EventEndpoint;
use crate::model::stripe::oauth_round::OAuthRound;
use crate::model::stripe::processed_event::ProcessedEvent;
use crate::model::stripe::restricted_key::{ProbeCoupon, RestrictedKey};
use crate::ports::store_error::{Found, Listed, StoreError};

/// Reads connections to Stripe.
pub trait Connections {
    /// The connection of a tenant, if the tenant ever connected.
    fn connection(&self, tenant: &TenantId) -> Found<Connection>;
    /// The link from an account to its current or last tenant.
    fn account_link(&self, account: &AccountRef) -> Found<AccountLink>;
    /// Up to `n` connections with an account, in the order of their tenants, after this tenant
    /// (`connections_with_an_account_are_listed_in_pages`).
    fn connected(&self, after: Option<&TenantId>, n: usize) -> Result<Vec<Connection>, StoreError>;
    /// What Stripe last said of an account, and its newest payouts
    /// (`an_account_state_reads_back_as_written`).
    fn account_state(&self, account: &AccountRef) -> Found<AccountState>;
    /// When an event of an account was last received, as [`SeenTarget::Account`] was recorded
    /// (`the_last_event_of_an_account_only_moves_forward`).
    ///
    /// [`SeenTarget::Account`]: crate::ports::SeenTarget::Account
    fn last_event_at(&self, account: &AccountRef) -> Found<Timestamp>;
    /// Up to `n` connections with former accounts whose grants are still to be revoked.
    fn retiring(&self, n: usize) -> Result<Vec<Connection>, StoreError>;
}

/// Reads OAuth rounds.
pub trait OAuthRounds {
    /// The round with this hash of its state.
    fn oauth_round(&self, state: &SecretHash) -> Found<OAuthRound>;
}

/// Reads the events received from Stripe.
pub trait ProcessedEvents {
    /// The event with this id, as received on this endpoint.
    fn processed_event(
        &self,
        endpoint: &EventEndpoint,
        id: &StripeEventId,
    ) -> Found<ProcessedEvent>;
    /// Up to `n` parked events that are to be retried at `now`, the longest due first
    /// (`parked_events_come_due_in_the_order_of_their_retries`).
    fn parked_due(&self, now: Timestamp, n: usize) -> Result<Vec<ProcessedEvent>, StoreError>;
    /// The events that wait for a license of a tenant, parked or given up, newest first. An event
    /// belongs to the tenant that sold; if that is not known, to the tenant of its account
    /// (`parked_events_belong_to_the_tenant_that_sold`).
    fn parked(&self, tenant: &TenantId, page: &PageRequest) -> Listed<ProcessedEvent>;
}

/// Reads restricted keys and the coupons of their probes.
pub trait RestrictedKeys {
    /// The restricted key of a tenant in a mode, if the tenant ever connected one.
    fn restricted_key(&self, tenant: &TenantId, mode: Mode) -> Found<RestrictedKey>;
    /// Up to `n` keys that a worker looks at by `now`, the longest due first (`due_keys_are_found`).
    fn restricted_keys_due(
        &self,
        now: Timestamp,
        n: usize,
    ) -> Result<Vec<RestrictedKey>, StoreError>;
    /// Up to `n` connected keys that need attention, ordered by tenant (`keys_that_need_attention_are_found`).
    fn unhealthy_keys(&self, n: usize) -> Result<Vec<RestrictedKey>, StoreError>;
    /// Up to `n` connected keys, ordered by their ids, after this one (`connected_keys_are_listed_in_pages`).
    fn connected_keys(
        &self,
        after: Option<(&TenantId, Mode)>,
        n: usize,
    ) -> Result<Vec<RestrictedKey>, StoreError>;
    /// The coupon with this id, if it is still to be deleted.
    fn probe_coupon(&self, id: &ProbeCouponId) -> Found<ProbeCoupon>;
    /// Up to `n` coupons that a sweep tries to delete by `now`, the longest due first
    /// (`due_coupons_are_found`).
    fn probe_coupons_due(&self, now: Timestamp, n: usize) -> Result<Vec<ProbeCoupon>, StoreError>;
    /// Up to `n` coupons that could not be deleted, oldest first: those of a tenant in a mode, or all
    /// (`orphan_coupons_are_found`).
    fn orphan_coupons(
        &self,
        of: Option<(&TenantId, Mode)>,
        n: usize,
    ) -> Result<Vec<ProbeCoupon>, StoreError>;
}
