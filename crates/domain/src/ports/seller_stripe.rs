//! Reads of what sellers set about their own Stripe accounts.

use crate::base::mode::Mode;
use crate::base::slug::{ProductId, TenantId};
use crate::model::sales::mapping::SaleMappings;
use crate::model::stripe::manual_endpoint::ManualEndpoint;
use crate::model::stripe::product_key::ProductKey;
use crate::ports::store_error::Found;

/// Reads what sellers set about their own Stripe accounts. What was removed is there without its secrets.
pub trait SellerStripe {
    /// A tenant's manual endpoint in a mode.
    fn manual_endpoint(&self, tenant: &TenantId, mode: Mode) -> Found<ManualEndpoint>;
    /// A tenant's mappings of prices and payment links in a mode.
    fn sale_mappings(&self, tenant: &TenantId, mode: Mode) -> Found<SaleMappings>;
    /// The Stripe key of a product.
    fn product_key(&self, tenant: &TenantId, product: &ProductId) -> Found<ProductKey>;
}
