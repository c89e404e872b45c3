//! Creating tenants and management tokens, changing plans, and authenticating tokens.

use std::collections::BTreeSet;

use crate::base::email::Email;
use crate::base::id::TokenId;
use crate::base::secret::{Secret, SecretHash};
use crate::base::slug::TenantId;
use crate::commit::write::Write;
use crate::model::sellers::audit::Actor;
use crate::model::sellers::management_token::{ManagementToken, TokenScope, new_token};
use crate::model::sellers::tenant::{Plan, Tenant};
use crate::ports::{Commit, StoreError, Tenants, Tokens};
use crate::usecase::commit_loop::{Decision, settle};
use crate::usecase::env::Env;
use crate::usecase::failure::{Failure, from_port_errors};

/// Why a tenant was not created or changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TenantError {
    /// The slug is taken.
    #[error("a tenant of this name exists already")]
    Exists,
    /// The tenant does not exist.
    #[error("no such tenant")]
    NotFound,
    /// The store failed.
    #[error(transparent)]
    Failure(#[from] Failure),
}

from_port_errors!(TenantError);

/// A new tenant and its first management token.
#[derive(Debug)]
pub struct NewTenant {
    /// The tenant.
    pub tenant: Tenant,
    /// The token, with every scope, shown once.
    pub token: Secret,
}

/// Creates a tenant and its first management token.
pub fn create_tenant(
    store: &(impl Tenants + Commit + ?Sized),
    env: &Env<'_>,
    id: &TenantId,
    email: &Email,
    plan: Plan,
) -> Result<NewTenant, TenantError> {
    settle(store, |_| {
        if store.tenant(id)?.is_some() {
            return Err(TenantError::Exists);
        }
        let now = env.now();
        let tenant = Tenant {
            id: id.clone(),
            email: email.clone(),
            plan,
            mails: true,
            created_at: now,
            version: 1,
        };
        let (row, token) = generate_token(env, id, TokenScope::ALL.into());
        let mut changes = env.changes(now);
        changes.tenants.push(Write::new(tenant.clone()));
        changes.tokens.push(Write::new(row));
        changes
            .audit
            .push(env.audit(id, now, Actor::Operator, "tenant.created", id.as_str()));
        Ok(Decision::commit(changes, NewTenant { tenant, token }))
    })
}

/// Changes the platform tier of a tenant.
pub fn change_plan(
    store: &(impl Tenants + Commit + ?Sized),
    env: &Env<'_>,
    id: &TenantId,
    plan: Plan,
) -> Result<Tenant, TenantError> {
    settle(store, |_| {
        let mut tenant = store.tenant(id)?.ok_or(TenantError::NotFound)?;
        if tenant.plan == plan {
            return Ok(Decision::Answer(tenant));
        }
        tenant.plan = plan;
        let now = env.now();
        let write = Write::changed(tenant);
        let tenant = write.value.clone();
        let mut changes = env.changes(now);
        changes.tenants.push(write);
        changes.audit.push(env.audit(
            id,
            now,
            Actor::Operator,
            "tenant.plan-changed",
            plan.as_str(),
        ));
        Ok(Decision::commit(changes, tenant))
    })
}

/// Creates another management token for a tenant. The returned token is shown once.
pub fn create_token(
    store: &(impl Tenants + Commit + ?Sized),
    env: &Env<'_>,
    id: &TenantId,
    scopes: &BTreeSet<TokenScope>,
) -> Result<(TokenId, Secret), TenantError> {
    settle(store, |_| {
        store.tenant(id)?.ok_or(TenantError::NotFound)?;
        let now = env.now();
        let (row, token) = generate_token(env, id, scopes.clone());
        let token_id = row.id.clone();
        let mut changes = env.changes(now);
        changes.tokens.push(Write::new(row));
        changes
            .audit
            .push(env.audit(id, now, Actor::Operator, "token.created", token_id.as_str()));
        Ok(Decision::commit(changes, (token_id, token)))
    })
}

fn generate_token(
    env: &Env<'_>,
    tenant: &TenantId,
    scopes: BTreeSet<TokenScope>,
) -> (ManagementToken, Secret) {
    let now = env.now();
    let token = new_token(env.random());
    let row = ManagementToken {
        id: TokenId::new(now, env.random()),
        tenant: tenant.clone(),
        hash: SecretHash::of(token.expose()),
        scopes,
        created_at: now,
        revoked_at: None,
        version: 1,
    };
    (row, token)
}

/// Looks up the token that a caller sent, unless it is revoked. The lookup is by hash, so its
/// duration reveals nothing about the token.
pub fn authenticate(
    store: &(impl Tokens + ?Sized),
    presented: &str,
) -> Result<Option<ManagementToken>, StoreError> {
    let found = store.token(&SecretHash::of(presented))?;
    Ok(found.filter(|token| token.revoked_at.is_none()))
}
