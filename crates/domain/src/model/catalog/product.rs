//! Products: the apps that a tenant sells.

use crate::base::seal::Sealed;
use crate::base::slug::{ProductId, TenantId};
use crate::base::time::Timestamp;
use crate::model::catalog::display_name::DisplayName;
use crate::model::licenses::key::{KeyFormat, KeyPrefix};

/// An app that a tenant sells.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Product {
    /// The tenant that owns the product.
    pub tenant: TenantId,
    /// The product's slug, unique within the tenant.
    pub id: ProductId,
    /// The name that buyers see.
    pub display_name: DisplayName,
    /// The prefix of the product's license keys.
    pub key_prefix: KeyPrefix,
    /// The format of the product's license keys.
    pub key_format: KeyFormat,
    /// The secret under which the checksums of the product's license keys are computed, sealed.
    pub key_secret: Sealed,
    /// When the product was created.
    pub created_at: Timestamp,
    /// When the product was archived; an archived one is not sold, and what was sold stays valid.
    pub archived_at: Option<Timestamp>,
    /// Number of times the row was written; guards compare it.
    pub version: u64,
}
