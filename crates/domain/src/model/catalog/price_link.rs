//! Links from key types to the Stripe prices that were created for them.

use crate::base::id::{StripeAccountId, StripePriceId, StripeProductId};
use crate::base::money::Money;
use crate::base::slug::{KeyTypeId, ProductId, TenantId};
use crate::model::catalog::key_type::KeyType;
use crate::model::licenses::recurrence::Billing;

/// The Stripe price that was created for a key type on one connected account.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct PriceLink {
    /// The tenant that owns the key type.
    pub tenant: TenantId,
    /// The product of the key type.
    pub product: ProductId,
    /// The key type that has the price.
    pub key_type: KeyTypeId,
    /// The connected account on which the price was created.
    pub account: StripeAccountId,
    /// The Stripe product that the price belongs to.
    pub stripe_product: StripeProductId,
    /// The Stripe price.
    pub stripe_price: StripePriceId,
    /// The amount of the price. Stripe never changes a price's amount, so another amount needs
    /// another price.
    pub amount: Money,
    /// How often the price is paid, which Stripe never changes either; `None` if it is paid once.
    pub billing: Option<Billing>,
}

impl PriceLink {
    /// Whether the price is the one that the key type has now.
    pub fn fits(&self, key_type: &KeyType) -> bool {
        key_type.price == Some(self.amount) && key_type.billing() == self.billing
    }
}
