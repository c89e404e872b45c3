//! `POST /v1/prices`: creates a one-time price, whose amount never changes.

use std::convert::Infallible;

use mintage_domain::base::id::StripePriceId;
use mintage_domain::ports::NewPrice;
use serde::Deserialize;
use stripe_product::price::CreatePrice;
use stripe_types::Currency;

use crate::metadata;

pub(crate) fn create(new: &NewPrice) -> CreatePrice {
    let parsed: Result<Currency, Infallible> = new.amount.currency().as_str().parse();
    let Ok(currency) = parsed;
    CreatePrice::new(currency)
        .product(new.stripe_product.as_str())
        .unit_amount(new.amount.minor())
        .nickname(&*new.name)
        .metadata(metadata::of([
            (metadata::TENANT, new.tenant.as_str()),
            (metadata::PRODUCT, new.product.as_str()),
            (metadata::KEY_TYPE, new.key_type.as_str()),
        ]))
}

#[derive(Deserialize)]
pub(crate) struct Price {
    pub(crate) id: StripePriceId,
}
