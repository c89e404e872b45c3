//! Whether the object of a call exists, for calls that answer this before they check permissions.

use crate::base::error::StripeError;
use crate::base::scope::Scope;
use crate::engine::world::World;
use crate::model::charge::Charge;
use crate::model::invoice::Invoice;
use crate::model::payment_link::PaymentLink;
use crate::model::price::Price;
use crate::model::product::Product;
use crate::model::promotions::Coupon;
use crate::model::session::Session;
use crate::model::webhook_endpoint::RegisteredEndpoint;

/// Refuses the id of an object that does not exist. `path` is the pattern of the route.
pub(crate) fn check(world: &World, scope: &Scope, path: &str, id: &str) -> Result<(), StripeError> {
    let store = &world.store;
    let below = |parent: &str| path.starts_with(parent);
    if below("/v1/checkout/sessions") {
        store.get::<Session>(scope, id).map(drop)
    } else if below("/v1/charges") {
        store.get::<Charge>(scope, id).map(drop)
    } else if below("/v1/coupons") {
        store.get::<Coupon>(scope, id).map(drop)
    } else if below("/v1/invoices") {
        store.get::<Invoice>(scope, id).map(drop)
    } else if below("/v1/payment_links") {
        store.get::<PaymentLink>(scope, id).map(drop)
    } else if below("/v1/prices") {
        store.get::<Price>(scope, id).map(drop)
    } else if below("/v1/products") {
        store.get::<Product>(scope, id).map(drop)
    } else if below("/v1/webhook_endpoints") {
        store.get::<RegisteredEndpoint>(scope, id).map(drop)
    } else {
        Err(no_such("object", id))
    }
}

/// The error for an id that does not exist.
pub(crate) fn no_such(noun: &str, id: &str) -> StripeError {
    let error = StripeError::new(404, format!("No such {noun}: '{id}'"));
    error.code("resource_missing").param("id")
}
