//! Key types: the license types that a product is sold as.

use crate::base::money::Money;
use crate::base::slug::{KeyTypeId, ProductId, TenantId};
use crate::base::time::Timestamp;
use crate::model::catalog::display_name::DisplayName;
use crate::model::catalog::sale::SaleOptions;
use crate::model::licenses::recurrence::{Billing, Recurrence};
use crate::model::licenses::terms::LicenseTerms;

/// A license type of a product: KeyStack's *plan*, whose `planCode` is the key type's id.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct KeyType {
    /// The tenant that owns the product.
    pub tenant: TenantId,
    /// The product that is sold.
    pub product: ProductId,
    /// The key type's slug, unique within the product.
    pub id: KeyTypeId,
    /// The name that buyers see.
    pub display_name: DisplayName,
    /// The terms of licenses that are minted for this key type.
    pub terms: LicenseTerms,
    /// The price at checkout; a key type without a price cannot be bought by checkout.
    pub price: Option<Money>,
    /// How the key type is sold by checkout.
    pub sale: SaleOptions,
    /// How the key type recurs; `None` if it is paid once. A license of a recurring key type lasts as
    /// long as it is paid, whatever the terms say.
    pub recurrence: Option<Recurrence>,
    /// How many days before the end of a license the seller is reminded of it; `None` or 0 for no reminder.
    pub reminder_days: Option<u16>,
    /// When the key type was created.
    pub created_at: Timestamp,
    /// When the key type was archived; an archived one is not sold, and what was sold stays valid.
    pub archived_at: Option<Timestamp>,
    /// Number of times the row was written; guards compare it.
    pub version: u64,
}

impl KeyType {
    /// The most days between a reminder and the end of a license.
    pub const MAX_REMINDER_DAYS: u16 = 365;

    /// How often the price is paid; `None` if it is paid once.
    pub fn billing(&self) -> Option<Billing> {
        self.recurrence.map(|it| it.billing)
    }
}
