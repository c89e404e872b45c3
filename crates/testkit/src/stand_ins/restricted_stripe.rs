//! A Stripe in memory for sellers' keys: one account with its keys, coupons and webhook endpoints.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use mintage_domain::base::id::{ProbeCouponId, StripeAccountId, StripeEndpointId};
use mintage_domain::base::mode::Mode;
use mintage_domain::base::secret::Secret;
use mintage_domain::base::url::WebUrl;
use mintage_domain::model::stripe::key_permission::{ExcessPermission, KeyPermission};
use mintage_domain::ports::{
    KeyAccount, NewSellerEndpoint, RestrictedStripe, RestrictedStripeError, SellerEndpoint,
    SellerKey, StripeError, StripeRefusal,
};

/// The most webhook endpoints in a mode.
const MAX_ENDPOINTS: usize = 16;

/// A Stripe in memory with one account. The stand-in passes `restricted_stripe_contract!`.
#[derive(Debug, Default)]
pub struct StandInRestrictedStripe {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    created: u64,
    /// The permissions of each key that is not revoked.
    keys: BTreeMap<String, BTreeSet<KeyPermission>>,
    coupons: BTreeSet<(Mode, ProbeCouponId)>,
    endpoints: Vec<(Mode, SellerEndpoint)>,
}

impl StandInRestrictedStripe {
    /// Creates a Stripe whose account has nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// The account.
    pub fn account() -> StripeAccountId {
        StripeAccountId::parse("acct_seller").expect("letters are an id")
    }

    /// Creates a restricted key, as the seller does in the dashboard.
    pub fn create_key(&self, mode: Mode, permissions: &[KeyPermission]) -> SellerKey {
        let mut state = self.state();
        state.created += 1;
        let text = format!("rk_{}_StandIn{:08}", mode.key_infix(), state.created);
        state
            .keys
            .insert(text.clone(), permissions.iter().copied().collect());
        SellerKey {
            mode,
            account: None,
            key: Secret::new(text),
        }
    }

    /// Revokes a key, as the seller does in the dashboard.
    pub fn revoke_key(&self, key: &SellerKey) {
        self.state().keys.remove(key.key.expose());
    }

    /// Disables a webhook endpoint, as the seller does in the dashboard.
    pub fn disable_endpoint(&self, key: &SellerKey, id: &StripeEndpointId) {
        let mut state = self.state();
        if let Some(endpoint) = state.endpoint(key.mode, id) {
            endpoint.is_enabled = false;
        }
    }

    /// The coupons that are there.
    pub fn coupons(&self) -> usize {
        self.state().coupons.len()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The state, if the key holds the permission.
    fn with(
        &self,
        key: &SellerKey,
        permission: KeyPermission,
    ) -> Result<MutexGuard<'_, State>, RestrictedStripeError> {
        let state = self.state();
        let held = state.keys.get(key.key.expose());
        if !held
            .ok_or(RestrictedStripeError::BadKey)?
            .contains(&permission)
        {
            return Err(denied(permission.as_str()));
        }
        Ok(state)
    }
}

impl State {
    fn endpoint(&mut self, mode: Mode, id: &StripeEndpointId) -> Option<&mut SellerEndpoint> {
        let mut all = self.endpoints.iter_mut();
        all.find(|(of, endpoint)| *of == mode && endpoint.id == *id)
            .map(|(_, endpoint)| endpoint)
    }
}

fn denied(permission: &str) -> RestrictedStripeError {
    RestrictedStripeError::Denied {
        permission: Some(permission.to_owned()),
        account: Some(StandInRestrictedStripe::account()),
    }
}

fn refusal(message: &str) -> StripeRefusal {
    StripeRefusal {
        message: message.to_owned(),
        ..StripeRefusal::default()
    }
}

impl RestrictedStripe for StandInRestrictedStripe {
    fn account_of(&self, key: &SellerKey) -> Result<KeyAccount, RestrictedStripeError> {
        if !self.state().keys.contains_key(key.key.expose()) {
            return Err(RestrictedStripeError::BadKey);
        }
        Ok(KeyAccount {
            id: Self::account(),
            is_readable: false,
        })
    }

    fn probe(
        &self,
        key: &SellerKey,
        permission: KeyPermission,
        _missing: &str,
    ) -> Result<(), RestrictedStripeError> {
        self.with(key, permission).map(drop)
    }

    fn probe_excess(
        &self,
        key: &SellerKey,
        permission: ExcessPermission,
        _missing: &str,
    ) -> Result<(), RestrictedStripeError> {
        self.account_of(key)?;
        Err(denied(permission.as_str()))
    }

    fn create_probe_coupon(
        &self,
        key: &SellerKey,
        id: &ProbeCouponId,
    ) -> Result<(), RestrictedStripeError> {
        let mut state = self.with(key, KeyPermission::Coupons)?;
        state.coupons.insert((key.mode, id.clone()));
        Ok(())
    }

    fn delete_probe_coupon(
        &self,
        key: &SellerKey,
        id: &ProbeCouponId,
    ) -> Result<(), RestrictedStripeError> {
        let mut state = self.with(key, KeyPermission::Coupons)?;
        state.coupons.remove(&(key.mode, id.clone()));
        Ok(())
    }

    fn webhook_endpoints(
        &self,
        key: &SellerKey,
    ) -> Result<Vec<SellerEndpoint>, RestrictedStripeError> {
        let state = self.with(key, KeyPermission::WebhookEndpoints)?;
        let own = state.endpoints.iter().filter(|(mode, _)| *mode == key.mode);
        Ok(own.map(|(_, endpoint)| endpoint.clone()).collect())
    }

    fn create_webhook_endpoint(
        &self,
        key: &SellerKey,
        url: &WebUrl,
    ) -> Result<NewSellerEndpoint, RestrictedStripeError> {
        let mut state = self.with(key, KeyPermission::WebhookEndpoints)?;
        let own = state.endpoints.iter().filter(|(mode, _)| *mode == key.mode);
        if own.count() >= MAX_ENDPOINTS {
            return Err(StripeError::Refused(refusal("too many webhook endpoints")).into());
        }
        state.created += 1;
        let id = format!("we_{:08}", state.created);
        let id = StripeEndpointId::parse(&id).expect("digits are an id");
        let endpoint = SellerEndpoint {
            id: id.clone(),
            url: url.as_str().to_owned(),
            is_enabled: true,
        };
        state.endpoints.push((key.mode, endpoint));
        Ok(NewSellerEndpoint {
            secret: Secret::new(format!("whsec_{id}")),
            id,
        })
    }

    fn enable_webhook_endpoint(
        &self,
        key: &SellerKey,
        id: &StripeEndpointId,
    ) -> Result<(), RestrictedStripeError> {
        let mut state = self.with(key, KeyPermission::WebhookEndpoints)?;
        let endpoint = state.endpoint(key.mode, id);
        let gone = || StripeError::NotFound(refusal("no such webhook endpoint"));
        endpoint.ok_or_else(gone)?.is_enabled = true;
        Ok(())
    }

    fn delete_webhook_endpoint(
        &self,
        key: &SellerKey,
        id: &StripeEndpointId,
    ) -> Result<(), RestrictedStripeError> {
        let mut state = self.with(key, KeyPermission::WebhookEndpoints)?;
        let mode = key.mode;
        state
            .endpoints
            .retain(|(of, endpoint)| *of != mode || endpoint.id != *id);
        Ok(())
    }
}
