//! Proving that the configured master keys are those of the store, and sealing everything again under
//! another key.

use std::collections::BTreeSet;

use crate::base::id::DeliveryId;
use crate::base::seal::{KeyId, OpenError, Sealed};
use crate::ports::{MasterKeys, SealedKind, SealedValue, StoreError};
use crate::usecase::env::{Env, SealedField};

/// The text that every canary holds.
const CANARY: &[u8] = b"mintage";

/// How many values are read in one step.
const STEP: usize = 200;

/// How often all values are looked through, while servers write new ones under an old key.
const MAX_PASSES: usize = 10;

/// Why the configured master keys are refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MasterKeyError {
    /// A configured key is not the one that sealed.
    #[error(
        "the master key `{0}` is not the one that sealed the secrets of this database: set the key \
         that belongs to the database, or restore the database that belongs to the key"
    )]
    Wrong(KeyId),
    /// A key that sealed is not configured.
    #[error(
        "the master key `{0}` sealed secrets of this database and is not configured: set it after the \
         key that shall seal, and retire it by `mintage keys reseal`"
    )]
    Missing(KeyId),
    /// Servers write secrets under another key all the time.
    #[error(
        "servers still seal with another master key: restart them with the key that shall seal as the \
         first one"
    )]
    StillInUse,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What was sealed again.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Resealed {
    /// The number of values that were sealed again.
    pub values: usize,
    /// The ids of values that no key opens, since they are damaged. They are left as they are.
    pub unreadable: Vec<String>,
    /// The keys that sealed nothing any more, and may be removed from the configuration.
    pub retired: Vec<KeyId>,
}

impl SealedKind {
    fn field(self) -> SealedField {
        match self {
            Self::ProductKeySecret => SealedField::PRODUCT_KEY_SECRET,
            Self::ApiKeySecret => SealedField::API_KEY_SECRET,
            Self::EndpointSecret | Self::EndpointOldSecret => SealedField::ENDPOINT_SECRET,
            Self::ManualSecret | Self::ManualOldSecret => SealedField::MANUAL_SECRET,
            Self::ProductStripeKey => SealedField::PRODUCT_STRIPE_KEY,
            Self::DeliveryBody => SealedField::DELIVERY_BODY,
            Self::LicenseKey => SealedField::LICENSE_KEY,
        }
    }

    /// The id to which the value of a row is bound.
    fn bound_id(self, id: &str) -> &str {
        match self {
            Self::DeliveryBody => DeliveryId::event_of(id),
            _ => id,
        }
    }
}

/// Proves that the master keys are those of the store, and keeps a canary of the key that seals. If a
/// key is refused, nothing is written.
pub fn prove(store: &(impl MasterKeys + ?Sized), env: &Env<'_>) -> Result<(), MasterKeyError> {
    if verify(store, env)? == Proof::Canary {
        return Ok(());
    }
    let primary = env.keys.primary_id();
    store.add_canary(&env.seal(SealedField::CANARY, primary.as_str(), CANARY))?;
    // Another server may have been faster, with another key of the same id.
    check_canaries(env, &store.canaries()?)
}

/// What proves that the master keys are those of a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// The key that seals opens its canary.
    Canary,
    /// The store has no canary of the key that seals. The keys open what the store has, if anything.
    Values,
}

/// Proves that the master keys are those of the store, as [`prove`] does, and writes nothing.
pub fn verify(store: &(impl MasterKeys + ?Sized), env: &Env<'_>) -> Result<Proof, MasterKeyError> {
    let canaries = store.canaries()?;
    check_canaries(env, &canaries)?;
    let primary = env.keys.primary_id();
    if canaries.iter().any(|canary| canary.key_id() == primary) {
        return Ok(Proof::Canary);
    }
    // A key without a canary may have sealed before there were canaries.
    for kind in SealedKind::ALL {
        prove_by_values(store, env, kind, &canaries)?;
    }
    Ok(Proof::Values)
}

