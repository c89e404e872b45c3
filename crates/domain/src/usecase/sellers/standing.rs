//! Suspending, resuming and erasing tenants.

use crate::base::email::Email;
use crate::base::id::WebhookEndpointId;
use crate::base::mode::Mode;
use crate::base::page::{Page, PageRequest};
use crate::base::slug::TenantId;
use crate::commit::write::Write;
use crate::model::sellers::audit::Actor;
use crate::model::sellers::management_token::ManagementToken;
use crate::model::sellers::tenant::{Tenant, TenantStatus};
use crate::ports::{
    ApiKeys, Commit, Connections, CustomerFilter, Customers, Erasures, RestrictedKeys, StoreError,
    TenantErasure, TenantRows, Tenants, Tokens, WebhookEndpoints,
};
use crate::usecase::commit_loop::{Decision, settle};
use crate::usecase::env::Env;
use crate::usecase::sales::customer::erase_again;
use crate::usecase::sellers::tenant::TenantError;
use crate::usecase::stripe::restricted_key;

/// Suspends a tenant: the seller's calls are refused. What was sold goes on.
pub fn suspend(
    store: &(impl Tenants + Commit + ?Sized),
    env: &Env<'_>,
    id: &TenantId,
) -> Result<Tenant, TenantError> {
    set_status(store, env, id, TenantStatus::Suspended, "tenant.suspended")
}

/// Ends the suspension of a tenant.
pub fn resume(
    store: &(impl Tenants + Commit + ?Sized),
    env: &Env<'_>,
    id: &TenantId,
) -> Result<Tenant, TenantError> {
    set_status(store, env, id, TenantStatus::Active, "tenant.resumed")
}

fn set_status(
    store: &(impl Tenants + Commit + ?Sized),
    env: &Env<'_>,
    id: &TenantId,
    status: TenantStatus,
    action: &'static str,
) -> Result<Tenant, TenantError> {
    settle(store, |_| {
        let mut tenant = store.tenant(id)?.ok_or(TenantError::NotFound)?;
        if tenant.status == status {
            return Ok(Decision::Answer(tenant));
        }
        if tenant.status == TenantStatus::Erased {
            return Err(TenantError::Erased);
        }
        tenant.status = status;
        if status == TenantStatus::Erased {
            tenant.email = Email::erased(id.as_str());
            tenant.mails = false;
        }
        let now = env.now();
        let write = Write::changed(tenant);
        let tenant = write.value.clone();
        let mut changes = env.changes(now);
        changes.tenants.push(write);
        changes
            .audit
            .push(env.audit(id, now, Actor::Operator, action, id.as_str()));
        Ok(Decision::commit(changes, tenant))
    })
}

/// Erases a tenant for good: its address, its customers' personal data, its credentials, its webhook
/// endpoint, its access to Stripe, which a sweep revokes there, and what its orders, its mails, its
/// deliveries and its audit trail say about people. Orders, payments, licenses and the audit trail itself
/// stay. The erasure goes step by step, and may be repeated: after a failure, and for buyers who pay later
/// in a session that was open at Stripe. Returns the number of customers that were not erased before.
pub fn erase(
    store: &(
         impl Tenants
         + Tokens
         + ApiKeys
         + Connections
         + RestrictedKeys
         + WebhookEndpoints
         + Customers
         + Erasures
         + Commit
         + ?Sized
     ),
    env: &Env<'_>,
    id: &TenantId,
) -> Result<usize, TenantError> {
    // The seller's calls end first. A buyer who pays on a page that is open already still adds a customer.
    set_status(store, env, id, TenantStatus::Erased, "tenant.erased")?;
    revoke_tokens(store, env, id)?;
    revoke_api_keys(store, env, id)?;
    disconnect(store, env, id)?;
    let customers = erase_customers(store, env, id)?;
    erase_rows(store, id)?;
    Ok(customers)
}

/// Calls `each` with one page of a list after the other.
fn each_page<T>(
    read: impl Fn(&PageRequest) -> Result<Page<T>, StoreError>,
    mut each: impl FnMut(Vec<T>) -> Result<(), TenantError>,
) -> Result<(), TenantError> {
    let mut request = PageRequest {
        after: None,
        limit: Some(PageRequest::MAX),
    };
    loop {
        let page = read(&request)?;
        each(page.items)?;
        request.after = page.next;
        if request.after.is_none() {
            return Ok(());
        }
    }
}

