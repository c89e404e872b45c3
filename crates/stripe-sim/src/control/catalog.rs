//! What a seller archives and deletes in the dashboard. The API deletes neither prices nor products that
//! have prices.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path};
use serde_json::json;

use crate::control::response;
use crate::engine::world::SharedWorld;
use crate::model::price::Price;
use crate::model::product::Product;

/// Deletes a product and its prices.
pub(crate) async fn delete_product(world: Data<SharedWorld>, id: Path<String>) -> HttpResponse {
    let mut world = world.lock();
    let Some(scope) = world.store.scope_of::<Product>(&id) else {
        return response::error(404, "There is no such product.");
    };
    let store = &mut world.store;
    store.retain::<Price>(&scope, |price| price.product != *id);
    store.retain::<Product>(&scope, |product| product.id != *id);
    response::ok(json!({}))
}

/// Deletes a price that was never used.
pub(crate) async fn delete_price(world: Data<SharedWorld>, id: Path<String>) -> HttpResponse {
    let mut world = world.lock();
    let Some(scope) = world.store.scope_of::<Price>(&id) else {
        return response::error(404, "There is no such price.");
    };
    world.store.retain::<Price>(&scope, |price| price.id != *id);
    response::ok(json!({}))
}

/// Archives a product; its prices stay.
pub(crate) async fn archive_product(world: Data<SharedWorld>, id: Path<String>) -> HttpResponse {
    let mut world = world.lock();
    let Some(scope) = world.store.scope_of::<Product>(&id) else {
        return response::error(404, "There is no such product.");
    };
    let product = world.store.get_mut::<Product>(&scope, &id);
    response::result(product.map(|product| {
        product.active = false;
        json!({})
    }))
}

/// Archives a price.
pub(crate) async fn archive_price(world: Data<SharedWorld>, id: Path<String>) -> HttpResponse {
    let mut world = world.lock();
    let Some(scope) = world.store.scope_of::<Price>(&id) else {
        return response::error(404, "There is no such price.");
    };
    let price = world.store.get_mut::<Price>(&scope, &id);
    response::result(price.map(|price| {
        price.active = false;
        json!({})
    }))
}
