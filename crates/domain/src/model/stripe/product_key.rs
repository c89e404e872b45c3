//! Stripe keys of products: checkouts of such a product are opened with the key, on the seller's account.

use crate::base::mode::Mode;
use crate::base::seal::Sealed;
use crate::base::slug::{ProductId, TenantId};
use crate::base::time::Timestamp;

/// The Stripe key of a product.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct ProductKey {
    /// The tenant.
    pub tenant: TenantId,
    /// The product that is sold with the key.
    pub product: ProductId,
    /// The mode of the key.
    pub mode: Mode,
    /// The key, sealed; erased if it was removed.
    pub sealed_key: Sealed,
    /// What the seller knows the key by.
    pub hint: String,
    /// When the key was set.
    pub set_at: Timestamp,
    /// Number of times the row was written; guards compare it.
    pub version: u64,
}

impl ProductKey {
    /// The id to which the key is bound.
    pub fn sealed_id(tenant: &TenantId, product: &ProductId) -> String {
        format!("{tenant}/{product}")
    }

    /// Whether the key was removed.
    pub const fn is_removed(&self) -> bool {
        self.sealed_key.is_erased()
    }
}