fn revoke_tokens(
    store: &(impl Tokens + Commit + ?Sized),
    env: &Env<'_>,
    id: &TenantId,
) -> Result<(), TenantError> {
    each_page(
        |page| store.tokens(id, page),
        |tokens| {
            for token in tokens {
                settle(store, |_| {
                    let stored = store.token_by_id(id, &token.id)?;
                    let is_left =
                        |it: &ManagementToken| it.revoked_at.is_some() && it.name.is_none();
                    let Some(mut token) = stored.filter(|it| !is_left(it)) else {
                        return Ok::<_, TenantError>(Decision::Answer(()));
                    };
                    let now = env.now();
                    token.revoked_at.get_or_insert(now);
                    // Sellers name tokens after people and their machines.
                    token.name = None;
                    let mut changes = env.changes(now);
                    changes.tokens.push(Write::changed(token));
                    Ok(Decision::commit(changes, ()))
                })?;
            }
            Ok(())
        },
    )
}

fn revoke_api_keys(
    store: &(impl ApiKeys + Commit + ?Sized),
    env: &Env<'_>,
    id: &TenantId,
) -> Result<(), TenantError> {
    each_page(
        |page| store.api_keys(id, None, page),
        |keys| {
            for key in keys {
                settle(store, |_| {
                    let now = env.now();
                    let stored = store.api_key(&key.id)?;
                    let Some(mut key) = stored.filter(|it| it.is_good(now)) else {
                        return Ok::<_, TenantError>(Decision::Answer(()));
                    };
                    key.revoked_at = Some(now);
                    let mut changes = env.changes(now);
                    changes.api_keys.push(Write::changed(key));
                    Ok(Decision::commit(changes, ()))
                })?;
            }
            Ok(())
        },
    )
}

/// Ends the connection to Stripe, the checkout key and the deliveries to the seller.
fn disconnect(
    store: &(impl Connections + RestrictedKeys + WebhookEndpoints + Commit + ?Sized),
    env: &Env<'_>,
    id: &TenantId,
) -> Result<(), TenantError> {
    settle(store, |_| {
        let mut changes = env.changes(env.now());
        if let Some(mut connection) = store.connection(id)?
            && (connection.checkout_key.is_some() || connection.state.account().is_some())
        {
            if let Some(former) = connection.disconnect(false) {
                changes.leave_account(id, &former, store.account_link(&former)?);
            }
            connection.checkout_key = None;
            changes.connections.push(Write::changed(connection));
        }
        for mode in Mode::ALL {
            restricted_key::leave(store, env, &mut changes, (id, mode))?;
        }
        // The first endpoint may have a secret and a description without a URL.
        let first = store.webhook_endpoint(id, &WebhookEndpointId::first_of(id))?;
        let first = first.filter(|it| it.url.is_none() && !it.sealed_secret.is_erased());
        for mut endpoint in store.webhook_endpoints(id)?.into_iter().chain(first) {
            endpoint.delete();
            changes.endpoints.push(Write::changed(endpoint));
        }
        Ok(Decision::commit(changes, ()))
    })
}

fn erase_customers(
    store: &(impl Customers + Erasures + ?Sized),
    env: &Env<'_>,
    id: &TenantId,
) -> Result<usize, TenantError> {
    let mut erased = 0_usize;
    each_page(
        |page| store.customers(id, &CustomerFilter::default(), page),
        |customers| {
            for customer in customers {
                // Since an earlier erasure, devices may have been activated and notes written.
                erase_again(store, env, id, &customer.id, &Actor::Operator)?;
                erased = erased.saturating_add(usize::from(!customer.email.is_erased()));
            }
            Ok(())
        },
    )?;
    Ok(erased)
}

/// Erases what names people in rows that belong to no customer.
fn erase_rows(store: &(impl Erasures + ?Sized), id: &TenantId) -> Result<(), TenantError> {
    for rows in TenantRows::ALL {
        let mut step = TenantErasure {
            tenant: id.clone(),
            email: Email::erased(id.as_str()),
            rows,
            after: None,
        };
        loop {
            step.after = store.erase_tenant(&step)?;
            if step.after.is_none() {
                break;
            }
        }
    }
    Ok(())
}
