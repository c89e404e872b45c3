//! The credentials with which Stripe is called for a tenant.

use crate::base::mode::Mode;
use crate::base::slug::TenantId;
use crate::model::stripe::account::AccountRef;
use crate::ports::{Connections, StoreError, StripeAccess};

/// The credentials for a tenant's account in a mode; `None` if the tenant is not connected in it.
pub fn access_in(
    store: &(impl Connections + ?Sized),
    tenant: &TenantId,
    mode: Mode,
) -> Result<Option<StripeAccess>, StoreError> {
    Ok(connected(store, tenant)?
        .filter(|account| account.mode == mode)
        .map(StripeAccess::Connect))
}

/// The credentials for an account of a tenant; `None` if the tenant is not connected to it any more.
pub fn access_to(
    store: &(impl Connections + ?Sized),
    tenant: &TenantId,
    account: &AccountRef,
) -> Result<Option<StripeAccess>, StoreError> {
    Ok(connected(store, tenant)?
        .filter(|connected| connected == account)
        .map(StripeAccess::Connect))
}

fn connected(
    store: &(impl Connections + ?Sized),
    tenant: &TenantId,
) -> Result<Option<AccountRef>, StoreError> {
    let connection = store.connection(tenant)?;
    Ok(connection.and_then(|connection| connection.state.account()))
}
