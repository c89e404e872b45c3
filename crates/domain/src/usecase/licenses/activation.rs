//! Activations of a license: activate, heartbeat, deactivate
//! (usekeystack.com/docs/device-activations), and release by the seller.
//!
//! One commit consumes the nonce, writes the activation under its version, and changes the
//! license's counter of active activations, whose cap is the license's limit; so no two nodes can
//! exceed the limit. A call that changes nothing still consumes its nonce, so that it cannot be
//! replayed later. A call with a publishable key has no nonce.

use std::time::Duration;

use crate::base::id::{ActivationId, LicenseId};
use crate::base::slug::TenantId;
use crate::base::time::Timestamp;
use crate::commit::changes::Changes;
use crate::commit::counter::{Count, Counter};
use crate::commit::guards::Refusal;
use crate::commit::row::Row;
use crate::commit::write::Write;
use crate::model::licenses::activation::{Activation, Device, Fingerprint};
use crate::model::outbox::event::EventName;
use crate::model::sellers::audit::Actor;
use crate::ports::{
    Activations, Commit, KnownLicense, LicenseRecord, Licenses, ValidateQuery, Validations,
};
use crate::usecase::commit_loop::{Decision, settle};
use crate::usecase::env::Env;
use crate::usecase::failure::{Failure, from_port_errors};
use crate::usecase::licenses::activity::{activity_into, limit_reached_into};
use crate::usecase::licenses::validate::{Reason, invalid_reason};
use crate::usecase::outbox::event::masked_license_event;

/// Why an activation was not changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ActivationError {
    /// The license or the activation does not exist.
    #[error("not found")]
    NotFound,
    /// The activation was released before.
    #[error("the device is released already")]
    AlreadyReleased,
    /// The nonce was used before.
    #[error("the signature was already used")]
    Replayed,
    /// The store failed.
    #[error(transparent)]
    Failure(#[from] Failure),
}

from_port_errors!(ActivationError);

/// The number of active activations of a license, and its limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ActivationUsage {
    /// The number of active activations.
    pub used: u32,
    /// The license's limit.
    pub max: u32,
}

/// The result of an activation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Activated {
    /// The license is active on the device.
    Active(ActivationId, ActivationUsage),
    /// The limit is reached by other devices.
    Full(ActivationUsage),
    /// The license is not valid.
    Refused(Reason),
}

/// The result of a heartbeat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heartbeat {
    /// The activation was last seen at this time.
    Seen(Timestamp),
    /// The license is not active on the device.
    NotActivated,
    /// The license is not valid.
    Refused(Reason),
}

impl Activated {
    /// The reason when the activation limit of the license is reached.
    pub const LIMIT_REACHED: &'static str = "limit_reached";

    /// Why the license was not activated on the device; `None` if it was.
    pub fn reason(&self) -> Option<&'static str> {
        match self {
            Self::Active(..) => None,
            Self::Full(_) => Some(Self::LIMIT_REACHED),
            Self::Refused(reason) => Some(reason.as_str()),
        }
    }
}

impl Heartbeat {
    /// The reason when the license is not active on the device.
    pub const NOT_ACTIVATED: &'static str = "not_activated";

    /// Why the heartbeat was not recorded; `None` if it was.
    pub fn reason(&self) -> Option<&'static str> {
        match self {
            Self::Seen(_) => None,
            Self::NotActivated => Some(Self::NOT_ACTIVATED),
            Self::Refused(reason) => Some(reason.as_str()),
        }
    }
}

/// Selects one activation of a license.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ActivationSelector {
    /// By the fingerprint of the device.
    Fingerprint(Fingerprint),
    /// By the id of the activation.
    Id(ActivationId),
}

/// Why a call selects no activation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSelector {
    /// The call has both a fingerprint and an id.
    #[error("must not be given together with fingerprint")]
    Both,
    /// The call has neither a fingerprint nor an id.
    #[error("is required unless activationId is given")]
    Neither,
}

