//! What apps do with a license key, each in one blocking call, for a service that embeds the domain.
//!
//! The caller of these is trusted to have authenticated its client, so they take no signature and no nonce.

use crate::base::page::{Page, PageRequest};
use crate::base::slug::ProductId;
use crate::commit::guards::Refusal;
use crate::model::access::scope::Permission;
use crate::model::catalog::product::Product;
use crate::model::licenses::activation::{Device, Fingerprint};
use crate::ports::{
    Activations, Catalog, Commit, KnownLicense, LastSeen, LicenseFilter, LicenseRecord, Licenses,
    Validations,
};
use crate::usecase::caller::{Caller, NotAllowed};
use crate::usecase::commit_loop::{Decision, settle};
use crate::usecase::env::Env;
use crate::usecase::failure::{Failure, from_port_errors};
use crate::usecase::licenses::activation::{
    self, Activated, ActivationError, ActivationSelector, Heartbeat,
};
use crate::usecase::licenses::validate::{Lookup, Reason, invalid_reason, look_up, seen_device};
use crate::usecase::licenses::visibility::LicenseScope;

/// Why a call was not carried out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DirectError {
    /// The scope of the caller does not include the call.
    #[error(transparent)]
    NotAllowed(#[from] NotAllowed),
    /// The tenant of the caller has no such product.
    #[error("there is no product {0}")]
    UnknownProduct(ProductId),
    /// The activation was not changed.
    #[error(transparent)]
    Activation(#[from] ActivationError),
    /// The store failed.
    #[error(transparent)]
    Failure(#[from] Failure),
}

from_port_errors!(DirectError);

/// The result of a validation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Validated {
    /// The license with the key, valid or not; `None` if there is none.
    pub license: Option<KnownLicense>,
    /// Why the key is not valid; `None` if it is.
    pub reason: Option<Reason>,
}

impl Validated {
    /// Whether the key is valid.
    pub fn is_valid(&self) -> bool {
        self.reason.is_none()
    }
}

/// Validates a license key. If the key is valid and the device is named, the device's last-seen time is
/// updated. Activates nothing.
pub fn validate(
    store: &(impl Catalog + Validations + LastSeen + ?Sized),
    env: &Env<'_>,
    caller: &Caller,
    key: &str,
    device: Option<Fingerprint>,
) -> Result<Validated, DirectError> {
    caller.check(Permission::Validate)?;
    let query = match query(store, env, caller, key)? {
        Lookup::Ask(query) => query,
        Lookup::Refuse(reason) => {
            let (license, reason) = (None, Some(reason));
            return Ok(Validated { license, reason });
        }
    };
    let license = store.validate(query)?.license;
    let now = env.now();
    let reason = invalid_reason(license.as_ref(), now);
    if let Some(seen) = seen_device(license.as_ref(), reason, device) {
        store.record_last_seen(&[(seen, now)])?;
    }
    Ok(Validated { license, reason })
}

/// Activates a license on a device, unless its limit is reached by other devices.
pub fn activate(
    store: &(impl Catalog + Validations + Activations + Commit + ?Sized),
    env: &Env<'_>,
    caller: &Caller,
    key: &str,
    device: &Device,
) -> Result<Activated, DirectError> {
    caller.check(Permission::Activate)?;
    match query(store, env, caller, key)? {
        Lookup::Refuse(reason) => Ok(Activated::Refused(reason)),
        Lookup::Ask(call) => change(store, |refused| {
            activation::activate(store, env, &call, device, refused)
        }),
    }
}

/// Records that a device on which a license is active was seen.
pub fn heartbeat(
    store: &(impl Catalog + Validations + Activations + Commit + ?Sized),
    env: &Env<'_>,
    caller: &Caller,
    key: &str,
    device: &Fingerprint,
) -> Result<Heartbeat, DirectError> {
    caller.check(Permission::ManageDevice)?;
    match query(store, env, caller, key)? {
        Lookup::Refuse(reason) => Ok(Heartbeat::Refused(reason)),
        Lookup::Ask(call) => change(store, |refused| {
            activation::heartbeat(store, env, &call, device, refused)
        }),
    }
}

/// Deactivates a license on a device. Returns whether it was active there.
pub fn deactivate(
    store: &(impl Catalog + Validations + Activations + Commit + ?Sized),
    env: &Env<'_>,
    caller: &Caller,
    key: &str,
    selector: &ActivationSelector,
) -> Result<bool, DirectError> {
    caller.check(match selector {
        ActivationSelector::Fingerprint(_) => Permission::ManageDevice,
        ActivationSelector::Id(_) => Permission::ManageActivations,
    })?;
    match query(store, env, caller, key)? {
        Lookup::Refuse(_) => Ok(false),
        Lookup::Ask(call) => change(store, |refused| {
            activation::deactivate(store, env, &call, selector, refused)
        }),
    }
}

/// The licenses of the caller's product and mode that pass a filter, newest first.
pub fn list(
    store: &(impl Licenses + ?Sized),
    caller: &Caller,
    filter: LicenseFilter,
    page: &PageRequest,
) -> Result<Page<LicenseRecord>, DirectError> {
    caller.check(Permission::Read)?;
    match LicenseScope::of_caller(caller).narrow(filter) {
        Some(filter) => Ok(store.licenses(&caller.tenant, &filter, page)?),
        None => Ok(Page::empty()),
    }
}

fn query(
    store: &(impl Catalog + ?Sized),
    env: &Env<'_>,
    caller: &Caller,
    key: &str,
) -> Result<Lookup, DirectError> {
    let product: Option<Product> = store.product(&caller.tenant, &caller.product)?;
    let unknown = || DirectError::UnknownProduct(caller.product.clone());
    let product = product.ok_or_else(unknown)?;
    Ok(look_up(env, caller, &product, key, None))
}

fn change<T>(
    store: &(impl Commit + ?Sized),
    decide: impl FnMut(Option<&Refusal>) -> Result<Decision<T>, ActivationError>,
) -> Result<T, DirectError> {
    Ok(settle(store, decide)?)
}
