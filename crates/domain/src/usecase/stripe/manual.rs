//! Manual endpoints: setting the signing secret of an endpoint that a seller added at Stripe by hand, and
//! reading the events that are sent to it.

use crate::base::mode::Mode;
use crate::base::seal::{OpenError, Sealed};
use crate::base::secret::{Secret, constant_time_eq};
use crate::base::slug::TenantId;
use crate::base::time::Timestamp;
use crate::commit::write::Write;
use crate::model::sellers::audit::Actor;
use crate::model::stripe::event::StripeEvent;
use crate::model::stripe::event_endpoint::EventEndpoint;
use crate::model::stripe::manual_endpoint::{ManualEndpoint, SigningSecret};
use crate::ports::{Commit, SellerStripe, WebhookError, Webhooks};
use crate::usecase::commit_loop::{Decision, settle};
use crate::usecase::env::{Env, SealedField};
use crate::usecase::failure::{Failure, from_port_errors};

/// Why a manual endpoint was not removed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ManualEndpointError {
    /// The tenant has no manual endpoint in the mode.
    #[error("not found")]
    NotFound,
    /// The store failed.
    #[error(transparent)]
    Failure(#[from] Failure),
}

/// Why an event at a manual endpoint was not read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ManualEventError {
    /// The event was refused. That the tenant is unknown or has no secret looks like a wrong signature.
    #[error(transparent)]
    Refused(#[from] WebhookError),
    /// The store failed.
    #[error(transparent)]
    Failure(#[from] Failure),
}

from_port_errors!(ManualEndpointError, ManualEventError);

/// Sets the signing secret of a tenant's manual endpoint. The secret before is accepted for a day. The same
/// secret again changes nothing.
pub fn set_manual_endpoint(
    store: &(impl SellerStripe + Commit + ?Sized),
    env: &Env<'_>,
    tenant: &TenantId,
    actor: &Actor,
    (mode, secret): (Mode, &SigningSecret),
) -> Result<ManualEndpoint, ManualEndpointError> {
    settle(store, |_| {
        let now = env.now();
        let stored = store.manual_endpoint(tenant, mode)?;
        if let Some(stored) = stored.as_ref().filter(|it| !it.is_removed()) {
            let current = open(env, stored, &stored.sealed_secret)?;
            let given = secret.secret().expose();
            if constant_time_eq(current.expose().as_bytes(), given.as_bytes()) {
                return Ok(Decision::Answer(stored.clone()));
            }
        }
        let id = ManualEndpoint::sealed_id(tenant, mode);
        let bytes = secret.secret().expose().as_bytes();
        let sealed = env.seal(SealedField::MANUAL_SECRET, &id, bytes);
        let endpoint = match stored {
            Some(mut stored) => {
                stored.rotate(sealed, secret.hint(), now);
                stored
            }
            None => ManualEndpoint {
                tenant: tenant.clone(),
                mode,
                sealed_secret: sealed,
                hint: secret.hint(),
                old_secret: None,
                set_at: now,
                version: 0,
            },
        };
        let mut changes = env.changes(now);
        let action = "stripe.manual-endpoint-set";
        let entry = env.audit(tenant, now, actor.clone(), action, mode.as_str());
        changes.audit.push(entry);
        let write = Write::changed(endpoint);
        let endpoint = write.value.clone();
        changes.manual_endpoints.push(write);
        Ok(Decision::commit(changes, endpoint))
    })
}

/// A tenant's manual endpoint in a mode.
pub fn manual_endpoint(
    store: &(impl SellerStripe + ?Sized),
    tenant: &TenantId,
    mode: Mode,
) -> Result<ManualEndpoint, ManualEndpointError> {
    let endpoint = store.manual_endpoint(tenant, mode)?;
    endpoint
        .filter(|endpoint| !endpoint.is_removed())
        .ok_or(ManualEndpointError::NotFound)
}

/// Removes a tenant's manual endpoint with its secrets, which are refused at once.
pub fn remove_manual_endpoint(
    store: &(impl SellerStripe + Commit + ?Sized),
    env: &Env<'_>,
    tenant: &TenantId,
    actor: &Actor,
    mode: Mode,
) -> Result<(), ManualEndpointError> {
    settle(store, |_| {
        let mut endpoint = manual_endpoint(store, tenant, mode)?;
        endpoint.remove();
        let now = env.now();
        let mut changes = env.changes(now);
        let action = "stripe.manual-endpoint-removed";
        let entry = env.audit(tenant, now, actor.clone(), action, mode.as_str());
        changes.audit.push(entry);
        changes.manual_endpoints.push(Write::changed(endpoint));
        Ok(Decision::commit(changes, ()))
    })
}

/// Verifies an event that was sent to the manual endpoints of a tenant, which share an address, and says at
/// which of them it was received: at that of the mode whose secret signed it. If both have the same secret,
/// the mode of the event decides.
pub fn read_manual_event(
    store: &(impl SellerStripe + ?Sized),
    webhooks: &dyn Webhooks,
    env: &Env<'_>,
    tenant: &TenantId,
    (body, signature): (&[u8], &str),
) -> Result<(EventEndpoint, StripeEvent), ManualEventError> {
    let now = env.now();
    let mut refused = WebhookError::BadSignature;
    let mut of_other_mode = None;
    for mode in [Mode::Live, Mode::Sandbox] {
        let secrets = accepted_secrets(store, env, tenant, mode, now)?;
        if secrets.is_empty() {
            continue;
        }
        match webhooks.read_own(body, signature, &secrets, now) {
            Ok(event) => {
                let is_of_mode = event.livemode == mode.livemode();
                let read = (EventEndpoint::Manual(tenant.clone(), mode), event);
                if is_of_mode {
                    return Ok(read);
                }
                of_other_mode = of_other_mode.or(Some(read));
            }
            Err(WebhookError::BadSignature) => {}
            Err(other) => refused = other,
        }
    }
    Ok(of_other_mode.ok_or(refused)?)
}

fn accepted_secrets(
    store: &(impl SellerStripe + ?Sized),
    env: &Env<'_>,
    tenant: &TenantId,
    mode: Mode,
    now: Timestamp,
) -> Result<Vec<Secret>, Failure> {
    let Some(endpoint) = store.manual_endpoint(tenant, mode)? else {
        return Ok(Vec::new());
    };
    let sealed = endpoint.accepted(now);
    sealed.map(|it| open(env, &endpoint, it)).collect()
}

fn open(env: &Env<'_>, endpoint: &ManualEndpoint, sealed: &Sealed) -> Result<Secret, Failure> {
    let id = ManualEndpoint::sealed_id(&endpoint.tenant, endpoint.mode);
    let opened = env.open(SealedField::MANUAL_SECRET, &id, sealed)?;
    Ok(opened.into_text().ok_or(OpenError::Refused)?)
}
