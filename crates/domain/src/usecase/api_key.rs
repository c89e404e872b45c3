//! API keys: made for a product and mode, replaced, revoked, and checked on every signed call.

use super::{Decision, Failure, fails_by, settle};
use crate::api_key::{ApiKey, Overlap, Permission, Scope, new_secret};
use crate::audit::Actor;
use crate::changes::Put;
use crate::env::{Env, SealedField};
use crate::id::ApiKeyId;
use crate::mode::Mode;
use crate::ports::{ApiKeys, Catalog, Commit, Nonce};
use crate::secret::{Secret, sha256};
use crate::sign;
use crate::slug::{ProductId, TenantId};
use crate::time::Timestamp;
use std::time::Duration;

/// Why an API key was not made or changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ApiKeyError {
    /// There is no such product or key.
    #[error("not found")]
    NotFound,
    /// The key is refused already.
    #[error("the API key is revoked already")]
    AlreadyRevoked,
    /// The key was rotated before, and is good for a while only: what follows it is to be rotated.
    #[error("the API key was rotated already")]
    AlreadyRotated,
    /// It could not be done.
    #[error(transparent)]
    Failure(#[from] Failure),
}

fails_by!(ApiKeyError);

/// Makes an API key. Its secret is shown once.
pub fn create_api_key(
    store: &(impl Catalog + Commit + ?Sized),
    env: &Env<'_>,
    tenant: &TenantId,
    product: &ProductId,
    actor: &Actor,
    (scope, mode): (Scope, Mode),
) -> Result<(ApiKeyId, Secret), ApiKeyError> {
    settle(store, |_| {
        store
            .product(tenant, product)?
            .ok_or(ApiKeyError::NotFound)?;
        let now = env.now();
        let (key, secret) = make_key(env, (tenant, product), (scope, mode));
        let id = key.id.clone();
        let mut changes = env.changes(now);
        changes.api_keys.push(Put::new(key));
        changes
            .audit
            .push(env.audit(tenant, now, actor.clone(), "api-key.created", id.as_str()));
        Ok(Decision::commit(changes, (id, secret)))
    })
}

fn make_key(
    env: &Env<'_>,
    (tenant, product): (&TenantId, &ProductId),
    (scope, mode): (Scope, Mode),
) -> (ApiKey, Secret) {
    let id = ApiKeyId::of(mode, env.random());
    let secret = new_secret(env.random());
    let key = ApiKey {
        tenant: tenant.clone(),
        product: product.clone(),
        mode,
        scope,
        sealed_secret: env.seal(
            SealedField::API_KEY_SECRET,
            id.as_str(),
            secret.expose().as_bytes(),
        ),
        created_at: env.now(),
        revoked_at: None,
        version: 1,
        id,
    };
    (key, secret)
}

/// Revokes an API key: from now on it is refused, even if a rotation left it some time.
pub fn revoke_api_key(
    store: &(impl ApiKeys + Commit + ?Sized),
    env: &Env<'_>,
    tenant: &TenantId,
    id: &ApiKeyId,
    actor: &Actor,
) -> Result<ApiKey, ApiKeyError> {
    settle(store, |_| {
        let now = env.now();
        let mut key = own_good_key(store, tenant, id, now)?;
        key.revoked_at = Some(now);
        let put = Put::changed(key);
        let key = put.value.clone();
        let mut changes = env.changes(now);
        changes.api_keys.push(put);
        changes
            .audit
            .push(env.audit(tenant, now, actor.clone(), "api-key.revoked", id.as_str()));
        Ok(Decision::commit(changes, key))
    })
}

