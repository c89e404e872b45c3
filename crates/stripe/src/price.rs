//! `/v1/prices`: one-time prices, whose amount never changes.

use std::convert::Infallible;

use mintage_domain::base::id::{StripePriceId, StripeProductId};
use mintage_domain::base::money::{self, Money};
use mintage_domain::ports::{NewPrice, StripePrice};
use serde::Deserialize;
use serde_json::Value;
use stripe_product::price::{CreatePrice, ListPrice, UpdatePrice};
use stripe_types::Currency;

use crate::metadata;

/// The most prices that Stripe answers in one page.
const PAGE: i64 = 100;

pub(crate) fn create(new: &NewPrice) -> CreatePrice {
    let parsed: Result<Currency, Infallible> = new.amount.currency().as_str().parse();
    let Ok(currency) = parsed;
    CreatePrice::new(currency)
        .product(new.stripe_product.as_str())
        .unit_amount(new.amount.minor())
        .nickname(&*new.name)
        .metadata(metadata::of_key_type(&new.sold))
}

pub(crate) fn list(product: &StripeProductId) -> ListPrice {
    ListPrice::new().product(product.as_str()).limit(PAGE)
}

pub(crate) fn set_active(id: &StripePriceId, active: bool) -> UpdatePrice {
    UpdatePrice::new(id.as_str()).active(active)
}

#[derive(Deserialize)]
pub(crate) struct Created {
    pub(crate) id: StripePriceId,
}

#[derive(Deserialize)]
pub(crate) struct Prices {
    data: Vec<Price>,
}

impl Prices {
    /// The prices of the page. Stripe lists plans beside prices, and those whose id is not the id of a price
    /// are left out.
    pub(crate) fn known(self) -> Vec<StripePrice> {
        self.data.into_iter().filter_map(Price::known).collect()
    }
}

/// The fields of a price that are used.
#[derive(Deserialize)]
struct Price {
    /// Of a plan, any text that the seller chose.
    id: String,
    active: bool,
    currency: String,
    unit_amount: Option<i64>,
    recurring: Option<Value>,
    #[serde(default)]
    metadata: Value,
}

impl Price {
    fn known(self) -> Option<StripePrice> {
        let currency = money::Currency::parse(&self.currency).ok();
        let minor = self.unit_amount.filter(|_| self.recurring.is_none());
        Some(StripePrice {
            id: StripePriceId::parse(&self.id).ok()?,
            amount: minor
                .zip(currency)
                .and_then(|(minor, currency)| Money::new(minor, currency).ok()),
            active: self.active,
            sold: metadata::key_type(&self.metadata),
        })
    }
}
