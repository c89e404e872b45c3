//! Creating tenants and changing their plans.

use crate::base::email::Email;
use crate::base::secret::Secret;
use crate::base::slug::TenantId;
use crate::commit::write::Write;
use crate::model::sellers::audit::Actor;
use crate::model::sellers::management_token::TokenScope;
use crate::model::sellers::tenant::{Plan, Tenant, TenantStatus};
use crate::ports::{Commit, Tenants};
use crate::usecase::commit_loop::{Decision, settle};
use crate::usecase::env::Env;
use crate::usecase::failure::{Failure, from_port_errors};
use crate::usecase::sellers::token::{NewToken, generate_token};

/// Why a tenant was not created or changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TenantError {
    /// The slug is taken.
    #[error("a tenant of this name exists already")]
    Exists,
    /// The tenant does not exist.
    #[error("no such tenant")]
    NotFound,
    /// The tenant was erased, which is for good.
    #[error("the tenant was erased")]
    Erased,
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
            status: TenantStatus::Active,
            created_at: now,
            version: 1,
        };
        let every_scope = NewToken {
            name: None,
            scopes: TokenScope::ALL.into(),
            expires_at: None,
        };
        let (row, token) = generate_token(env, id, &every_scope);
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
