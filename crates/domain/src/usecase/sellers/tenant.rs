//! Creating tenants and changing their plans.

use crate::base::email::Email;
use crate::base::secret::Secret;
use crate::base::slug::TenantId;
use crate::commit::write::Write;
use crate::model::sellers::audit::Actor;
use crate::model::sellers::management_token::TokenScope;
use crate::model::sellers::tenant::{Plan, Tenant, TenantStatus};
use crate::ports::{Catalog, Commit, Tenants};
use crate::usecase::catalog::product_cap::apply_cap_into;
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

/// Changes the platform tier of a tenant. If the plan allows fewer products, the newest ones are
/// deactivated; if it allows more, they are activated again. Products that have no room in one commit are
/// changed before the plan, so that the call can be repeated after a failure.
pub fn change_plan(
    store: &(impl Tenants + Catalog + Commit + ?Sized),
    env: &Env<'_>,
    id: &TenantId,
    plan: Plan,
) -> Result<Tenant, TenantError> {
    loop {
        let changed = settle(store, |_| decide_plan(store, env, id, plan))?;
        if let Some(tenant) = changed {
            return Ok(tenant);
        }
    }
}

/// Decides one commit of a change of the plan; `None` if products are left for the next one.
fn decide_plan(
    store: &(impl Tenants + Catalog + ?Sized),
    env: &Env<'_>,
    id: &TenantId,
    plan: Plan,
) -> Result<Decision<Option<Tenant>>, TenantError> {
    let mut tenant = store.tenant(id)?.ok_or(TenantError::NotFound)?;
    let now = env.now();
    let mut changes = env.changes(now);
    let cap = (id, plan.limits().products);
    if !apply_cap_into(&mut changes, store, env, cap, &Actor::Operator, None)? {
        return Ok(Decision::commit(changes, None));
    }
    if tenant.plan == plan && changes.is_empty() {
        return Ok(Decision::Answer(Some(tenant)));
    }
    if tenant.plan != plan {
        tenant.plan = plan;
        let write = Write::changed(tenant);
        tenant = write.value.clone();
        changes.tenants.push(write);
        let (actor, action) = (Actor::Operator, "tenant.plan-changed");
        let entry = env.audit(id, now, actor, action, plan.as_str());
        changes.audit.push(entry);
    }
    Ok(Decision::commit(changes, Some(tenant)))
}