/// Opens one value of each key that sealed values of a kind and has no canary. All values are looked
/// through: after a rotation, those of the newer key may come late.
fn prove_by_values(
    store: &(impl MasterKeys + ?Sized),
    env: &Env<'_>,
    kind: SealedKind,
    canaries: &[Sealed],
) -> Result<(), MasterKeyError> {
    let mut proved: BTreeSet<KeyId> = canaries.iter().map(|it| it.key_id().clone()).collect();
    each_step(store, kind, |values| {
        for SealedValue { id, sealed } in values {
            if !proved.contains(sealed.key_id()) {
                check(
                    &sealed,
                    env.open(kind.field(), kind.bound_id(&id), &sealed)
                        .map(drop),
                )?;
                proved.insert(sealed.key_id().clone());
            }
        }
        Ok(())
    })
}

/// Calls `each` with all values of a kind, a step at a time.
fn each_step(
    store: &(impl MasterKeys + ?Sized),
    kind: SealedKind,
    mut each: impl FnMut(Vec<SealedValue>) -> Result<(), MasterKeyError>,
) -> Result<(), MasterKeyError> {
    let mut after: Option<String> = None;
    loop {
        let values = store.sealed_values(kind, after.as_deref(), STEP)?;
        let Some(last) = values.last() else {
            return Ok(());
        };
        after = Some(last.id.clone());
        each(values)?;
    }
}

fn check_canaries(env: &Env<'_>, canaries: &[Sealed]) -> Result<(), MasterKeyError> {
    for canary in canaries {
        let opened = env.open(SealedField::CANARY, canary.key_id().as_str(), canary);
        check(canary, opened.map(drop))?;
    }
    Ok(())
}

fn check(sealed: &Sealed, opened: Result<(), OpenError>) -> Result<(), MasterKeyError> {
    opened.map_err(|error| match error {
        OpenError::UnknownKey(key) => MasterKeyError::Missing(key),
        OpenError::Refused => MasterKeyError::Wrong(sealed.key_id().clone()),
    })
}

/// Seals everything that another key sealed again under the primary key, so that the others can be
/// retired. Servers may run meanwhile if they have both keys and seal with the same one.
pub fn reseal(
    store: &(impl MasterKeys + ?Sized),
    env: &Env<'_>,
) -> Result<Resealed, MasterKeyError> {
    prove(store, env)?;
    let mut resealed = Resealed::default();
    let mut passes = 0_usize;
    loop {
        let mut pass = Resealed::default();
        for kind in SealedKind::ALL {
            reseal_kind(store, env, kind, &mut pass)?;
        }
        resealed.unreadable = pass.unreadable;
        if pass.values == 0 {
            break;
        }
        resealed.values = resealed.values.saturating_add(pass.values);
        passes = passes.saturating_add(1);
        if passes == MAX_PASSES {
            return Err(MasterKeyError::StillInUse);
        }
    }
    if resealed.unreadable.is_empty() {
        let primary = env.keys.primary_id();
        for canary in store.canaries()? {
            if canary.key_id() != primary {
                store.remove_canary(canary.key_id())?;
            }
        }
        let others = env.keys.ids().filter(|id| *id != primary);
        resealed.retired = others.cloned().collect();
    }
    Ok(resealed)
}

/// Seals all values of a kind again, and adds what was done to `pass`.
fn reseal_kind(
    store: &(impl MasterKeys + ?Sized),
    env: &Env<'_>,
    kind: SealedKind,
    pass: &mut Resealed,
) -> Result<(), MasterKeyError> {
    let (field, primary) = (kind.field(), env.keys.primary_id());
    each_step(store, kind, |values| {
        let mut step = Vec::new();
        for value in values {
            if value.sealed.key_id() == primary {
                continue;
            }
            let id = kind.bound_id(&value.id);
            match env.open(field, id, &value.sealed) {
                Ok(opened) => {
                    let sealed = env.seal(field, id, opened.expose());
                    step.push((value, sealed));
                }
                Err(_) => pass.unreadable.push(value.id),
            }
        }
        pass.values = pass.values.saturating_add(step.len());
        Ok(store.reseal(kind, &step)?)
    })
}
