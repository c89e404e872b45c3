//! Creating, rotating and revoking API keys, and checking the calls made with them.

mod check;

pub use crate::usecase::access::api_key::check::{
    NONCE_TTL, SignatureError, SignedCall, TOLERANCE, check, check_publishable_or_signed, find,
    use_up,
};

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
use crate::model::sellers::audit::Actor;
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
    actor: &Actor,
    (kind, mode): (KeyKind, Mode),
) -> Result<CreatedApiKey, ApiKeyError> {
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
    actor: &Actor,
) -> Result<CreatedApiKey, ApiKeyError> {
    settle(store, |_| {
        let now = env.now();
        let mut old = valid_key(store, tenant, id, now)?;
        if old.revoked_at.is_some() {
            return Err(ApiKeyError::AlreadyRotated);
        }
        let kind = old.kind().signing(version)?;
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
