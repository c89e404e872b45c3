//! A seller's commands on a license: freeze, thaw, extend, revoke, and reveal its key.
//!
//! Commands are committed under the license's version. Of two concurrent commands the slower one
//! reads and decides again, so that a command that was applied already is refused.

use crate::base::id::LicenseId;
use crate::base::secret::Secret;
use crate::base::slug::TenantId;
use crate::base::time::Timestamp;
use crate::commit::write::Write;
use crate::model::licenses::standing::{CannotExtend, HoldCause, RevocationReason, Standing};
use crate::model::licenses::term::Term;
use crate::model::outbox::event::EventName;
use crate::model::sellers::audit::Actor;
use crate::ports::{Commit, LicenseRecord, Licenses};
use crate::usecase::commit_loop::{Decision, settle};
use crate::usecase::env::Env;
use crate::usecase::failure::{Failure, from_port_errors};
use crate::usecase::licenses::mint::license_key;
use crate::usecase::licenses::transition::revoke_into;
use crate::usecase::outbox::event::masked_license_event;

/// Why a command was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LicenseError {
    /// The license does not exist.
    #[error("not found")]
    NotFound,
    /// The license was revoked before.
    #[error("the license is revoked already")]
    AlreadyRevoked,
    /// The seller froze the license before.
    #[error("the license is frozen already")]
    AlreadyFrozen,
    /// The seller has not frozen the license.
    #[error("the license is not frozen by its seller")]
    NotFrozen,
    /// The license cannot be extended.
    #[error(transparent)]
    CannotExtend(#[from] CannotExtend),
    /// The sealed key does not hold text.
    #[error("the license's key is damaged")]
    DamagedKey,
    /// The store failed, or the key cannot be opened.
    #[error(transparent)]
    Failure(#[from] Failure),
}

from_port_errors!(LicenseError);

/// The license to change, and who changes it.
#[derive(Debug, Clone, Copy)]
pub struct Target<'a> {
    /// The tenant that owns the license.
    pub tenant: &'a TenantId,
    /// The id of the license.
    pub id: &'a LicenseId,
    /// Who gives the command, for the audit trail.
    pub actor: &'a Actor,
}

/// Freezes a license until the seller thaws it. Other holds do not matter.
pub fn freeze(
    store: &(impl Licenses + Commit + ?Sized),
    env: &Env<'_>,
    target: Target<'_>,
) -> Result<LicenseRecord, LicenseError> {
    let names = ("license.frozen", &[EventName::LicenseFrozen][..]);
    command(store, env, target, names, |standing, _| {
        let changed = standing.hold(HoldCause::Admin);
        changed.then_some(()).ok_or(LicenseError::AlreadyFrozen)
    })
}

/// Releases the seller's own hold. Other causes continue to hold the license.
///
/// Receivers of earlier versions know a thaw as `license.updated`, so that is sent too.
pub fn thaw(
    store: &(impl Licenses + Commit + ?Sized),
    env: &Env<'_>,
    target: Target<'_>,
) -> Result<LicenseRecord, LicenseError> {
    let events = [EventName::LicenseThawed, EventName::LicenseUpdated];
    let names = ("license.thawed", &events[..]);
    command(store, env, target, names, |standing, _| {
        if !standing.held_by().any(|cause| *cause == HoldCause::Admin) {
            return Err(LicenseError::NotFrozen);
        }
        standing.release(HoldCause::Admin);
        Ok(())
    })
}

/// Extends a license as [`Standing::extend`] computes.
pub fn extend(
    store: &(impl Licenses + Commit + ?Sized),
    env: &Env<'_>,
    target: Target<'_>,
    by: Term,
) -> Result<LicenseRecord, LicenseError> {
    let names = ("license.extended", &[EventName::LicenseUpdated][..]);
    command(store, env, target, names, |standing, now| {
        Ok(standing.extend(by, now)?)
    })
}

/// Changes the standing of a license unless it is revoked, queues events for the tenant's
/// endpoint, and records the change in the audit trail.
fn command(
    store: &(impl Licenses + Commit + ?Sized),
    env: &Env<'_>,
    Target { tenant, id, actor }: Target<'_>,
    (action, events): (&'static str, &[EventName]),
    change: impl Fn(&mut Standing, Timestamp) -> Result<(), LicenseError>,
) -> Result<LicenseRecord, LicenseError> {
    settle(store, |_| {
        let mut record = store.license(tenant, id)?.ok_or(LicenseError::NotFound)?;
        let now = env.now();
        if record.license.standing.revocation().is_some() {
            return Err(LicenseError::AlreadyRevoked);
        }
        change(&mut record.license.standing, now)?;
        let mut changes = env.changes(now);
        for event in events {
            let delivery = masked_license_event(env, &mut record, *event, now);
            changes.deliveries.push(Write::new(delivery));
        }
        let entry = env.audit(tenant, now, actor.clone(), action, id.as_str());
        changes.audit.push(entry);
        let write = Write::changed(record.license);
        record.license = write.value.clone();
        changes.licenses.push(write);
        Ok(Decision::commit(changes, record))
    })
}

/// Revokes a license for good, and queues an event for the tenant's endpoint.
pub fn revoke(
    store: &(impl Licenses + Commit + ?Sized),
    env: &Env<'_>,
    tenant: &TenantId,
    id: &LicenseId,
    actor: &Actor,
) -> Result<LicenseRecord, LicenseError> {
    settle(store, |_| {
        let record = store.license(tenant, id)?.ok_or(LicenseError::NotFound)?;
        let now = env.now();
        let mut changes = env.changes(now);
        let reason = RevocationReason::Admin;
        let record = revoke_into(&mut changes, env, record, reason, actor.clone(), now)
            .ok_or(LicenseError::AlreadyRevoked)?;
        Ok(Decision::commit(changes, record))
    })
}

/// Reveals the key of a license in plain text, after recording the access in the audit trail.
pub fn reveal(
    store: &(impl Licenses + Commit + ?Sized),
    env: &Env<'_>,
    tenant: &TenantId,
    id: &LicenseId,
    actor: &Actor,
) -> Result<Secret, LicenseError> {
    settle(store, |_| {
        let license = store
            .license(tenant, id)?
            .ok_or(LicenseError::NotFound)?
            .license;
        let key = license_key(env, &license)?.ok_or(LicenseError::DamagedKey)?;
        let now = env.now();
        let mut changes = env.changes(now);
        changes
            .audit
            .push(env.audit(tenant, now, actor.clone(), "license.revealed", id.as_str()));
        Ok(Decision::commit(changes, key))
    })
}
