//! The cache of what sellers sell.

use mintage_domain::base::slug::{KeyTypeId, ProductId, TenantId};
use mintage_domain::model::catalog::key_type::KeyType;
use mintage_domain::model::catalog::product::Product;
use mintage_domain::model::sellers::tenant::Tenant;

use super::ttl_cache::TtlCache;

/// Tenants, products and key types, cached for a few seconds.
#[derive(Default)]
pub struct CatalogCache {
    /// Tenants by id. A caller that changes a tenant removes it.
    pub tenants: TtlCache<TenantId, Tenant>,
    pub(crate) products: TtlCache<(TenantId, ProductId), Product>,
    pub(crate) key_types: TtlCache<(TenantId, ProductId, KeyTypeId), KeyType>,
}

impl CatalogCache {
    /// Forgets a product that has changed.
    pub fn forget_product(&self, tenant: &TenantId, id: &ProductId) {
        self.products.remove(&(tenant.clone(), id.clone()));
    }

    /// Forgets a key type that has changed.
    pub fn forget_key_type(&self, tenant: &TenantId, product: &ProductId, id: &KeyTypeId) {
        let key = (tenant.clone(), product.clone(), id.clone());
        self.key_types.remove(&key);
    }
}