impl ActivationSelector {
    /// Selects by fingerprint or by id, exactly one of which must be given.
    pub fn new(
        fingerprint: Option<Fingerprint>,
        id: Option<ActivationId>,
    ) -> Result<Self, InvalidSelector> {
        match (fingerprint, id) {
            (Some(fingerprint), None) => Ok(Self::Fingerprint(fingerprint)),
            (None, Some(id)) => Ok(Self::Id(id)),
            (Some(_), Some(_)) => Err(InvalidSelector::Both),
            (None, None) => Err(InvalidSelector::Neither),
        }
    }
}

/// How close in time the calls of one device are of which only one writes what the device says.
const CROWD: Duration = Duration::from_secs(1);

/// Decides one attempt to activate a license on a device. An active activation is updated; a new or
/// released one is activated unless the limit is reached. The first activation starts a term that waits
/// for it.
pub fn activate(
    store: &(impl Validations + Activations + ?Sized),
    env: &Env<'_>,
    call: &ValidateQuery,
    device: &Device,
    refused: Option<&Refusal>,
) -> Result<Decision<Activated>, ActivationError> {
    let now = env.now();
    let mut changes = begin(env, call, refused, now)?;
    let found = match valid_license(store, call, now)? {
        Ok(found) => found,
        Err(reason) => return Ok(Decision::commit(changes, Activated::Refused(reason))),
    };
    let mut record = found.record;
    let license = &record.license;
    let counter = Counter::of_activations(license);
    let max = license.activation_limit;
    let stored = store.activation(&license.id, &device.fingerprint)?;
    let added = i64::from(!stored.as_ref().is_some_and(Activation::is_active));
    if added > 0 && found.activations >= max {
        limit_reached_into(&mut changes, env, &record, refused, now);
        let used = found.activations;
        let full = Activated::Full(ActivationUsage { used, max });
        return Ok(Decision::commit(changes, full));
    }
    let mut activation = stored.unwrap_or_else(|| {
        let id = ActivationId::new(now, env.random());
        Activation::new(id, license, device, now)
    });
    activation.released_at = None;
    let id = activation.id.clone();
    // Of calls of one device at the same moment one writes what it says, so that the others need not
    // win a race against each other.
    let is_crowded = was_seen_concurrently(refused) && now.since(activation.last_seen) < CROWD;
    let is_updated = activation.update_from(device) && !is_crowded;
    if added > 0 {
        let event = (EventName::LicenseActivated, &activation);
        activity_into(&mut changes, env, &record, event, now);
    }
    if added > 0 || is_updated || !was_seen_concurrently(refused) {
        activation.seen(now);
        changes.activations.push(Write::changed(activation));
    }
    if record.license.standing.start_term(now) {
        // Of two first activations the slower one finds another version, and decides again.
        let event = masked_license_event(env, &mut record, EventName::LicenseUpdated, now);
        changes.deliveries.push(Write::new(event));
        changes.licenses.push(Write::changed(record.license));
    }
    changes.counters.push(Count {
        counter: counter.clone(),
        add: added,
        cap: Some(i64::from(max)),
    });
    Ok(Decision::Commit(
        Box::new(changes),
        Box::new(move |receipt| {
            let used = receipt.counters.get(&counter).copied();
            let used = u32::try_from(used.unwrap_or_default()).unwrap_or_default();
            Activated::Active(id, ActivationUsage { used, max })
        }),
    ))
}

/// Decides one attempt of a heartbeat, which updates when an active activation of a valid license
/// was last seen.
pub fn heartbeat(
    store: &(impl Validations + Activations + ?Sized),
    env: &Env<'_>,
    call: &ValidateQuery,
    fingerprint: &Fingerprint,
    refused: Option<&Refusal>,
) -> Result<Decision<Heartbeat>, ActivationError> {
    let now = env.now();
    let mut changes = begin(env, call, refused, now)?;
    let license = match valid_license(store, call, now)? {
        Ok(found) => found.record.license,
        Err(reason) => return Ok(Decision::commit(changes, Heartbeat::Refused(reason))),
    };
    let active = store.activation(&license.id, fingerprint)?;
    let Some(mut active) = active.filter(Activation::is_active) else {
        return Ok(Decision::commit(changes, Heartbeat::NotActivated));
    };
    if !was_seen_concurrently(refused) {
        active.seen(now);
        changes.activations.push(Write::changed(active.clone()));
    }
    Ok(Decision::commit(changes, Heartbeat::Seen(active.last_seen)))
}

