//! Devices on a license: activate, heartbeat, deactivate (usekeystack.com/docs/device-activations),
//! and a seller's release.
//!
//! One commit uses up the signature, writes the device under its version, and takes or gives back
//! one of the license's slots: a counter capped by the license's limit, which no two nodes can
//! overfill. A call that changes nothing still uses its signature up, lest it be sent again when
//! it would; a publishable key's has none, and may be.

use crate::base::id::{ActivationId, LicenseId};
use crate::base::slug::TenantId;
use crate::base::time::Timestamp;
use crate::commit::changes::Changes;
use crate::commit::counter::{Count, Counter};
use crate::commit::guards::Refusal;
use crate::commit::row::Row;
use crate::commit::write::Write;
use crate::model::licenses::activation::{Activation, Device, Fingerprint};
use crate::model::licenses::license::License;
use crate::model::sellers::audit::Actor;
use crate::ports::{Activations, Commit, KnownLicense, Licenses, ValidateQuery, Validations};
use crate::usecase::commit_loop::{Decision, settle};
use crate::usecase::env::Env;
use crate::usecase::failure::{Failure, from_port_errors};
use crate::usecase::licenses::validate::{Reason, invalid_reason};

/// Why nothing was done with a device.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ActivationError {
    /// There is no such device.
    #[error("not found")]
    NotFound,
    /// It was released before.
    #[error("the device is released already")]
    AlreadyReleased,
    /// The signature was used before.
    #[error("the signature was already used")]
    Replayed,
    /// It could not be done.
    #[error(transparent)]
    Failure(#[from] Failure),
}

from_port_errors!(ActivationError);

/// How many devices of a license are active, and how many may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ActivationUsage {
    /// Active ones.
    pub used: u32,
    /// The license's limit.
    pub max: u32,
}

/// What came of asking for a slot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Activated {
    /// The device has one.
    Active(ActivationId, ActivationUsage),
    /// All are taken by others.
    Full(ActivationUsage),
    /// The license is not good.
    Refused(Reason),
}

/// What came of a heartbeat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heartbeat {
    /// The device was last seen now.
    Seen(Timestamp),
    /// The device is not active on the license.
    NotActivated,
    /// The license is not good.
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

/// Which device of a license.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ActivationSelector {
    /// By what it calls itself.
    Fingerprint(Fingerprint),
    /// By what activating it answered.
    Id(ActivationId),
}

/// Why a fingerprint and an id select no activation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSelector {
    /// Both are given.
    #[error("takes the place of fingerprint")]
    Both,
    /// Neither is given.
    #[error("is required, or activationId in its place")]
    Neither,
}

