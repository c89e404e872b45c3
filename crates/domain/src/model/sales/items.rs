//! What a seller's backend asks to sell in one checkout.

use std::collections::BTreeSet;

use crate::base::slug::{KeyTypeId, ProductId};

/// How many of a key type are bought at once, 1 to 100.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "u32", into = "u32"))]
pub struct Quantity(u32);

/// The number is not a quantity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a quantity lies between 1 and 100")]
pub struct InvalidQuantity;

impl TryFrom<u32> for Quantity {
    type Error = InvalidQuantity;

    fn try_from(number: u32) -> Result<Self, InvalidQuantity> {
        Self::new(number)
    }
}

impl From<Quantity> for u32 {
    fn from(quantity: Quantity) -> Self {
        quantity.0
    }
}

impl Quantity {
    /// One.
    pub const ONE: Self = Self(1);
    /// The largest quantity.
    pub const MAX: u32 = 100;

    /// A quantity.
    pub const fn new(number: u32) -> Result<Self, InvalidQuantity> {
        match number {
            1..=Self::MAX => Ok(Self(number)),
            _ => Err(InvalidQuantity),
        }
    }

    /// The number.
    pub const fn get(self) -> u32 {
        self.0
    }
}

/// A key type to sell, and how many of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckoutItem {
    /// The product.
    pub product: ProductId,
    /// The key type of the product.
    pub key_type: KeyTypeId,
    /// How many.
    pub quantity: Quantity,
}

/// The items of one checkout: 1 to 20, each key type once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckoutItems(Vec<CheckoutItem>);

/// Why items cannot be sold in one checkout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidItems {
    /// There is none.
    #[error("must have at least one item")]
    Empty,
    /// There are too many.
    #[error("must have at most 20 items")]
    TooMany,
    /// The item with this index has the key type of an earlier one.
    #[error("has the key type of an earlier item; add up the quantities")]
    Repeated(usize),
}

impl CheckoutItems {
    /// The largest number of items.
    pub const MAX: usize = 20;

    /// Items, if they can be sold in one checkout.
    pub fn new(items: Vec<CheckoutItem>) -> Result<Self, InvalidItems> {
        if items.is_empty() {
            return Err(InvalidItems::Empty);
        }
        if items.len() > Self::MAX {
            return Err(InvalidItems::TooMany);
        }
        let mut seen = BTreeSet::new();
        let repeated = items
            .iter()
            .position(|item| !seen.insert((&item.product, &item.key_type)));
        match repeated {
            Some(index) => Err(InvalidItems::Repeated(index)),
            None => Ok(Self(items)),
        }
    }

    /// One of a key type.
    pub fn one(product: ProductId, key_type: KeyTypeId) -> Self {
        Self(vec![CheckoutItem {
            product,
            key_type,
            quantity: Quantity::ONE,
        }])
    }

    /// The items.
    pub fn as_slice(&self) -> &[CheckoutItem] {
        &self.0
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail loudly")]
mod tests {
    use super::*;

    fn item(key_type: &str) -> CheckoutItem {
        CheckoutItem {
            product: ProductId::parse("pixel").unwrap(),
            key_type: KeyTypeId::parse(key_type).unwrap(),
            quantity: Quantity::ONE,
        }
    }

    #[test]
    fn a_quantity_lies_between_1_and_100() {
        for (number, good) in [(0, false), (1, true), (100, true), (101, false)] {
            assert_eq!(Quantity::new(number).is_ok(), good, "{number}");
        }
    }

    #[test]
    fn a_checkout_has_1_to_20_items_of_different_key_types() {
        let many = |n: usize| (0..n).map(|i| item(&format!("kt-{i}"))).collect();
        assert_eq!(CheckoutItems::new(Vec::new()), Err(InvalidItems::Empty));
        assert!(CheckoutItems::new(many(20)).is_ok());
        assert_eq!(CheckoutItems::new(many(21)), Err(InvalidItems::TooMany));
        let twice = vec![item("a"), item("b"), item("a")];
        assert_eq!(CheckoutItems::new(twice), Err(InvalidItems::Repeated(2)));
        let elsewhere = CheckoutItem {
            product: ProductId::parse("other").unwrap(),
            ..item("a")
        };
        assert!(CheckoutItems::new(vec![item("a"), elsewhere]).is_ok());
    }
}
