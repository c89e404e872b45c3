//! A decorator of the port for sellers' keys with named points around its calls.

use std::sync::Arc;

use mintage_domain::base::id::{ProbeCouponId, StripeEndpointId};
use mintage_domain::base::url::WebUrl;
use mintage_domain::model::stripe::key_permission::{ExcessPermission, KeyPermission};
use mintage_domain::ports::{
    KeyAccount, NewSellerEndpoint, RestrictedStripe, RestrictedStripeError, SellerEndpoint,
    SellerKey,
};

use super::pass::point;
use super::points::Point;

/// Passes a point before or after each call that changes something at Stripe, to test the commits on
/// either side of the call.
pub(super) struct CrashingRestrictedStripe<S>(pub(super) Arc<S>);

impl<S: RestrictedStripe> RestrictedStripe for CrashingRestrictedStripe<S> {
    fn account_of(&self, key: &SellerKey) -> Result<KeyAccount, RestrictedStripeError> {
        self.0.account_of(key)
    }

    fn probe(
        &self,
        key: &SellerKey,
        permission: KeyPermission,
        missing: &str,
    ) -> Result<(), RestrictedStripeError> {
        self.0.probe(key, permission, missing)
    }

    fn probe_excess(
        &self,
        key: &SellerKey,
        permission: ExcessPermission,
        missing: &str,
    ) -> Result<(), RestrictedStripeError> {
        self.0.probe_excess(key, permission, missing)
    }

    fn create_probe_coupon(
        &self,
        key: &SellerKey,
        id: &ProbeCouponId,
    ) -> Result<(), RestrictedStripeError> {
        let created = self.0.create_probe_coupon(key, id);
        point(Point::KeyCouponMade);
        created
    }

    fn delete_probe_coupon(
        &self,
        key: &SellerKey,
        id: &ProbeCouponId,
    ) -> Result<(), RestrictedStripeError> {
        let deleted = self.0.delete_probe_coupon(key, id);
        point(Point::KeyCouponDeleted);
        deleted
    }

    fn webhook_endpoints(
        &self,
        key: &SellerKey,
    ) -> Result<Vec<SellerEndpoint>, RestrictedStripeError> {
        self.0.webhook_endpoints(key)
    }

    fn create_webhook_endpoint(
        &self,
        key: &SellerKey,
        url: &WebUrl,
    ) -> Result<NewSellerEndpoint, RestrictedStripeError> {
        point(Point::KeyLinked);
        let created = self.0.create_webhook_endpoint(key, url);
        point(Point::KeyEndpointMade);
        created
    }

    fn enable_webhook_endpoint(
        &self,
        key: &SellerKey,
        id: &StripeEndpointId,
    ) -> Result<(), RestrictedStripeError> {
        self.0.enable_webhook_endpoint(key, id)
    }

    fn delete_webhook_endpoint(
        &self,
        key: &SellerKey,
        id: &StripeEndpointId,
    ) -> Result<(), RestrictedStripeError> {
        point(Point::KeyLeft);
        let deleted = self.0.delete_webhook_endpoint(key, id);
        point(Point::KeyEndpointRemoved);
        deleted
    }
}
