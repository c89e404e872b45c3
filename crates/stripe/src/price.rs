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
    pub(crate) data: Vec<Price>,
}

/// The fields of a price that are used.
#[derive(Deserialize)]
pub(crate) struct Price {
    id: StripePriceId,
    active: bool,
    currency: String,
    unit_amount: Option<i64>,
    recurring: Option<Value>,
    #[serde(default)]
    metadata: Value,
}

impl From<Price> for StripePrice {
    fn from(price: Price) -> Self {
        let currency = money::Currency::parse(&price.currency).ok();
        let minor = price.unit_amount.filter(|_| price.recurring.is_none());
        Self {
            id: price.id,
            amount: minor
                .zip(currency)
                .and_then(|(minor, currency)| Money::new(minor, currency).ok()),
            active: price.active,
            sold: metadata::key_type(&price.metadata),
        }
    }
}
