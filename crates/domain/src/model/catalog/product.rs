//! What a tenant sells: products, their key types, and the Stripe prices made for them.

use crate::base::seal::Sealed;
use crate::base::slug::{ProductId, TenantId};
use crate::base::time::Timestamp;
use crate::model::catalog::display_name::DisplayName;
use crate::model::licenses::key::{KeyFormat, KeyPrefix};

/// An app that is sold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Product {
    /// Whose it is.
    pub tenant: TenantId,
    /// Its slug, unique in the tenant.
    pub id: ProductId,
    /// Its name, as buyers see it.
    pub display_name: DisplayName,
    /// What its keys start with.
    pub key_prefix: KeyPrefix,
    /// How its keys are made.
    pub key_format: KeyFormat,
    /// The secret behind the check symbols of its keys.
    pub key_secret: Sealed,
    /// When it was made.
    pub created_at: Timestamp,
}
