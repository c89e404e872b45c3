//! Creating, rotating and revoking API keys, and checking the calls made with them.

mod check;

pub use crate::usecase::access::api_key::check::{
    NONCE_TTL, SignatureError, SignedCall, TOLERANCE, check, check_head, check_permission,
    check_publishable_or_signed, check_publishable_or_signed_head, find, use_up,
};

use std::collections::BTreeSet;

use crate::base::id::ApiKeyId;
use crate::base::mode::Mode;
use crate::base::secret::Secret;
use crate::base::slug::{ProductId, TenantId};
use crate::base::time::Timestamp;
use crate::commit::write::Write;
use crate::model::access::api_key::{ApiKey, Overlap, new_secret};
use crate::model::access::credential::{
    Credential, KeyKind, SignatureVersion, Signing, SignsNothing,
};
use crate::model::access::scope::Permission;
use crate::model::sellers::audit::Actor;
use crate::model::sellers::authority::Authority;
use crate::model::sellers::management_token::TokenScope;
use crate::ports::{ApiKeys, Catalog, Commit};
use crate::usecase::commit_loop::{Decision, settle};
use crate::usecase::env::{Env, SealedField};
use crate::usecase::failure::{Failure, from_port_errors};

/// Why an API key was not created or changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ApiKeyError {
    /// The tenant has no such product or key.
    #[error("not found")]
    NotFound,
    /// The key is revoked already.
    #[error("the API key is revoked already")]
    AlreadyRevoked,
    /// The key was rotated before and remains valid for a limited time only. Its successor can be
    /// rotated.
    #[error("the API key was rotated already")]
    AlreadyRotated,
    /// The key would do more than the management token that creates it.
    #[error("a token cannot create a key that may do more than itself: it lacks the scope {0}")]
    LacksScope(TokenScope),
    /// A signature version was chosen for a publishable key.
    #[error(transparent)]
    SignsNothing(#[from] SignsNothing),
    /// The store failed, or a secret cannot be opened.
    #[error(transparent)]
    Failure(#[from] Failure),
}

from_port_errors!(ApiKeyError);

/// A new API key.
#[derive(Debug)]
pub struct CreatedApiKey {
    /// Public id, which callers send.
    pub id: ApiKeyId,
    /// The secret, shown once; `None` for a publishable key.
    pub secret: Option<Secret>,
}

/// Creates an API key.
pub fn create_api_key(
    store: &(impl Catalog + Commit + ?Sized),
    env: &Env<'_>,
    tenant: &TenantId,
    product: &ProductId,
    authority: Authority<'_>,
    (kind, mode): (KeyKind, Mode),
) -> Result<CreatedApiKey, ApiKeyError> {
    check_authority(authority, kind)?;
    let actor = authority.actor();
    settle(store, |_| {
        store
            .product(tenant, product)?
            .ok_or(ApiKeyError::NotFound)?;
        let now = env.now();
        let (key, secret) = generate_key(env, (tenant, product), (kind, mode));
        let id = key.id.clone();
        let mut changes = env.changes(now);
        changes.api_keys.push(Write::new(key));
        changes
            .audit
            .push(env.audit(tenant, now, actor.clone(), "api-key.created", id.as_str()));
        Ok(Decision::commit(changes, CreatedApiKey { id, secret }))
    })
}

/// Checks that a key does no more than the management token that creates it.
fn check_authority(authority: Authority<'_>, kind: KeyKind) -> Result<(), ApiKeyError> {
    match authority.lacks(&needed_scopes(kind)) {
        Some(scope) => Err(ApiKeyError::LacksScope(scope)),
        None => Ok(()),
    }
}

/// The scopes of a management token that may do what a key of this kind may do. Validating,
/// activating and managing one's own device need no scope: who has a license key may do all three
/// with a publishable key.
fn needed_scopes(kind: KeyKind) -> BTreeSet<TokenScope> {
    [
        (Permission::Issue, TokenScope::LicensesWrite),
        (Permission::ManageActivations, TokenScope::LicensesWrite),
        (Permission::Read, TokenScope::LicensesRead),
    ]
    .into_iter()
    .filter(|(permission, _)| kind.allows(*permission))
    .map(|(_, scope)| scope)
    .collect()
}

fn generate_key(
    env: &Env<'_>,
    (tenant, product): (&TenantId, &ProductId),
    (kind, mode): (KeyKind, Mode),
) -> (ApiKey, Option<Secret>) {
    let (id, credential, secret) = match kind {
        KeyKind::Signed(scope, version) => {
            let id = ApiKeyId::of(mode, env.random());
            let secret = new_secret(env.random());
            let bytes = secret.expose().as_bytes();
            let signing = Signing {
                scope,
                version,
                sealed_secret: env.seal(SealedField::API_KEY_SECRET, id.as_str(), bytes),
            };
            (id, Credential::Signed(signing), Some(secret))
        }
        KeyKind::Publishable => {
            let id = ApiKeyId::publishable(mode, env.random());
            (id, Credential::Publishable, None)
        }
    };
    let key = ApiKey {
        id,
        tenant: tenant.clone(),
        product: product.clone(),
        mode,
        credential,
        created_at: env.now(),
        revoked_at: None,
        version: 1,
    };
    (key, secret)
}

/// Revokes an API key at once, even one that a rotation left valid for some time.
pub fn revoke_api_key(
    store: &(impl ApiKeys + Commit + ?Sized),
    env: &Env<'_>,
    tenant: &TenantId,
    id: &ApiKeyId,
    actor: &Actor,
) -> Result<ApiKey, ApiKeyError> {
    settle(store, |_| {
        let now = env.now();
        let mut key = valid_key(store, tenant, id, now)?;
        key.revoked_at = Some(now);
        let write = Write::changed(key);
        let key = write.value.clone();
        let mut changes = env.changes(now);
        changes.api_keys.push(write);
        changes
            .audit
            .push(env.audit(tenant, now, actor.clone(), "api-key.revoked", id.as_str()));
        Ok(Decision::commit(changes, key))
    })
}

/// Replaces an API key by a new one of the same product, kind and mode; the signature version can
/// be changed. The old key remains valid for `overlap`.
pub fn rotate_api_key(
    store: &(impl ApiKeys + Commit + ?Sized),
    env: &Env<'_>,
    tenant: &TenantId,
    id: &ApiKeyId,
    (overlap, version): (Overlap, Option<SignatureVersion>),
    authority: Authority<'_>,
) -> Result<CreatedApiKey, ApiKeyError> {
    let actor = authority.actor();
    settle(store, |_| {
        let now = env.now();
        let mut old = valid_key(store, tenant, id, now)?;
        if old.revoked_at.is_some() {
            return Err(ApiKeyError::AlreadyRotated);
        }
        let kind = old.kind().signing(version)?;
        check_authority(authority, kind)?;
        let (new, secret) = generate_key(env, (tenant, &old.product), (kind, old.mode));
        let new_id = new.id.clone();
        old.revoked_at = Some(now.plus(overlap.duration()));
        let mut changes = env.changes(now);
        changes
            .api_keys
            .extend([Write::changed(old), Write::new(new)]);
        for (action, target) in [("api-key.rotated", id), ("api-key.created", &new_id)] {
            let entry = env.audit(tenant, now, actor.clone(), action, target.as_str());
            changes.audit.push(entry);
        }
        Ok(Decision::commit(
            changes,
            CreatedApiKey { id: new_id, secret },
        ))
    })
}

/// The key of a tenant, if it is valid at `now`. The key of another tenant is not found.
fn valid_key(
    store: &(impl ApiKeys + ?Sized),
    tenant: &TenantId,
    id: &ApiKeyId,
    now: Timestamp,
) -> Result<ApiKey, ApiKeyError> {
    let key = store
        .api_key(id)?
        .filter(|key| key.tenant == *tenant)
        .ok_or(ApiKeyError::NotFound)?;
    if !key.is_good(now) {
        return Err(ApiKeyError::AlreadyRevoked);
    }
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_needs_the_scopes_of_a_token_that_may_do_the_same() {
        use TokenScope::{LicensesRead, LicensesWrite};
        for (name, scopes) in [
            ("FULL", &[LicensesRead, LicensesWrite][..]),
            ("ISSUE_ONLY", &[LicensesWrite]),
            ("VALIDATE_ONLY", &[LicensesWrite]),
            ("READ_ONLY", &[LicensesRead]),
            ("PUBLISHABLE", &[]),
        ] {
            let kind = KeyKind::parse(name).expect("a kind");
            let expected = scopes.iter().copied().collect();
            assert_eq!(needed_scopes(kind), expected, "{name}");
        }
    }
}
