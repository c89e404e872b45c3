//! `POST /v1/products`: creates a product, whose name buyers see on the receipt.

use mintage_domain::base::id::StripeProductId;
use mintage_domain::ports::NewProduct;
use serde::Deserialize;
use stripe_product::product::CreateProduct;

use crate::metadata;

pub(crate) fn create(new: &NewProduct) -> CreateProduct {
    CreateProduct::new(&*new.name).metadata(metadata::of([
        (metadata::TENANT, new.tenant.as_str()),
        (metadata::PRODUCT, new.product.as_str()),
    ]))
}

#[derive(Deserialize)]
pub(crate) struct Product {
    pub(crate) id: StripeProductId,
}
