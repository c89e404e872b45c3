//! What an order sells: its lines, what may change its total, and what is carried to its licenses.

use crate::base::metadata::Metadata;
use crate::base::money::Money;
use crate::base::slug::{KeyTypeId, ProductId};
use crate::model::catalog::sale::QuantityAs;
use crate::model::licenses::terms::LicenseTerms;
use crate::model::sales::items::Quantity;

/// One line of an order: some of a key type, as agreed when the checkout was opened.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct OrderLine {
    /// The product that is sold.
    pub product: ProductId,
    /// The key type that is sold.
    pub key_type: KeyTypeId,
    /// The terms of one of them.
    pub terms: LicenseTerms,
    /// The price of one of them.
    pub price: Money,
    /// How many are sold.
    pub quantity: Quantity,
    /// What the quantity buys.
    pub quantity_as: QuantityAs,
}

impl OrderLine {
    /// The number of licenses that the line sells.
    pub const fn licenses(&self) -> u32 {
        match self.quantity_as {
            QuantityAs::Licenses => self.quantity.get(),
            QuantityAs::Seats => 1,
        }
    }

    /// The terms of each license of the line. As seats, the quantity multiplies the activation limit.
    pub fn license_terms(&self) -> LicenseTerms {
        let seats = match self.quantity_as {
            QuantityAs::Licenses => 1,
            QuantityAs::Seats => self.quantity.get(),
        };
        LicenseTerms {
            activation_limit: self.terms.activation_limit.saturating_mul(seats),
            ..self.terms.clone()
        }
    }
}

/// What an order sells beyond one plain license of its key type at its price.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Basket {
    /// All lines of the order; empty for one license, whose line is the order itself.
    pub lines: Vec<OrderLine>,
    /// Whether the buyer may enter a promotion code, so that the total may be below the price.
    pub may_discount: bool,
    /// Whether Stripe may add taxes, so that the total may be above the price.
    pub may_tax: bool,
    /// The seller's metadata for the licenses.
    pub metadata: Metadata,
}

impl Basket {
    /// The lines that an order names beside itself: none, if it sells one license of one key type.
    pub fn lines(lines: Vec<OrderLine>) -> Vec<OrderLine> {
        match lines.as_slice() {
            [only]
                if only.quantity == Quantity::ONE && only.quantity_as == QuantityAs::Licenses =>
            {
                Vec::new()
            }
            _ => lines,
        }
    }
}