impl ActivationSelector {
    /// Selects by whichever of the two is given; exactly one must be.
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

/// One round of activating a device. One that is active keeps its slot and is seen; a new or
/// released one takes a slot if one is free.
pub fn activate(
    store: &(impl Validations + Activations + ?Sized),
    env: &Env<'_>,
    call: &ValidateQuery,
    device: &Device,
    refused: Option<&Refusal>,
) -> Result<Decision<Activated>, ActivationError> {
    let now = env.now();
    let mut changes = begin(env, call, refused, now)?;
    let known = match good(store, call, now)? {
        Ok(known) => known,
        Err(reason) => return Ok(Decision::commit(changes, Activated::Refused(reason))),
    };
    let license = known.record.license;
    let max = license.activation_limit;
    let earlier = store.activation(&license.id, &device.fingerprint)?;
    let takes = i64::from(!earlier.as_ref().is_some_and(Activation::is_active));
    if takes > 0 && known.activations >= max {
        let used = known.activations;
        let full = Activated::Full(ActivationUsage { used, max });
        return Ok(Decision::commit(changes, full));
    }
    let mut activation = earlier.unwrap_or_else(|| {
        let id = ActivationId::new(now, env.random());
        Activation::new(id, &license, device, now)
    });
    activation.released_at = None;
    let news = activation.learn(device);
    let id = activation.id.clone();
    if takes > 0 || news || !was_seen_meanwhile(refused) {
        activation.seen(now);
        changes.activations.push(Write::changed(activation));
    }
    changes.counters.push(Count {
        counter: Counter::of_activations(&license),
        add: takes,
        cap: Some(i64::from(max)),
    });
    Ok(Decision::Commit(
        Box::new(changes),
        Box::new(move |receipt| {
            let used = receipt
                .counters
                .get(&Counter::of_activations(&license))
                .copied();
            let used = u32::try_from(used.unwrap_or_default()).unwrap_or_default();
            Activated::Active(id, ActivationUsage { used, max })
        }),
    ))
}

/// One round of a heartbeat: an active device of a good license is seen.
pub fn heartbeat(
    store: &(impl Validations + Activations + ?Sized),
    env: &Env<'_>,
    call: &ValidateQuery,
    fingerprint: &Fingerprint,
    refused: Option<&Refusal>,
) -> Result<Decision<Heartbeat>, ActivationError> {
    let now = env.now();
    let mut changes = begin(env, call, refused, now)?;
    let license = match good(store, call, now)? {
        Ok(known) => known.record.license,
        Err(reason) => return Ok(Decision::commit(changes, Heartbeat::Refused(reason))),
    };
    let active = store.activation(&license.id, fingerprint)?;
    let Some(mut active) = active.filter(Activation::is_active) else {
        return Ok(Decision::commit(changes, Heartbeat::NotActivated));
    };
    if !was_seen_meanwhile(refused) {
        active.seen(now);
        changes.activations.push(Write::changed(active.clone()));
    }
    Ok(Decision::commit(changes, Heartbeat::Seen(active.last_seen)))
}

/// One round of deactivating a device, whatever the license's state: says whether it gave a slot
/// back.
pub fn deactivate(
    store: &(impl Validations + Activations + ?Sized),
    env: &Env<'_>,
    call: &ValidateQuery,
    which: &ActivationSelector,
    refused: Option<&Refusal>,
) -> Result<Decision<bool>, ActivationError> {
    let now = env.now();
    let mut changes = begin(env, call, refused, now)?;
    let Some(known) = store.license_of_key(&call.key)? else {
        return Ok(Decision::commit(changes, false));
    };
    let license = known.record.license;
    let activation = match which {
        ActivationSelector::Fingerprint(fingerprint) => {
            store.activation(&license.id, fingerprint)?
        }
        ActivationSelector::Id(id) => store.activation_by_id(&license.id, id)?,
    };
    let released = activation
        .and_then(|activation| give_back(&mut changes, &license, activation, now))
        .is_some();
    Ok(Decision::commit(changes, released))
}

/// Releases a device of a tenant's license for its seller.
pub fn release(
    store: &(impl Licenses + Activations + Commit + ?Sized),
    env: &Env<'_>,
    tenant: &TenantId,
    (license, id): (&LicenseId, &ActivationId),
    actor: &Actor,
) -> Result<Activation, ActivationError> {
    settle(store, |_| {
        let record = store.license(tenant, license)?;
        let license = record.ok_or(ActivationError::NotFound)?.license;
        let activation = store.activation_by_id(&license.id, id)?;
        let activation = activation.ok_or(ActivationError::NotFound)?;
        let now = env.now();
        let mut changes = env.changes(now);
        let released = give_back(&mut changes, &license, activation, now);
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

/// Changes that use the call's signature up, if it has one.
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

/// The license of a call if it is good at `now`, or why it is not.
fn good(
    store: &(impl Validations + ?Sized),
    call: &ValidateQuery,
    now: Timestamp,
) -> Result<Result<KnownLicense, Reason>, ActivationError> {
    let known = store.license_of_key(&call.key)?;
    let reason = invalid_reason(known.as_ref(), now);
    Ok(match (known, reason) {
        (Some(known), None) => Ok(known),
        (_, reason) => Err(reason.unwrap_or(Reason::NotFound)),
    })
}

/// Whether another call of the same device was faster. It has written the time, so that a device
/// which calls many times at once does not stand in its own way.
fn was_seen_meanwhile(refused: Option<&Refusal>) -> bool {
    matches!(refused, Some(Refusal::Stale(Row::Activation(..))))
}

/// Gives a device's slot back, if it has one; returns the device as it will be.
fn give_back(
    changes: &mut Changes,
    license: &License,
    mut activation: Activation,
    now: Timestamp,
) -> Option<Activation> {
    if !activation.release(now) {
        return None;
    }
    changes.counters.push(Count {
        counter: Counter::of_activations(&license),
        add: -1,
        cap: None,
    });
    let put = Write::changed(activation);
    let released = put.value.clone();
    changes.activations.push(put);
    Some(released)
}
