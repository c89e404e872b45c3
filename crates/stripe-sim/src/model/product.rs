use serde_json::{Value, json};

use crate::base::metadata::Metadata;
use crate::model::object::StripeObject;
use crate::params::values::Params;

pub(crate) struct Product {
    pub(crate) id: String,
    pub(crate) livemode: bool,
    pub(crate) created: i64,
    pub(crate) updated: i64,
    pub(crate) active: bool,
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    pub(crate) metadata: Metadata,
}

impl StripeObject for Product {
    const NOUN: &'static str = "product";
    const URL: &'static str = "/v1/products";
    const NULLS: &'static [&'static str] = &[
        "default_price",
        "package_dimensions",
        "shippable",
        "statement_descriptor",
        "tax_code",
        "unit_label",
        "url",
    ];

    fn id(&self) -> &str {
        &self.id
    }

    fn created(&self) -> i64 {
        self.created
    }

    fn matches(&self, filters: &Params) -> bool {
        filters.filter_bool("active", self.active)
    }

    fn fields(&self) -> Value {
        json!({
            "id": self.id,
            "object": "product",
            "active": self.active,
            "created": self.created,
            "description": self.description,
            "images": [],
            "livemode": self.livemode,
            "marketing_features": [],
            "metadata": self.metadata,
            "name": self.name,
            "type": "service",
            "updated": self.updated,
        })
    }
}
