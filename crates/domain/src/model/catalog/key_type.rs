//! Key types: what is sold of a product.

use crate::base::money::Money;
use crate::base::slug::{KeyTypeId, ProductId, TenantId};
use crate::base::time::Timestamp;
use crate::model::catalog::display_name::DisplayName;
use crate::model::licenses::terms::LicenseTerms;

/// What is sold of a product: KeyStack's *plan*, `planCode` being its id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyType {
    /// Whose it is.
    pub tenant: TenantId,
    /// Of which product.
    pub product: ProductId,
    /// Its slug, unique in the product.
    pub id: KeyTypeId,
    /// Its name, as buyers see it.
    pub display_name: DisplayName,
    /// What a license of it holds when it is minted.
    pub terms: LicenseTerms,
    /// What it costs; a key type without a price is not sold by checkout.
    pub price: Option<Money>,
    /// When it was made.
    pub created_at: Timestamp,
}
