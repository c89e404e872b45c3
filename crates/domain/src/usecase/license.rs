//! What a seller does with a license: revoke it, or see its key.

use super::mint::tell_masked;
use super::{Decision, Failure, fails_by, settle};
use crate::audit::Actor;
use crate::changes::{Count, Put};
use crate::env::{Env, SealedField};
use crate::id::LicenseId;
use crate::license::state::{RevocationReason, State};
use crate::outbound::EventName;
use crate::ports::{Commit, LicenseRecord, Licenses};
use crate::secret::Secret;
use crate::slug::TenantId;

/// Why nothing was done with a license.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LicenseError {
    /// There is no such license.
    #[error("not found")]
    NotFound,
    /// It was revoked before.
    #[error("the license is revoked already")]
    AlreadyRevoked,
    /// Its key does not open as text.
    #[error("the license's key is damaged")]
    DamagedKey,
    /// It could not be done.
    #[error(transparent)]
    Failure(#[from] Failure),
}

fails_by!(LicenseError);

/// Revokes a license for good, and tells the tenant's webhook.
pub fn revoke(
    store: &(impl Licenses + Commit + ?Sized),
    env: &Env<'_>,
    tenant: &TenantId,
    id: &LicenseId,
    actor: &Actor,
) -> Result<LicenseRecord, LicenseError> {
    settle(store, |_| {
        let mut record = store.license(tenant, id)?.ok_or(LicenseError::NotFound)?;
        let now = env.now();
        let was_revoked = record.license.state(now) == State::Revoked;
        if !record.license.standing.revoke(RevocationReason::Admin, now) {
            return Err(LicenseError::AlreadyRevoked);
        }
        let mut changes = env.changes(now);
        if !was_revoked {
            changes.counters.push(Count {
                counter: record.license.counter(),
                add: -1,
                cap: None,
            });
            let told = tell_masked(env, &record, EventName::LicenseRevoked, now);
            changes.deliveries.push(Put::new(told));
        }
        changes
            .audit
            .push(env.audit(tenant, now, actor.clone(), "license.revoked", id.as_str()));
        let put = Put::changed(record.license);
        record.license = put.value.clone();
        changes.licenses.push(put);
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
