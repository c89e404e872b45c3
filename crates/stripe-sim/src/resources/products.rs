//! `/v1/products`.

use crate::base::error::ApiResult;
use crate::model::object::StripeObject;
use crate::model::product::Product;
use crate::params::spec::Kind::{Bool, Metadata, Positive, Text};
use crate::params::spec::{CREATED, Param, optional, required};
use crate::resources::context::Context;

pub(crate) const CREATE: &[Param] = &[
    optional("active", Bool),
    optional("description", Text),
    optional("metadata", Metadata),
    required("name", Text),
];

pub(crate) const UPDATE: &[Param] = &[
    optional("active", Bool),
    optional("description", Text),
    optional("metadata", Metadata),
    optional("name", Text),
];

pub(crate) const LIST: &[Param] = &[
    optional("active", Bool),
    CREATED,
    optional("limit", Positive),
    optional("starting_after", Text),
];

#[expect(
    clippy::unnecessary_wraps,
    reason = "all calls have the same signature"
)]
pub(crate) fn create(context: &mut Context<'_>) -> ApiResult {
    let now = context.world.clock.now();
    let product = Product {
        id: context.world.ids.object_id("prod_"),
        livemode: context.mode().livemode(),
        created: now,
        updated: now,
        active: context.params.bool("active").unwrap_or(true),
        name: context.params.owned_text("name").unwrap_or_default(),
        description: context.params.owned_text("description"),
        metadata: context.params.new_metadata(),
    };
    let json = product.to_json();
    context.world.store.insert(&context.scope, product);
    Ok(json)
}

pub(crate) fn update(context: &mut Context<'_>) -> ApiResult {
    let now = context.world.clock.now();
    let product = context
        .world
        .store
        .get_mut::<Product>(&context.scope, &context.id)?;
    product.active = context.params.bool("active").unwrap_or(product.active);
    if let Some(name) = context.params.owned_text("name") {
        product.name = name;
    }
    if let Some(description) = context.params.owned_text("description") {
        product.description = Some(description);
    }
    context.params.update_metadata(&mut product.metadata);
    product.updated = now;
    Ok(product.to_json())
}
