//! `/v1/prices`: prices, whose amount and period never change.

use std::convert::Infallible;

use mintage_domain::base::id::{StripePriceId, StripeProductId};
use mintage_domain::base::money::{self, Money};
use mintage_domain::model::licenses::recurrence::{Billing, Interval};
use mintage_domain::ports::{NewPrice, PriceBilling, StripePrice};
use serde::Deserialize;
use serde_json::Value;
use stripe_product::price::{
    CreatePrice, CreatePriceRecurring, CreatePriceRecurringInterval, ListPrice, UpdatePrice,
};
use stripe_types::Currency;

use crate::metadata;

/// The most prices that Stripe answers in one page.
const PAGE: i64 = 100;

pub(crate) fn create(new: &NewPrice) -> CreatePrice {
    let parsed: Result<Currency, Infallible> = new.amount.currency().as_str().parse();
    let Ok(currency) = parsed;
    let price = CreatePrice::new(currency)
        .product(new.stripe_product.as_str())
        .unit_amount(new.amount.minor())
        .nickname(&*new.name)
        .metadata(metadata::of_key_type(&new.sold));
    match new.billing {
        Some(billing) => price.recurring(recurring(billing)),
        None => price,
    }
}

fn recurring(billing: Billing) -> CreatePriceRecurring {
    let mut recurring = CreatePriceRecurring::new(match billing.interval {
        Interval::Day => CreatePriceRecurringInterval::Day,
        Interval::Week => CreatePriceRecurringInterval::Week,
        Interval::Month => CreatePriceRecurringInterval::Month,
        Interval::Year => CreatePriceRecurringInterval::Year,
    });
    recurring.interval_count = Some(u64::from(billing.count));
    recurring
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
    recurring: Option<Recurring>,
    #[serde(default)]
    metadata: Value,
}

#[derive(Deserialize)]
struct Recurring {
    interval: String,
    interval_count: Option<u16>,
    usage_type: Option<String>,
}

impl Recurring {
    fn billing(&self) -> PriceBilling {
        let interval = Interval::parse(&self.interval).ok();
        let is_licensed = self.usage_type.as_deref().is_none_or(|it| it == "licensed");
        match interval.filter(|_| is_licensed) {
            Some(interval) => PriceBilling::Recurring(Billing {
                interval,
                count: self.interval_count.unwrap_or(1),
            }),
            None => PriceBilling::Other,
        }
    }
}

impl Price {
    fn known(self) -> Option<StripePrice> {
        let currency = money::Currency::parse(&self.currency).ok();
        Some(StripePrice {
            id: StripePriceId::parse(&self.id).ok()?,
            billing: self.recurring.as_ref().map(Recurring::billing),
            amount: self
                .unit_amount
                .zip(currency)
                .and_then(|(minor, currency)| Money::new(minor, currency).ok()),
            active: self.active,
            sold: metadata::key_type(&self.metadata),
        })
    }
}