/// Replaces an API key by a new one of the same product, scope and mode, whose secret is shown
/// once. The old one stays good for `overlap`.
pub fn rotate_api_key(
    store: &(impl ApiKeys + Commit + ?Sized),
    env: &Env<'_>,
    tenant: &TenantId,
    id: &ApiKeyId,
    overlap: Overlap,
    actor: &Actor,
) -> Result<(ApiKeyId, Secret), ApiKeyError> {
    settle(store, |_| {
        let now = env.now();
        let mut old = own_good_key(store, tenant, id, now)?;
        if old.revoked_at.is_some() {
            return Err(ApiKeyError::AlreadyRotated);
        }
        let (new, secret) = make_key(env, (tenant, &old.product), (old.scope, old.mode));
        let new_id = new.id.clone();
        old.revoked_at = Some(now.plus(overlap.duration()));
        let mut changes = env.changes(now);
        changes.api_keys.extend([Put::changed(old), Put::new(new)]);
        for (action, target) in [("api-key.rotated", id), ("api-key.created", &new_id)] {
            let entry = env.audit(tenant, now, actor.clone(), action, target.as_str());
            changes.audit.push(entry);
        }
        Ok(Decision::commit(changes, (new_id, secret)))
    })
}

/// A tenant's key that is good now. Somebody else's is not found.
fn own_good_key(
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

/// A signed call, as it arrived.
#[derive(Debug, Clone, Copy)]
pub struct SignedCall<'a> {
    /// What stood behind `Bearer`.
    pub key: Option<&'a str>,
    /// `X-KeyStack-Timestamp`.
    pub timestamp: Option<&'a str>,
    /// `X-KeyStack-Signature`.
    pub signature: Option<&'a str>,
    /// The raw body.
    pub body: &'a [u8],
}

/// Why a signed call was refused (usekeystack.com/docs/issuing-licenses, error codes).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// The key is missing, unknown or revoked.
    #[error("the API key was not recognised")]
    KeyInvalid,
    /// The signature is missing or does not match.
    #[error("the signature did not match")]
    SignatureInvalid,
    /// The timestamp is missing, unreadable, too far off, or the signature was used before.
    #[error("the signature was already used or the timestamp is too old")]
    TimestampReplay,
    /// The key may not make this call.
    #[error("the API key's scope does not allow this call")]
    ScopeInsufficient,
    /// It could not be checked.
    #[error(transparent)]
    Failure(#[from] Failure),
}

fails_by!(SignatureError);

/// How far a timestamp may be off, either way.
pub const TOLERANCE: Duration = Duration::from_mins(5);

/// For how long a signature is remembered: longer than any timestamp stays good.
pub const REMEMBERED: Duration = Duration::from_mins(10);

/// The API key a caller presents, looked up for [`check`].
pub fn find(
    store: &(impl ApiKeys + ?Sized),
    presented: Option<&str>,
) -> Result<ApiKey, SignatureError> {
    let id = presented
        .and_then(|text| ApiKeyId::parse(text).ok())
        .ok_or(SignatureError::KeyInvalid)?;
    store.api_key(&id)?.ok_or(SignatureError::KeyInvalid)
}

/// Checks a signed call against its key, and returns the nonce that makes the signature good for
/// one use only: whoever acts on the call uses it up.
pub fn check(
    env: &Env<'_>,
    key: &ApiKey,
    call: &SignedCall<'_>,
    permission: Permission,
) -> Result<Nonce, SignatureError> {
    let now = env.now();
    if !key.is_good(now) {
        return Err(SignatureError::KeyInvalid);
    }
    let signature = call.signature.ok_or(SignatureError::SignatureInvalid)?;
    let timestamp = call.timestamp.ok_or(SignatureError::TimestampReplay)?;
    let signed_at =
        sign::parse_keystack_timestamp(timestamp).ok_or(SignatureError::TimestampReplay)?;
    if !sign::within_tolerance(signed_at, now, TOLERANCE) {
        return Err(SignatureError::TimestampReplay);
    }
    let secret = env
        .open(
            SealedField::API_KEY_SECRET,
            key.id.as_str(),
            &key.sealed_secret,
        )?
        .into_text()
        .ok_or(SignatureError::KeyInvalid)?;
    if !sign::verify_keystack(&secret, timestamp, call.body, signature) {
        return Err(SignatureError::SignatureInvalid);
    }
    if !key.scope.allows(permission) {
        return Err(SignatureError::ScopeInsufficient);
    }
    Ok(Nonce {
        key: key.id.clone(),
        // Hex in either case is one signature.
        signature: sha256(signature.to_ascii_lowercase().as_bytes()),
        expires_at: now.plus(REMEMBERED),
    })
}
