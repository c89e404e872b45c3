//! `/v1/products`: products, whose names buyers see on the page and on the receipt.

use mintage_domain::base::id::StripeProductId;
use mintage_domain::ports::{NewProduct, StripeProduct};
use serde::Deserialize;
use serde_json::Value;
use stripe_product::product::{CreateProduct, RetrieveProduct, UpdateProduct};

use crate::metadata;

pub(crate) fn create(new: &NewProduct) -> CreateProduct {
    CreateProduct::new(&*new.name).metadata(metadata::of_key_type(&new.sold))
}

pub(crate) fn retrieve(id: &StripeProductId) -> RetrieveProduct {
    RetrieveProduct::new(id.as_str())
}

pub(crate) fn repair(id: &StripeProductId, name: &str) -> UpdateProduct {
    UpdateProduct::new(id.as_str()).active(true).name(name)
}

#[derive(Deserialize)]
pub(crate) struct Created {
    pub(crate) id: StripeProductId,
}

/// The fields of a product that are used. A deleted product has only its id.
#[derive(Deserialize)]
pub(crate) struct Product {
    id: StripeProductId,
    #[serde(default)]
    deleted: bool,
    #[serde(default)]
    active: bool,
    #[serde(default)]
    name: String,
    #[serde(default)]
    metadata: Value,
}

impl Product {
    /// The product, unless it is deleted.
    pub(crate) fn alive(self) -> Option<StripeProduct> {
        (!self.deleted).then(|| StripeProduct {
            id: self.id,
            name: self.name,
            active: self.active,
            sold: metadata::key_type(&self.metadata),
        })
    }
}
