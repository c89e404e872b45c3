//! Mappings from the prices and payment links of a seller's own to key types.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::base::id::{PaymentLinkId, StripePriceId};
use crate::base::mode::Mode;
use crate::base::slug::{KeyTypeId, ProductId, TenantId};
use crate::model::sales::claim::{ClaimedLine, SaleClaim};

/// The most mappings of a tenant in each mode.
pub const MAX_MAPPINGS: usize = 200;

/// The mappings of a tenant in a mode.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct SaleMappings {
    /// The tenant that sells.
    pub tenant: TenantId,
    /// The mode of the prices and the payment links.
    pub mode: Mode,
    /// The mappings, in the seller's order.
    pub items: Vec<SaleMapping>,
    /// Number of times the row was written; guards compare it.
    pub version: u64,
}

/// What a price or a payment link sells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SaleMapping {
    /// What the buyer pays by.
    pub paid: PaidBy,
    /// The product that is sold.
    pub product: ProductId,
    /// The key type that is sold.
    pub key_type: KeyTypeId,
}

/// What a buyer pays by, at Stripe.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaidBy {
    /// A price.
    Price(StripePriceId),
    /// A payment link.
    PaymentLink(PaymentLinkId),
}

impl SaleMappings {
    /// No mappings.
    pub const fn none(tenant: TenantId, mode: Mode) -> Self {
        Self {
            tenant,
            mode,
            items: Vec::new(),
            version: 0,
        }
    }

    /// The mapping of a session, with the line that it is about: that of the payment link, else that of the
    /// price. `None` if several lines are mapped, since an order sells one key type.
    pub fn find<'a>(
        &'a self,
        claim: &'a SaleClaim,
    ) -> Option<(&'a SaleMapping, Option<&'a ClaimedLine>)> {
        let link = claim.payment_link.clone().map(PaidBy::PaymentLink);
        if let Some(mapping) = link.and_then(|link| self.of(&link)) {
            return Some((mapping, None));
        }
        let mut mapped = claim.lines.iter().filter_map(|line| {
            let mapping = self.of(&PaidBy::Price(line.price.clone()))?;
            Some((mapping, Some(line)))
        });
        let first = mapped.next()?;
        mapped.next().is_none().then_some(first)
    }

    /// Whether the lines of a session may say what was sold, and its claim does not have them.
    pub fn need_lines(&self, claim: &SaleClaim) -> bool {
        let by_price = |it: &SaleMapping| matches!(it.paid, PaidBy::Price(_));
        claim.lacks_lines() && self.find(claim).is_none() && self.items.iter().any(by_price)
    }

    fn of(&self, paid: &PaidBy) -> Option<&SaleMapping> {
        self.items.iter().find(|it| it.paid == *paid)
    }
}

/// The indexes of the mappings whose price or payment link stands before in the list.
pub fn duplicates(items: &[SaleMapping]) -> Vec<usize> {
    let mut first = BTreeMap::new();
    let items = items.iter().enumerate();
    items
        .filter(|(index, it)| *first.entry(&it.paid).or_insert(*index) != *index)
        .map(|(index, _)| index)
        .collect()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail loudly")]
mod tests {
    use super::*;

    fn price(id: &str) -> StripePriceId {
        StripePriceId::parse(id).unwrap()
    }

    fn link(id: &str) -> PaymentLinkId {
        PaymentLinkId::parse(id).unwrap()
    }

    fn mapping(paid: PaidBy, key_type: &str) -> SaleMapping {
        SaleMapping {
            paid,
            product: ProductId::parse("pixel").unwrap(),
            key_type: KeyTypeId::parse(key_type).unwrap(),
        }
    }

    #[test]
    fn the_payment_link_comes_before_the_price_and_two_mapped_lines_are_none() {
        let mappings = SaleMappings {
            items: vec![
                mapping(PaidBy::Price(price("price_1")), "one"),
                mapping(PaidBy::Price(price("price_2")), "two"),
                mapping(PaidBy::PaymentLink(link("plink_1")), "link"),
            ],
            ..SaleMappings::none(TenantId::parse("acme").unwrap(), Mode::Live)
        };
        let line = |id| ClaimedLine {
            price: price(id),
            quantity: 1,
        };
        for (payment_link, lines, found) in [
            (None, vec![], None),
            (Some("plink_1"), vec![], Some("link")),
            (Some("plink_1"), vec![line("price_1")], Some("link")),
            (Some("plink_9"), vec![line("price_1")], Some("one")),
            (None, vec![line("price_9"), line("price_2")], Some("two")),
            (None, vec![line("price_1"), line("price_2")], None),
            (None, vec![line("price_9")], None),
        ] {
            let claim = SaleClaim {
                payment_link: payment_link.map(link),
                lines,
                ..SaleClaim::default()
            };
            let mapped = mappings.find(&claim).map(|(it, _)| it.key_type.as_str());
            assert_eq!(mapped, found, "{claim:?}");
        }
    }

    #[test]
    fn lines_are_needed_where_only_a_price_can_say_what_was_sold() {
        let by_price = mapping(PaidBy::Price(price("price_1")), "one");
        let by_link = mapping(PaidBy::PaymentLink(link("plink_1")), "link");
        let claim =
            |key_type: Option<&str>, payment_link: Option<&str>, lines: &[&str]| SaleClaim {
                key_type: key_type.map(str::to_owned),
                payment_link: payment_link.map(link),
                lines: lines
                    .iter()
                    .map(|id| ClaimedLine {
                        price: price(id),
                        quantity: 1,
                    })
                    .collect(),
                ..SaleClaim::default()
            };
        for (items, claim, needed) in [
            (vec![&by_price, &by_link], claim(None, None, &[]), true),
            (
                vec![&by_price, &by_link],
                claim(None, Some("plink_9"), &[]),
                true,
            ),
            (
                vec![&by_price, &by_link],
                claim(None, Some("plink_1"), &[]),
                false,
            ),
            (vec![&by_price], claim(Some("one"), None, &[]), false),
            (vec![&by_price], claim(None, None, &["price_9"]), false),
            (vec![&by_link], claim(None, None, &[]), false),
            (vec![], claim(None, None, &[]), false),
        ] {
            let mappings = SaleMappings {
                items: items.into_iter().cloned().collect(),
                ..SaleMappings::none(TenantId::parse("acme").unwrap(), Mode::Live)
            };
            assert_eq!(
                mappings.need_lines(&claim),
                needed,
                "{mappings:?} {claim:?}"
            );
        }
    }

    #[test]
    fn a_price_or_a_link_is_mapped_once() {
        let items = [
            mapping(PaidBy::Price(price("price_1")), "one"),
            mapping(PaidBy::Price(price("price_2")), "one"),
            mapping(PaidBy::Price(price("price_1")), "two"),
            mapping(PaidBy::PaymentLink(link("plink_1")), "one"),
            mapping(PaidBy::PaymentLink(link("plink_1")), "one"),
        ];
        assert_eq!(duplicates(&items), [2, 4]);
        assert!(duplicates(&items[..2]).is_empty());
    }
}
