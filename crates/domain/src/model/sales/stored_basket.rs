//! Baskets as they are stored, in orders and in the signed copies of orders. Their metadata are stored
//! beside them, since they are erased with their customer.

use serde::{Deserialize, Serialize};

use crate::base::money::{Currency, Money};
use crate::base::slug::{KeyTypeId, ProductId};
use crate::model::catalog::sale::QuantityAs;
use crate::model::licenses::entitlements::Entitlements;
use crate::model::licenses::term::{Days, Term};
use crate::model::licenses::terms::{LicenseTerms, TermFrom};
use crate::model::sales::basket::OrderLine;
use crate::model::sales::items::Quantity;
use crate::model::sales::order::Order;

/// What an order has beyond one plain license. What is missing is as in a plain order.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct StoredBasket {
    /// The term of the order, which its own column hides from nodes that know no baskets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    term: Option<Term>,
    #[serde(default, skip_serializing_if = "is_default")]
    term_from: TermFrom,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    updates_for: Option<Days>,
    #[serde(default, skip_serializing_if = "is_default")]
    may_discount: bool,
    #[serde(default, skip_serializing_if = "is_default")]
    may_tax: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    lines: Vec<StoredLine>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct StoredLine {
    product: String,
    key_type: String,
    term: Term,
    #[serde(default, skip_serializing_if = "is_default")]
    term_from: TermFrom,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    updates_for: Option<Days>,
    activation_limit: u32,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    entitlements: Vec<String>,
    price: i64,
    quantity: u32,
    #[serde(default, skip_serializing_if = "is_default")]
    quantity_as: QuantityAs,
}

/// The text is not a basket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the basket of the order cannot be read")]
pub struct InvalidBasket;

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

impl StoredBasket {
    /// The basket of an order; `None` for one plain license.
    pub fn of(order: &Order) -> Option<Self> {
        let (basket, terms) = (&order.basket, &order.terms);
        let stored = Self {
            term: hides_term(order).then_some(terms.term),
            term_from: terms.term_from,
            updates_for: terms.updates_for,
            may_discount: basket.may_discount,
            may_tax: basket.may_tax,
            lines: basket.lines.iter().map(StoredLine::of).collect(),
        };
        (stored != Self::default()).then_some(stored)
    }

    /// The basket as JSON text.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Reads a basket from JSON text.
    pub fn parse(text: &str) -> Result<Self, InvalidBasket> {
        // An array would be read as the fields in their order.
        let is_object = text.trim_start().starts_with('{');
        let basket = is_object.then(|| serde_json::from_str(text).ok());
        basket.flatten().ok_or(InvalidBasket)
    }

    /// Gives the basket, without its metadata, back to its order.
    pub fn restore(self, order: &mut Order) -> Result<(), InvalidBasket> {
        let currency = order.price.currency();
        let lines = self.lines.into_iter().map(|line| line.read(currency));
        order.basket.lines = lines.collect::<Option<_>>().ok_or(InvalidBasket)?;
        order.basket.may_discount = self.may_discount;
        order.basket.may_tax = self.may_tax;
        order.terms.term = self.term.unwrap_or(order.terms.term);
        order.terms.term_from = self.term_from;
        order.terms.updates_for = self.updates_for;
        Ok(())
    }
}

/// Whether the order sells several licenses. A node that knows no baskets would mint one of them; it is
/// given a term that is past, for which it parks the event of the payment instead, so that another node
/// mints all.
pub fn hides_term(order: &Order) -> bool {
    let licenses = order.basket.lines.iter().map(OrderLine::licenses);
    licenses.fold(0, u32::saturating_add) > 1
}

impl StoredLine {
    fn of(line: &OrderLine) -> Self {
        Self {
            product: line.product.to_string(),
            key_type: line.key_type.to_string(),
            term: line.terms.term,
            term_from: line.terms.term_from,
            updates_for: line.terms.updates_for,
            activation_limit: line.terms.activation_limit,
            entitlements: line.terms.entitlements.as_slice().to_vec(),
            price: line.price.minor(),
            quantity: line.quantity.get(),
            quantity_as: line.quantity_as,
        }
    }

    fn read(self, currency: Currency) -> Option<OrderLine> {
        Some(OrderLine {
            product: ProductId::parse(&self.product).ok()?,
            key_type: KeyTypeId::parse(&self.key_type).ok()?,
            terms: LicenseTerms {
                term: self.term,
                term_from: self.term_from,
                updates_for: self.updates_for,
                activation_limit: self.activation_limit,
                entitlements: Entitlements::parse(self.entitlements).ok()?,
            },
            price: Money::new(self.price, currency).ok()?,
            quantity: Quantity::new(self.quantity).ok()?,
            quantity_as: self.quantity_as,
        })
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail loudly")]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_basket_is_refused() {
        for text in [
            "",
            "[]",
            "{\"lines\":[{}]}",
            "{\"term\":\"soon\"}",
            "{\"term_from\":\"x\"}",
        ] {
            assert_eq!(StoredBasket::parse(text), Err(InvalidBasket), "{text}");
        }
        let empty = StoredBasket::parse("{}").unwrap();
        assert_eq!(empty, StoredBasket::default());
        assert_eq!(empty.to_json(), "{}");
    }
}
