//! What a license is issued from: the seller and the key type. Both change seldom, so that a caller
//! may keep an offer for a few seconds.

use crate::base::slug::{KeyTypeId, ProductId, TenantId};
use crate::model::catalog::key_type::KeyType;
use crate::model::sellers::tenant::Tenant;
use crate::ports::{Catalog, StoreError, Tenants};

/// A key type and its seller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// The tenant that sells.
    pub seller: Tenant,
    /// The key type that is sold.
    pub key_type: KeyType,
}

/// Reads an offer; `None` if there is no such key type.
pub fn find_offer(
    store: &(impl Tenants + Catalog + ?Sized),
    tenant: &TenantId,
    product: &ProductId,
    key_type: &KeyTypeId,
) -> Result<Option<Offer>, StoreError> {
    let Some(key_type) = store.key_type(tenant, product, key_type)? else {
        return Ok(None);
    };
    let seller = store.tenant(tenant)?;
    Ok(seller.map(|seller| Offer { seller, key_type }))
}
