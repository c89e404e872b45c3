//! Products and prices at Stripe.

use crate::base::id::{StripePriceId, StripeProductId};
use crate::base::money::Money;
use crate::base::slug::{KeyTypeId, ProductId, TenantId};
use crate::model::catalog::key_type::KeyType;
use crate::model::catalog::price_link::PriceLink;
use crate::model::licenses::recurrence::Billing;

/// The key type that a Stripe product or price is made for, in its metadata.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SoldKeyType {
    /// The tenant.
    pub tenant: TenantId,
    /// The product.
    pub product: ProductId,
    /// The key type.
    pub key_type: KeyTypeId,
}

impl SoldKeyType {
    /// The ids of a key type.
    pub fn of(key_type: &KeyType) -> Self {
        Self {
            tenant: key_type.tenant.clone(),
            product: key_type.product.clone(),
            key_type: key_type.id.clone(),
        }
    }

    /// Whether these are the ids of the key type.
    pub fn is(&self, key_type: &KeyType) -> bool {
        (&self.tenant, &self.product, &self.key_type)
            == (&key_type.tenant, &key_type.product, &key_type.id)
    }

    /// Whether these are the ids of the key type that has the link.
    pub fn is_of(&self, link: &PriceLink) -> bool {
        (&self.tenant, &self.product, &self.key_type)
            == (&link.tenant, &link.product, &link.key_type)
    }
}

/// A product as Stripe has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StripeProduct {
    /// Stripe's id of the product.
    pub id: StripeProductId,
    /// The name that buyers see.
    pub name: String,
    /// Whether the product is not archived.
    pub active: bool,
    /// The key type in the metadata, if there is one.
    pub sold: Option<SoldKeyType>,
}

/// A price as Stripe has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StripePrice {
    /// Stripe's id of the price.
    pub id: StripePriceId,
    /// The amount, if it is one.
    pub amount: Option<Money>,
    /// How often the price is paid; `None` if it is paid once.
    pub billing: Option<PriceBilling>,
    /// Whether the price is not archived.
    pub active: bool,
    /// The key type in the metadata, if there is one.
    pub sold: Option<SoldKeyType>,
}

/// How often a price is paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PriceBilling {
    /// For each period.
    Recurring(Billing),
    /// In a way that no key type has, such as by usage.
    Other,
}

impl StripePrice {
    /// Whether the price has this amount and is paid so often.
    pub fn is(&self, amount: Money, billing: Option<Billing>) -> bool {
        self.amount == Some(amount) && self.billing == billing.map(PriceBilling::Recurring)
    }
}

/// A Stripe product to create.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewProduct {
    /// The key type of the first line, for the metadata.
    pub sold: SoldKeyType,
    /// The name that buyers see.
    pub name: String,
}

/// A Stripe price to create.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPrice {
    /// The key type, for the metadata.
    pub sold: SoldKeyType,
    /// The price's name in the seller's Stripe dashboard.
    pub name: String,
    /// The Stripe product that the price belongs to.
    pub stripe_product: StripeProductId,
    /// The amount of the price.
    pub amount: Money,
    /// How often the price is paid; `None` if it is paid once.
    pub billing: Option<Billing>,
}
