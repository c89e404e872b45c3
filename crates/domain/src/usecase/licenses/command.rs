//! What a seller does with a license: freeze it, thaw it, extend it, revoke it, or see its key.
//!
//! Each is a command under the license's version: whoever was slower reads and decides again, so a
//! command that has been given already is refused and never given twice.

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
use crate::usecase::env::{Env, SealedField};
use crate::usecase::failure::{Failure, from_port_errors};
use crate::usecase::licenses::transition::revoke_into;
use crate::usecase::outbox::event::masked_license_event;

/// Why nothing was done with a license.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LicenseError {
    /// There is no such license.
    #[error("not found")]
    NotFound,
    /// It was revoked before.
    #[error("the license is revoked already")]
    AlreadyRevoked,
    /// The seller froze it before.
    #[error("the license is frozen already")]
    AlreadyFrozen,
    /// It is not the seller who froze it, if anybody did.
    #[error("the license is not frozen by its seller")]
    NotFrozen,
    /// Its end was not moved.
    #[error(transparent)]
    CannotExtend(#[from] CannotExtend),
    /// Its key does not open as text.
    #[error("the license's key is damaged")]
    DamagedKey,
    /// It could not be done.
    #[error(transparent)]
    Failure(#[from] Failure),
}

from_port_errors!(LicenseError);

/// Which license, and who does something with it.
#[derive(Debug, Clone, Copy)]
pub struct Target<'a> {
    /// Whose it is.
    pub tenant: &'a TenantId,
    /// Its id.
    pub id: &'a LicenseId,
    /// Who does it.
    pub actor: &'a Actor,
}

/// Holds a license until it is thawed, whatever else holds it.
pub fn freeze(
    store: &(impl Licenses + Commit + ?Sized),
    env: &Env<'_>,
    target: Target<'_>,
) -> Result<LicenseRecord, LicenseError> {
    let told = ("license.frozen", EventName::LicenseFrozen);
    command(store, env, target, told, |standing, _| {
        let is_news = standing.hold(HoldCause::Admin);
        is_news.then_some(()).ok_or(LicenseError::AlreadyFrozen)
    })
}

/// Ends the seller's own hold. What else holds the license goes on holding it.
pub fn thaw(
    store: &(impl Licenses + Commit + ?Sized),
    env: &Env<'_>,
    target: Target<'_>,
) -> Result<LicenseRecord, LicenseError> {
    let told = ("license.thawed", EventName::LicenseUpdated);
    command(store, env, target, told, |standing, _| {
        if !standing.held_by().any(|cause| *cause == HoldCause::Admin) {
            return Err(LicenseError::NotFrozen);
        }
        standing.release(HoldCause::Admin);
        Ok(())
    })
}

/// Moves a license's end away, as [`Standing::extend`] counts.
pub fn extend(
    store: &(impl Licenses + Commit + ?Sized),
    env: &Env<'_>,
    target: Target<'_>,
    by: Term,
) -> Result<LicenseRecord, LicenseError> {
    let told = ("license.extended", EventName::LicenseUpdated);
    command(store, env, target, told, |standing, now| {
        Ok(standing.extend(by, now)?)
    })
}

/// Changes how a license stands unless it is revoked, tells the tenant's webhook, and writes down
/// who did it.
fn command(
    store: &(impl Licenses + Commit + ?Sized),
    env: &Env<'_>,
    Target { tenant, id, actor }: Target<'_>,
    (action, event): (&'static str, EventName),
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
        let told = masked_license_event(env, &record, event, now);
        changes.deliveries.push(Write::new(told));
        let entry = env.audit(tenant, now, actor.clone(), action, id.as_str());
        changes.audit.push(entry);
        let put = Write::changed(record.license);
        record.license = put.value.clone();
        changes.licenses.push(put);
        Ok(Decision::commit(changes, record))
    })
}

/// Revokes a license for good, and tells the tenant's webhook.
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

/// Shows a license's key in the clear; that it was shown is written down first.
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
        let key = env
            .open(SealedField::LICENSE_KEY, id.as_str(), &license.sealed_key)?
            .into_text()
            .ok_or(LicenseError::DamagedKey)?;
        let now = env.now();
        let mut changes = env.changes(now);
        changes
            .audit
            .push(env.audit(tenant, now, actor.clone(), "license.revealed", id.as_str()));
        Ok(Decision::commit(changes, key))
    })
}
