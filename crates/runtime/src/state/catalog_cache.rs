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
