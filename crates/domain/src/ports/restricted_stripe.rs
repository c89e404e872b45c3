//! Stripe's API, called with a restricted key of a seller's own.

use crate::base::id::{ProbeCouponId, StripeAccountId, StripeEndpointId};
use crate::base::secret::Secret;
use crate::base::url::WebUrl;
use crate::model::stripe::key_permission::{ExcessPermission, KeyPermission};
use crate::model::stripe::key_proof::KeyProof;
use crate::ports::stripe_api::{SellerKey, StripeError};

/// Calls Stripe with a seller's key: proves its permissions, and keeps the webhook endpoint of the connection.
///
/// An adapter MUST make each call on the account of the key, MUST tell a key that Stripe does not accept from one
/// that lacks a permission (`a_missing_permission_is_told_from_a_bad_key`), MUST NOT take any other failure
/// for one of the two, and MUST NOT repeat the key in an error.
#[cfg_attr(feature = "mock", mockall::automock)]
pub trait RestrictedStripe: Send + Sync {
    /// The account that the key belongs to. A key that may not read the account learns its id all the same
    /// (`a_key_learns_its_account`).
    fn account_of(&self, key: &SellerKey) -> Result<KeyAccount, RestrictedStripeError>;

    /// Probes one permission by a well-formed call about an object that does not exist. `missing` ends the id of
    /// the object. The permission for coupons is proved by [`create_probe_coupon`](Self::create_probe_coupon).
    fn probe(
        &self,
        key: &SellerKey,
        permission: KeyPermission,
        missing: &str,
    ) -> Result<(), RestrictedStripeError>;

    /// The same for a permission that the key does not need.
    fn probe_excess(
        &self,
        key: &SellerKey,
        permission: ExcessPermission,
        missing: &str,
    ) -> Result<(), RestrictedStripeError>;

    /// Creates the coupon of a probe. Succeeds if the same call was made before.
    fn create_probe_coupon(
        &self,
        key: &SellerKey,
        id: &ProbeCouponId,
    ) -> Result<(), RestrictedStripeError>;

    /// Deletes the coupon of a probe. Succeeds if there is no such coupon
    /// (`deleting_what_is_gone_succeeds`).
    fn delete_probe_coupon(
        &self,
        key: &SellerKey,
        id: &ProbeCouponId,
    ) -> Result<(), RestrictedStripeError>;

    /// Lists the webhook endpoints of the account, up to 100.
    fn webhook_endpoints(
        &self,
        key: &SellerKey,
    ) -> Result<Vec<SellerEndpoint>, RestrictedStripeError>;

    /// Creates a webhook endpoint for the events that Mintage reads, in the API version that it reads. The
    /// answer has the secret, which no later one has.
    fn create_webhook_endpoint(
        &self,
        key: &SellerKey,
        url: &WebUrl,
    ) -> Result<NewSellerEndpoint, RestrictedStripeError>;

    /// Enables a webhook endpoint and sets its events.
    fn enable_webhook_endpoint(
        &self,
        key: &SellerKey,
        id: &StripeEndpointId,
    ) -> Result<(), RestrictedStripeError>;

    /// Deletes a webhook endpoint. Succeeds if there is no such endpoint
    /// (`deleting_what_is_gone_succeeds`).
    fn delete_webhook_endpoint(
        &self,
        key: &SellerKey,
        id: &StripeEndpointId,
    ) -> Result<(), RestrictedStripeError>;
}

/// The account of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyAccount {
    /// Stripe's id of the account.
    pub id: StripeAccountId,
    /// Whether the key may read the account.
    pub is_readable: bool,
}

/// A webhook endpoint of a seller's account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SellerEndpoint {
    /// Stripe's id of the endpoint.
    pub id: StripeEndpointId,
    /// The address.
    pub url: String,
    /// Whether Stripe sends the events that Mintage reads.
    pub is_enabled: bool,
}

/// A webhook endpoint that was just created.
#[derive(Debug, Clone)]
pub struct NewSellerEndpoint {
    /// Stripe's id of the endpoint.
    pub id: StripeEndpointId,
    /// The signing secret.
    pub secret: Secret,
}

/// Why a call with a seller's key failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RestrictedStripeError {
    /// Stripe does not accept the key: it is revoked, expired or was never valid.
    #[error("Stripe does not accept the key")]
    BadKey,
    /// The key lacks the permission for the call.
    #[error("the key lacks the permission {}", .permission.as_deref().unwrap_or("that the call needs"))]
    Denied {
        /// Stripe's name of the permission, if the answer has it.
        permission: Option<String>,
        /// The account of the key, if the answer names it.
        account: Option<StripeAccountId>,
    },
    /// The call failed for another reason.
    #[error(transparent)]
    Stripe(#[from] StripeError),
}

impl RestrictedStripeError {
    /// Whether the key is at fault, so that it must be probed again.
    pub const fn is_of_key(&self) -> bool {
        matches!(self, Self::BadKey | Self::Denied { .. })
    }
}

/// Proves a seller's key by all its probes.
///
/// An implementation MUST run the probes side by side, MUST end within a bounded time, and MUST count what Stripe
/// did not answer as undetermined.
pub trait KeyProver: Send + Sync {
    /// Probes every permission, creates the coupon of this id for one of them, and deletes the coupon again.
    fn prove(&self, key: &SellerKey, coupon: &ProbeCouponId) -> KeyProof;
}
