//! The adapter under test, and what a seller does in the dashboard.

use mintage_domain::base::id::{StripeAccountId, StripeEndpointId};
use mintage_domain::base::mode::Mode;
use mintage_domain::model::stripe::key_permission::KeyPermission;
use mintage_domain::ports::{RestrictedStripe, SellerKey};

use crate::stand_ins::StandInRestrictedStripe;

/// A Stripe with one account, and what its seller does there outside the port.
pub trait RestrictedStripeHarness {
    /// The adapter under test.
    fn stripe(&self) -> &dyn RestrictedStripe;
    /// The account.
    fn account(&self) -> StripeAccountId;
    /// Creates a restricted key of the account that holds these permissions of those that Mintage needs.
    fn key(&self, mode: Mode, permissions: &[KeyPermission]) -> SellerKey;
    /// Revokes a key.
    fn revoke(&self, key: &SellerKey);
    /// Disables a webhook endpoint.
    fn disable(&self, key: &SellerKey, endpoint: &StripeEndpointId);
}

impl RestrictedStripeHarness for StandInRestrictedStripe {
    fn stripe(&self) -> &dyn RestrictedStripe {
        self
    }

    fn account(&self) -> StripeAccountId {
        StandInRestrictedStripe::account()
    }

    fn key(&self, mode: Mode, permissions: &[KeyPermission]) -> SellerKey {
        self.create_key(mode, permissions)
    }

    fn revoke(&self, key: &SellerKey) {
        self.revoke_key(key);
    }

    fn disable(&self, key: &SellerKey, endpoint: &StripeEndpointId) {
        self.disable_endpoint(key, endpoint);
    }
}
