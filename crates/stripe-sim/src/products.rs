//! `/v1/products`.

use serde_json::{Value, json};

use crate::call::Call;
use crate::error::Answer;
use crate::params::Kind::{Bool, Metadata as Meta, Positive, Text};
use crate::params::{CREATED, Metadata, Param, may, need};
use crate::shelf::{Books, Resource, Shelf};

pub(crate) const CREATE: &[Param] = &[
    may("active", Bool),
    may("description", Text),
    may("metadata", Meta),
    need("name", Text),
];

pub(crate) const UPDATE: &[Param] = &[
    may("active", Bool),
    may("description", Text),
    may("metadata", Meta),
    may("name", Text),
];

pub(crate) const LIST: &[Param] = &[
    may("active", Bool),
    CREATED,
    may("limit", Positive),
    may("starting_after", Text),
];

pub(crate) struct Product {
    pub(crate) id: String,
    livemode: bool,
    created: i64,
    updated: i64,
    active: bool,
    pub(crate) name: String,
    description: Option<String>,
    metadata: Metadata,
}

impl Resource for Product {
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

    fn shelf(books: &mut Books) -> &mut Shelf<Self> {
        &mut books.products
    }

    fn fits(&self, filter: &crate::params::Args) -> bool {
        filter
            .bool("active")
            .is_none_or(|active| active == self.active)
    }

    fn facts(&self) -> Value {
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

#[expect(clippy::unnecessary_wraps, reason = "every call has this shape")]
pub(crate) fn create(call: &mut Call<'_>) -> Answer {
    let now = call.world.now();
    let product = Product {
        id: call.world.ids.object("prod_"),
        livemode: call.mode().livemode(),
        created: now,
        updated: now,
        active: call.args.bool("active").unwrap_or(true),
        name: call.args.owned("name").unwrap_or_default(),
        description: call.args.owned("description"),
        metadata: call.args.fresh_metadata(),
    };
    let body = product.body();
    call.world.books(&call.scope).products.put(product);
    Ok(body)
}

pub(crate) fn update(call: &mut Call<'_>) -> Answer {
    let now = call.world.now();
    let product = call.world.find::<Product>(&call.scope, &call.id)?;
    product.active = call.args.bool("active").unwrap_or(product.active);
    if let Some(name) = call.args.owned("name") {
        product.name = name;
    }
    if let Some(description) = call.args.owned("description") {
        product.description = Some(description);
    }
    call.args.merge_metadata(&mut product.metadata);
    product.updated = now;
    Ok(product.body())
}
