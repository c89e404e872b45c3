//! API keys: made for a product and mode, replaced, revoked, and checked on every signed call.

mod check;

pub use crate::usecase::access::api_key::check::{
    REMEMBERED, SignatureError, SignedCall, TOLERANCE, check, check_publishable_or_signed, find,
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
    /// A signature version was chosen for a key that has none.
    #[error(transparent)]
    SignsNothing(#[from] SignsNothing),
    /// It could not be done.
    #[error(transparent)]
    Failure(#[from] Failure),
}

from_port_errors!(ApiKeyError);

/// An API key that was made.
#[derive(Debug)]
pub struct MadeApiKey {
    /// What its callers present.
    pub id: ApiKeyId,
    /// What they sign with, shown once. A publishable key has none.
    pub secret: Option<Secret>,
}

/// Makes an API key.
pub fn create_api_key(
    store: &(impl Catalog + Commit + ?Sized),
    env: &Env<'_>,
    tenant: &TenantId,
    product: &ProductId,
    actor: &Actor,
    (kind, mode): (KeyKind, Mode),
) -> Result<MadeApiKey, ApiKeyError> {
    settle(store, |_| {
        store
            .product(tenant, product)?
            .ok_or(ApiKeyError::NotFound)?;
        let now = env.now();
        let (key, secret) = make_key(env, (tenant, product), (kind, mode));
        let id = key.id.clone();
        let mut changes = env.changes(now);
        changes.api_keys.push(Write::new(key));
        changes
            .audit
            .push(env.audit(tenant, now, actor.clone(), "api-key.created", id.as_str()));
        Ok(Decision::commit(changes, MadeApiKey { id, secret }))
    })
}

fn make_key(
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
        let put = Write::changed(key);
        let key = put.value.clone();
        let mut changes = env.changes(now);
        changes.api_keys.push(put);
        changes
            .audit
            .push(env.audit(tenant, now, actor.clone(), "api-key.revoked", id.as_str()));
        Ok(Decision::commit(changes, key))
    })
}

/// Replaces an API key by a new one of the same product, kind and mode, but for the signature
/// version if another is chosen. The old one stays good for `overlap`.
pub fn rotate_api_key(
    store: &(impl ApiKeys + Commit + ?Sized),
    env: &Env<'_>,
    tenant: &TenantId,
    id: &ApiKeyId,
    (overlap, version): (Overlap, Option<SignatureVersion>),
    actor: &Actor,
) -> Result<MadeApiKey, ApiKeyError> {
    settle(store, |_| {
        let now = env.now();
        let mut old = own_good_key(store, tenant, id, now)?;
        if old.revoked_at.is_some() {
            return Err(ApiKeyError::AlreadyRotated);
        }
        let kind = old.kind().signing(version)?;
        let (new, secret) = make_key(env, (tenant, &old.product), (kind, old.mode));
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
        let made = MadeApiKey { id: new_id, secret };
        Ok(Decision::commit(changes, made))
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
