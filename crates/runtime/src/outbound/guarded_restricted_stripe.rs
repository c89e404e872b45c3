//! A decorator of the port for sellers' keys: each call passes the circuit of its mode, and a key that Stripe
//! refuses is probed soon.

use std::sync::Arc;
use std::time::Instant;

use mintage_domain::base::id::{ProbeCouponId, StripeEndpointId};
use mintage_domain::base::url::WebUrl;
use mintage_domain::model::stripe::key_permission::{ExcessPermission, KeyPermission};
use mintage_domain::ports::{
    KeyAccount, NewSellerEndpoint, RestrictedStripe, RestrictedStripeError, SellerEndpoint,
    SellerKey, StripeError, StripeRefusal,
};

use crate::metrics::Metrics;
use crate::state::{StripeCircuits, SuspectKeys};

/// A Stripe for sellers' keys whose calls pass the circuit of their mode.
pub struct GuardedRestrictedStripe {
    stripe: Arc<dyn RestrictedStripe>,
    circuits: Arc<StripeCircuits>,
    suspects: Arc<SuspectKeys>,
    metrics: Arc<Metrics>,
}

impl GuardedRestrictedStripe {
    /// Guards a Stripe by these circuits, notes the keys that it refuses, and counts the calls.
    pub fn new(
        stripe: Arc<dyn RestrictedStripe>,
        circuits: Arc<StripeCircuits>,
        suspects: Arc<SuspectKeys>,
        metrics: Arc<Metrics>,
    ) -> Self {
        Self {
            stripe,
            circuits,
            suspects,
            metrics,
        }
    }

    /// Makes a call whose refusal says something about the health of the key.
    fn call<T>(
        &self,
        name: &'static str,
        key: &SellerKey,
        call: impl FnOnce() -> Result<T, RestrictedStripeError>,
    ) -> Result<T, RestrictedStripeError> {
        let result = self.count(name, key, call);
        if let Err(error) = &result
            && error.is_of_key()
        {
            self.suspects.add_key(key);
        }
        result
    }

    /// Makes a call that is part of a proof.
    fn count<T>(
        &self,
        name: &'static str,
        key: &SellerKey,
        call: impl FnOnce() -> Result<T, RestrictedStripeError>,
    ) -> Result<T, RestrictedStripeError> {
        let (mut took, mut failed) = (None, None);
        let result = self.circuits.call(key.mode, key.account.as_ref(), || {
            let started = Instant::now();
            let result = call();
            took = Some(started.elapsed());
            result.map_err(|error| {
                let counted = counted(&error);
                failed = Some(error);
                counted
            })
        });
        self.metrics.called_stripe(key.mode, name, &result, took);
        result.map_err(|error| failed.unwrap_or(RestrictedStripeError::Stripe(error)))
    }
}

/// An error as the circuit and the metrics know it.
fn counted(error: &RestrictedStripeError) -> StripeError {
    match error {
        RestrictedStripeError::BadKey => StripeError::Unauthorized,
        RestrictedStripeError::Denied { .. } => StripeError::Refused(StripeRefusal::default()),
        RestrictedStripeError::Stripe(error) => error.clone(),
    }
}

impl RestrictedStripe for GuardedRestrictedStripe {
    fn account_of(&self, key: &SellerKey) -> Result<KeyAccount, RestrictedStripeError> {
        self.count("seller_account", key, || self.stripe.account_of(key))
    }

    fn probe(
        &self,
        key: &SellerKey,
        permission: KeyPermission,
        missing: &str,
    ) -> Result<(), RestrictedStripeError> {
        self.count("seller_probe", key, || {
            self.stripe.probe(key, permission, missing)
        })
    }

    fn probe_excess(
        &self,
        key: &SellerKey,
        permission: ExcessPermission,
        missing: &str,
    ) -> Result<(), RestrictedStripeError> {
        self.count("seller_probe", key, || {
            self.stripe.probe_excess(key, permission, missing)
        })
    }

    fn create_probe_coupon(
        &self,
        key: &SellerKey,
        id: &ProbeCouponId,
    ) -> Result<(), RestrictedStripeError> {
        self.count("seller_coupon", key, || {
            self.stripe.create_probe_coupon(key, id)
        })
    }

    fn delete_probe_coupon(
        &self,
        key: &SellerKey,
        id: &ProbeCouponId,
    ) -> Result<(), RestrictedStripeError> {
        self.count("seller_coupon", key, || {
            self.stripe.delete_probe_coupon(key, id)
        })
    }

    fn webhook_endpoints(
        &self,
        key: &SellerKey,
    ) -> Result<Vec<SellerEndpoint>, RestrictedStripeError> {
        self.call("seller_endpoint", key, || {
            self.stripe.webhook_endpoints(key)
        })
    }

    fn create_webhook_endpoint(
        &self,
        key: &SellerKey,
        url: &WebUrl,
    ) -> Result<NewSellerEndpoint, RestrictedStripeError> {
        self.call("seller_endpoint", key, || {
            self.stripe.create_webhook_endpoint(key, url)
        })
    }

    fn enable_webhook_endpoint(
        &self,
        key: &SellerKey,
        id: &StripeEndpointId,
    ) -> Result<(), RestrictedStripeError> {
        self.call("seller_endpoint", key, || {
            self.stripe.enable_webhook_endpoint(key, id)
        })
    }

    fn delete_webhook_endpoint(
        &self,
        key: &SellerKey,
        id: &StripeEndpointId,
    ) -> Result<(), RestrictedStripeError> {
        self.call("seller_endpoint", key, || {
            self.stripe.delete_webhook_endpoint(key, id)
        })
    }
}

#[cfg(test)]
mod tests {
    use mintage_domain::base::mode::Mode;
    use mintage_domain::model::stripe::account::AccountRef;
    use mintage_testkit::{FixedClock, StandInRestrictedStripe};

    use super::*;

    #[test]
    fn a_key_that_stripe_refuses_is_to_be_probed_unless_the_call_is_part_of_a_proof() {
        let stripe = Arc::new(StandInRestrictedStripe::new());
        let circuits = Arc::new(StripeCircuits::new(Arc::new(FixedClock::default())));
        let suspects = Arc::new(SuspectKeys::default());
        let guarded = GuardedRestrictedStripe::new(
            Arc::clone(&stripe) as Arc<dyn RestrictedStripe>,
            circuits,
            Arc::clone(&suspects),
            Arc::new(Metrics::off()),
        );
        let account = StandInRestrictedStripe::account();
        let mut key = stripe.create_key(Mode::Live, &[KeyPermission::WebhookEndpoints]);
        assert!(guarded.webhook_endpoints(&key).is_ok());
        assert!(guarded.probe(&key, KeyPermission::Charges, "x").is_err());
        key.account = Some(account.clone());
        assert!(guarded.webhook_endpoints(&key).is_ok());
        assert!(guarded.probe(&key, KeyPermission::Charges, "x").is_err());
        assert!(suspects.take().is_empty());
        stripe.revoke_key(&key);
        let refused = guarded.webhook_endpoints(&key);
        assert_eq!(refused, Err(RestrictedStripeError::BadKey));
        let suspect = AccountRef {
            mode: Mode::Live,
            account,
        };
        assert_eq!(suspects.take(), [suspect].into());
        assert!(suspects.take().is_empty());
    }
}