/// Decides one attempt to deactivate a license on a device, whatever the license's state. Answers
/// whether the activation was active.
pub fn deactivate(
    store: &(impl Validations + Activations + ?Sized),
    env: &Env<'_>,
    call: &ValidateQuery,
    selector: &ActivationSelector,
    refused: Option<&Refusal>,
) -> Result<Decision<bool>, ActivationError> {
    let now = env.now();
    let mut changes = begin(env, call, refused, now)?;
    let Some(found) = store.license_of_key(&call.key)? else {
        return Ok(Decision::commit(changes, false));
    };
    let license = &found.record.license;
    let activation = match selector {
        ActivationSelector::Fingerprint(fingerprint) => {
            store.activation(&license.id, fingerprint)?
        }
        ActivationSelector::Id(id) => store.activation_by_id(&license.id, id)?,
    };
    let released = activation
        .and_then(|activation| release_into(&mut changes, env, &found.record, activation, now))
        .is_some();
    Ok(Decision::commit(changes, released))
}

/// Releases an activation of a tenant's license on behalf of the seller.
pub fn release(
    store: &(impl Licenses + Activations + Commit + ?Sized),
    env: &Env<'_>,
    tenant: &TenantId,
    (license, id): (&LicenseId, &ActivationId),
    actor: &Actor,
) -> Result<Activation, ActivationError> {
    settle(store, |_| {
        let record = store.license(tenant, license)?;
        let record = record.ok_or(ActivationError::NotFound)?;
        let activation = store.activation_by_id(&record.license.id, id)?;
        let activation = activation.ok_or(ActivationError::NotFound)?;
        let now = env.now();
        let mut changes = env.changes(now);
        let released = release_into(&mut changes, env, &record, activation, now);
        let released = released.ok_or(ActivationError::AlreadyReleased)?;
        let entry = env.audit(
            tenant,
            now,
            actor.clone(),
            "activation.released",
            id.as_str(),
        );
        changes.audit.push(entry);
        Ok(Decision::commit(changes, released))
    })
}

/// Changes that consume the nonce of the call, if it has one.
fn begin(
    env: &Env<'_>,
    call: &ValidateQuery,
    refused: Option<&Refusal>,
    now: Timestamp,
) -> Result<Changes, ActivationError> {
    if refused.is_some_and(Refusal::is_replay) {
        return Err(ActivationError::Replayed);
    }
    let mut changes = env.changes(now);
    changes.nonces.extend(call.nonce.clone());
    Ok(changes)
}

/// The license of a call if it is valid at `now`, or why it is not.
fn valid_license(
    store: &(impl Validations + ?Sized),
    call: &ValidateQuery,
    now: Timestamp,
) -> Result<Result<KnownLicense, Reason>, ActivationError> {
    let found = store.license_of_key(&call.key)?;
    let reason = invalid_reason(found.as_ref(), now);
    Ok(match (found, reason) {
        (Some(found), None) => Ok(found),
        (_, reason) => Err(reason.unwrap_or(Reason::NotFound)),
    })
}

/// Whether a concurrent call of the same device has created or updated the activation. This call then
/// need not write the time again, so that many concurrent calls of a device do not refuse one another.
fn was_seen_concurrently(refused: Option<&Refusal>) -> bool {
    matches!(
        refused,
        Some(Refusal::Stale(Row::Activation(..)) | Refusal::Exists(Row::Activation(..)))
    )
}

/// Releases an activation in `changes`, and returns the released activation; `None` if it is not
/// active.
fn release_into(
    changes: &mut Changes,
    env: &Env<'_>,
    record: &LicenseRecord,
    mut activation: Activation,
    now: Timestamp,
) -> Option<Activation> {
    if !activation.release(now) {
        return None;
    }
    changes.counters.push(Count {
        counter: Counter::of_activations(&record.license),
        add: -1,
        cap: None,
    });
    let event = (EventName::LicenseDeactivated, &activation);
    activity_into(changes, env, record, event, now);
    let write = Write::changed(activation);
    let released = write.value.clone();
    changes.activations.push(write);
    Some(released)
}
