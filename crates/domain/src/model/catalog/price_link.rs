//! Stripe prices, linked to the key types they sell.

use crate::base::id::{StripeAccountId, StripePriceId, StripeProductId};
use crate::base::money::Money;
use crate::base::slug::{KeyTypeId, ProductId, TenantId};

/// The Stripe price that was made for a key type on one connected account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PriceLink {
    /// Whose it is.
    pub tenant: TenantId,
    /// Of which product.
    pub product: ProductId,
    /// Of which key type.
    pub key_type: KeyTypeId,
    /// On which account it was made.
    pub account: StripeAccountId,
    /// The Stripe product it belongs to.
    pub stripe_product: StripeProductId,
    /// The Stripe price.
    pub stripe_price: StripePriceId,
    /// The amount it was made for: a Stripe price never changes its amount.
    pub amount: Money,
}
