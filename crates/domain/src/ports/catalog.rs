//! Reads of products, key types and their Stripe prices.

use crate::base::id::StripeAccountId;
use crate::base::page::PageRequest;
use crate::base::slug::{KeyTypeId, ProductId, TenantId};
use crate::model::catalog::key_type::KeyType;
use crate::model::catalog::price_link::PriceLink;
use crate::model::catalog::product::Product;
use crate::ports::store_error::{Found, Listed, StoreError};

/// Reads products, key types and their Stripe prices.
pub trait Catalog {
    /// The product with this id.
    fn product(&self, tenant: &TenantId, id: &ProductId) -> Found<Product>;
    /// The products of a tenant, newest first.
    fn products(&self, tenant: &TenantId, page: &PageRequest) -> Listed<Product>;
    /// The key type with this id.
    fn key_type(&self, tenant: &TenantId, product: &ProductId, id: &KeyTypeId) -> Found<KeyType>;
    /// The key types of a tenant, of one product or of all, newest first.
    fn key_types(
        &self,
        tenant: &TenantId,
        product: Option<&ProductId>,
        page: &PageRequest,
    ) -> Listed<KeyType>;
    /// Up to two key types of a tenant with this id, of any product, so that the caller sees whether
    /// there is just one.
    fn key_types_named(
        &self,
        tenant: &TenantId,
        id: &KeyTypeId,
    ) -> Result<Vec<KeyType>, StoreError>;
    /// The Stripe prices of a tenant on one account, in any order.
    fn price_links(
        &self,
        tenant: &TenantId,
        account: &StripeAccountId,
    ) -> Result<Vec<PriceLink>, StoreError>;
    /// The Stripe price of one key type on one account.
    fn price_link(
        &self,
        tenant: &TenantId,
        product: &ProductId,
        key_type: &KeyTypeId,
        account: &StripeAccountId,
    ) -> Found<PriceLink>;
}
