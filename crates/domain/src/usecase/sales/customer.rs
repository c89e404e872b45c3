//! Erasing customers.

use crate::base::email::Email;
use crate::base::id::CustomerId;
use crate::base::slug::TenantId;
use crate::model::sellers::audit::Actor;
use crate::ports::{Customers, Erasure, Erasures, StoreError};
use crate::usecase::env::Env;
use crate::usecase::failure::{Failure, from_port_errors};

/// Why a customer was not erased.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EraseError {
    /// The tenant has no such customer.
    #[error("not found")]
    NotFound,
    /// The store failed.
    #[error(transparent)]
    Failure(#[from] Failure),
}

from_port_errors!(EraseError);

/// Erases the personal data of a customer. The licenses stay valid, and what was paid stays known. A
/// customer that is erased already is left as it is.
pub fn erase_customer(
    store: &(impl Customers + Erasures + ?Sized),
    env: &Env<'_>,
    tenant: &TenantId,
    id: &CustomerId,
    actor: &Actor,
) -> Result<(), EraseError> {
    let customer = store.customer(tenant, id)?.ok_or(EraseError::NotFound)?;
    if customer.email.is_erased() {
        return Ok(());
    }
    if erase_again(store, env, tenant, id, actor)? {
        Ok(())
    } else {
        Err(EraseError::NotFound)
    }
}

/// Erases the personal data of a customer, even if the customer is erased already. Returns whether the
/// tenant has the customer.
pub(crate) fn erase_again(
    store: &(impl Erasures + ?Sized),
    env: &Env<'_>,
    tenant: &TenantId,
    id: &CustomerId,
    actor: &Actor,
) -> Result<bool, StoreError> {
    let erasure = Erasure {
        tenant: tenant.clone(),
        customer: id.clone(),
        email: Email::erased(id.as_str()),
        audit: env.audit(
            tenant,
            env.now(),
            actor.clone(),
            "customer.erased",
            id.as_str(),
        ),
    };
    store.erase_customer(&erasure)
}
