//! Products, key types and their Stripe prices.

use mintage_domain::base::id::StripeAccountId;
use mintage_domain::base::page::{Cursor, Page, PageRequest};
use mintage_domain::base::slug::{KeyTypeId, ProductId, TenantId};
use mintage_domain::model::catalog::key_type::KeyType;
use mintage_domain::model::catalog::price_link::PriceLink;
use mintage_domain::model::catalog::product::Product;
use mintage_domain::ports::{Catalog, StoreError};

use crate::memory_store::paging::page;
use crate::memory_store::store::MemoryStore;

impl Catalog for MemoryStore {
    fn product(&self, tenant: &TenantId, id: &ProductId) -> Result<Option<Product>, StoreError> {
        let key = (tenant.clone(), id.clone());
        Ok(self.tables().products.get(&key).cloned())
    }

    fn products(
        &self,
        tenant: &TenantId,
        request: &PageRequest,
    ) -> Result<Page<Product>, StoreError> {
        let tables = self.tables();
        let rows = tables.products.values().filter(|it| it.tenant == *tenant);
        Ok(page(rows.cloned(), request, |it| Cursor {
            at: it.created_at,
            id: it.id.to_string(),
        }))
    }

    fn key_type(
        &self,
        tenant: &TenantId,
        product: &ProductId,
        id: &KeyTypeId,
    ) -> Result<Option<KeyType>, StoreError> {
        let key = (tenant.clone(), product.clone(), id.clone());
        Ok(self.tables().key_types.get(&key).cloned())
    }

    fn key_types(
        &self,
        tenant: &TenantId,
        product: Option<&ProductId>,
        request: &PageRequest,
    ) -> Result<Page<KeyType>, StoreError> {
        let tables = self.tables();
        let rows = tables
            .key_types
            .values()
            .filter(|it| it.tenant == *tenant && product.is_none_or(|id| it.product == *id));
        // Two products may have key types with the same id.
        Ok(page(rows.cloned(), request, |it| Cursor {
            at: it.created_at,
            id: format!("{}/{}", it.product, it.id),
        }))
    }

    fn key_types_named(
        &self,
        tenant: &TenantId,
        id: &KeyTypeId,
    ) -> Result<Vec<KeyType>, StoreError> {
        let tables = self.tables();
        let rows = tables.key_types.values();
        let named = rows.filter(|it| it.tenant == *tenant && it.id == *id);
        Ok(named.take(2).cloned().collect())
    }

    fn price_links(
        &self,
        tenant: &TenantId,
        account: &StripeAccountId,
    ) -> Result<Vec<PriceLink>, StoreError> {
        let tables = self.tables();
        let links = tables
            .prices
            .values()
            .filter(|it| it.tenant == *tenant && it.account == *account);
        Ok(links.cloned().collect())
    }

    fn price_link(
        &self,
        tenant: &TenantId,
        product: &ProductId,
        key_type: &KeyTypeId,
        account: &StripeAccountId,
    ) -> Result<Option<PriceLink>, StoreError> {
        let key = (
            tenant.clone(),
            account.clone(),
            product.clone(),
            key_type.clone(),
        );
        Ok(self.tables().prices.get(&key).cloned())
    }
}
