//! Creating, revoking and authenticating management tokens.

use std::collections::BTreeSet;

use crate::base::id::TokenId;
use crate::base::secret::{Secret, SecretHash};
use crate::base::slug::TenantId;
use crate::base::time::Timestamp;
use crate::commit::write::Write;
use crate::model::sellers::audit::Actor;
use crate::model::sellers::authority::Authority;
use crate::model::sellers::management_token::{ManagementToken, TokenName, TokenScope, new_token};
use crate::ports::{Commit, StoreError, Tenants, Tokens};
use crate::usecase::commit_loop::{Decision, settle};
use crate::usecase::env::Env;
use crate::usecase::failure::{Failure, from_port_errors};

/// Why a management token was not created or revoked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// The tenant does not exist, or has no such token.
    #[error("not found")]
    NotFound,
    /// The token is revoked already.
    #[error("the token is revoked already")]
    AlreadyRevoked,
    /// The end of the new token is past.
    #[error("must be in the future")]
    EndIsPast,
    /// The new token would have a scope that the token which creates it lacks.
    #[error("a token cannot create one that may do more than itself: it lacks the scope {0}")]
    LacksScope(TokenScope),
    /// The new token would outlive the token that creates it.
    #[error("a token cannot create one that is valid for longer than itself: until {}", .0.to_rfc3339())]
    Outlives(Timestamp),
    /// The store failed.
    #[error(transparent)]
    Failure(#[from] Failure),
}

from_port_errors!(TokenError);

/// What a new management token shall be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewToken {
    /// A name by which people recognise the token.
    pub name: Option<TokenName>,
    /// What the token may do.
    pub scopes: BTreeSet<TokenScope>,
    /// From when on the token is refused; `None` for a token without an end.
    pub expires_at: Option<Timestamp>,
}

/// A new management token and its secret, which is shown once.
#[derive(Debug)]
pub struct CreatedToken {
    /// The token as it is stored.
    pub token: ManagementToken,
    /// The text that callers send.
    pub secret: Secret,
}

/// Creates a management token for a tenant. A token that creates another gives away neither a scope
/// that it lacks nor a moment beyond its own end.
pub fn create_token(
    store: &(impl Tenants + Commit + ?Sized),
    env: &Env<'_>,
    tenant: &TenantId,
    new: &NewToken,
    authority: Authority<'_>,
) -> Result<CreatedToken, TokenError> {
    let now = env.now();
    if new.expires_at.is_some_and(|end| end <= now) {
        return Err(TokenError::EndIsPast);
    }
    if let Some(scope) = authority.lacks(&new.scopes) {
        return Err(TokenError::LacksScope(scope));
    }
    if let Authority::Token(creator) = authority
        && let Some(end) = creator.expires_at
        && new.expires_at.is_none_or(|of_new| of_new > end)
    {
        return Err(TokenError::Outlives(end));
    }
    settle(store, |_| {
        store.tenant(tenant)?.ok_or(TokenError::NotFound)?;
        let (token, secret) = generate_token(env, tenant, new);
        let mut changes = env.changes(now);
        changes.tokens.push(Write::new(token.clone()));
        changes.audit.push(env.audit(
            tenant,
            now,
            authority.actor(),
            "token.created",
            token.id.as_str(),
        ));
        Ok(Decision::commit(changes, CreatedToken { token, secret }))
    })
}

pub(super) fn generate_token(
    env: &Env<'_>,
    tenant: &TenantId,
    new: &NewToken,
) -> (ManagementToken, Secret) {
    let now = env.now();
    let secret = new_token(env.random());
    let token = ManagementToken {
        id: TokenId::new(now, env.random()),
        tenant: tenant.clone(),
        hash: SecretHash::of(secret.expose()),
        name: new.name.clone(),
        scopes: new.scopes.clone(),
        created_at: now,
        expires_at: new.expires_at,
        revoked_at: None,
        last_used_at: None,
        version: 1,
    };
    (token, secret)
}

/// Revokes a management token at once. A token may revoke itself.
pub fn revoke_token(
    store: &(impl Tokens + Commit + ?Sized),
    env: &Env<'_>,
    tenant: &TenantId,
    id: &TokenId,
    actor: &Actor,
) -> Result<ManagementToken, TokenError> {
    settle(store, |_| {
        let mut token = store.token_by_id(tenant, id)?.ok_or(TokenError::NotFound)?;
        if token.revoked_at.is_some() {
            return Err(TokenError::AlreadyRevoked);
        }
        let now = env.now();
        token.revoked_at = Some(now);
        let write = Write::changed(token);
        let token = write.value.clone();
        let mut changes = env.changes(now);
        changes.tokens.push(write);
        changes
            .audit
            .push(env.audit(tenant, now, actor.clone(), "token.revoked", id.as_str()));
        Ok(Decision::commit(changes, token))
    })
}

/// Looks up the token that a caller sent, unless it is revoked or expired. The lookup is by hash, so
/// its duration reveals nothing about the token.
pub fn authenticate(
    store: &(impl Tokens + ?Sized),
    now: Timestamp,
    presented: &str,
) -> Result<Option<ManagementToken>, StoreError> {
    let found = store.token(&SecretHash::of(presented))?;
    Ok(found.filter(|token| token.is_good(now)))
}
