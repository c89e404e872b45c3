//! What a worker does for restricted keys: it finishes what a crash or a failure of Stripe interrupted, and probes
//! keys again.

use crate::base::url::WebUrl;
use crate::model::stripe::restricted_key::RestrictedKey;
use crate::ports::{
    Commit, Connections, KeyProver, RestrictedKeys, RestrictedStripe, StoreError, Tenants,
};
use crate::usecase::env::Env;
use crate::usecase::failure::Failure;
use crate::usecase::stripe::restricted_key::disconnect::remove_former;
use crate::usecase::stripe::restricted_key::endpoint::ensure_endpoint;
use crate::usecase::stripe::restricted_key::health::recheck;
use crate::usecase::stripe::restricted_key::shared::{Address, CHECK_EVERY};

/// The most keys that one step works on.
const MAX_KEYS: usize = 10;

/// What one step did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct DueReport {
    /// Number of keys that were worked on.
    pub done: usize,
    /// Number of keys on which the work failed.
    pub failed: usize,
}

/// Works on the keys that are due.
pub fn work_on_due(
    store: &(impl Tenants + Connections + RestrictedKeys + Commit + ?Sized),
    (stripe, prover): (&dyn RestrictedStripe, &dyn KeyProver),
    env: &Env<'_>,
    public_url: &WebUrl,
) -> Result<DueReport, StoreError> {
    let mut report = DueReport::default();
    for row in store.restricted_keys_due(env.now(), MAX_KEYS)? {
        match work_on(store, (stripe, prover), env, public_url, &row) {
            Ok(()) => report.done = report.done.saturating_add(1),
            Err(_) => report.failed = report.failed.saturating_add(1),
        }
    }
    Ok(report)
}

fn work_on(
    store: &(impl Tenants + Connections + RestrictedKeys + Commit + ?Sized),
    (stripe, prover): (&dyn RestrictedStripe, &dyn KeyProver),
    env: &Env<'_>,
    public_url: &WebUrl,
    row: &RestrictedKey,
) -> Result<(), Failure> {
    let of = (&row.tenant, row.mode);
    let Ok(address) = Address::new(public_url, &row.tenant, row.mode) else {
        return Ok(());
    };
    remove_former(store, stripe, env, of, &address)?;
    let Some(connected) = &row.connected else {
        return Ok(());
    };
    let age = env.now().since(connected.health.checked_at);
    let is_to_be_probed = age >= CHECK_EVERY || connected.health.since.is_some();
    if is_to_be_probed && recheck(store, prover, env, of)? != Some(true) {
        return Ok(());
    }
    ensure_endpoint(store, stripe, env, of, &address)
}
