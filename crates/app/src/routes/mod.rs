//! The routes, a file each: extract, call, reply.

mod about;
mod activations;
mod api_keys;
mod callback;
mod checkout;
mod customers;
mod deliveries;
mod devices;
mod health;
mod integrations;
mod issue;
mod key_types;
mod licenses;
mod orders;
mod products;
mod stripe_webhook;
mod validate;
mod webhook;

use crate::server::error::ApiError;
use actix_web::http::{Method, StatusCode};
use actix_web::{Resource, Route, web};
use std::collections::BTreeMap;
use std::sync::LazyLock;
use utoipa::OpenApi;
use utoipa::openapi::PathItem;

/// A route as it is described, and what answers it.
struct Described {
    /// Holds this one path with this one method, and the shapes that they name.
    api: utoipa::openapi::OpenApi,
    handler: fn() -> Route,
}

/// Takes a route from its handler, which says by `#[utoipa::path]` under which method and path it
/// answers, and what: so that no route can be mounted and not be described, or the other way round.
macro_rules! routes {
    ($($module:ident :: $handler:ident,)*) => {
        vec![$({
            #[derive(OpenApi)]
            #[openapi(paths($module::$handler))]
            struct Handler;
            Described {
                api: Handler::openapi(),
                handler: || web::to($module::$handler),
            }
        }),*]
    };
}

/// Every route, a line each.
static ROUTES: LazyLock<Vec<Described>> = LazyLock::new(|| {
    routes![
        about::openapi_json,
        issue::issue,
        validate::validate,
        devices::activate,
        devices::heartbeat,
        devices::deactivate,
    ]
});

/// All of them, described.
pub(crate) fn described() -> impl Iterator<Item = &'static utoipa::openapi::OpenApi> {
    ROUTES.iter().map(|route| &route.api)
}

/// Mounts them all.
pub(crate) fn mount(config: &mut web::ServiceConfig) {
    undescribed(config);
    let mut resources: BTreeMap<&str, Resource> = BTreeMap::new();
    for Described { api, handler } in ROUTES.iter() {
        for (path, item) in &api.paths.paths {
            let resource = resources
                .remove(path.as_str())
                .unwrap_or_else(|| resource(path));
            let resource = methods(item)
                .into_iter()
                .fold(resource, |resource, method| {
                    resource.route(handler().method(method))
                });
            resources.insert(path, resource);
        }
    }
    // In this order a word comes before a placeholder: `/api/stripe/...` before `/api/{tenant}/...`.
    for resource in resources.into_values() {
        config.service(resource);
    }
}

/// The methods that a path is described with.
fn methods(item: &PathItem) -> Vec<Method> {
    let described = [
        (&item.get, Method::GET),
        (&item.put, Method::PUT),
        (&item.post, Method::POST),
        (&item.delete, Method::DELETE),
        (&item.patch, Method::PATCH),
    ];
    let described = described.into_iter();
    described
        .filter_map(|(call, method)| call.is_some().then_some(method))
        .collect()
}

/// A resource whose unknown methods answer in the envelope too.
fn resource(path: &str) -> Resource {
    web::resource(path).default_service(web::to(|| async {
        Err::<String, _>(ApiError::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "common/method-not-allowed",
            "this route has no such method",
        ))
    }))
}

/// Those not described yet.
fn undescribed(config: &mut web::ServiceConfig) {
    config
        .service(resource("/healthz").route(web::get().to(health::healthz)))
        .service(resource("/readyz").route(web::get().to(health::readyz)))
        .service(resource("/stripe/callback").route(web::get().to(callback::finish)))
        .service(
            resource("/api/stripe/webhook/connect").route(web::post().to(stripe_webhook::connect)),
        )
        .service(resource("/api/{tenant}/checkout").route(web::post().to(checkout::open)))
        .service(
            resource("/v1/products")
                .route(web::post().to(products::create))
                .route(web::get().to(products::list)),
        )
        .service(
            resource("/v1/products/{product}/key-types")
                .route(web::post().to(key_types::create))
                .route(web::get().to(key_types::list)),
        )
        .service(
            resource("/v1/api-keys")
                .route(web::post().to(api_keys::create))
                .route(web::get().to(api_keys::list)),
        )
        .service(resource("/v1/api-keys/{id}/revoke").route(web::post().to(api_keys::revoke)))
        .service(resource("/v1/api-keys/{id}/rotate").route(web::post().to(api_keys::rotate)))
        .service(resource("/v1/licenses").route(web::get().to(licenses::list)))
        .service(resource("/v1/licenses/{id}").route(web::get().to(licenses::get)))
        .service(resource("/v1/licenses/{id}/revoke").route(web::post().to(licenses::revoke)))
        .service(resource("/v1/licenses/{id}/reveal").route(web::post().to(licenses::reveal)))
        .service(resource("/v1/licenses/{id}/activations").route(web::get().to(activations::list)))
        .service(
            resource("/v1/licenses/{id}/activations/{activation}/release")
                .route(web::post().to(activations::release)),
        )
        .service(resource("/v1/orders").route(web::get().to(orders::list)))
        .service(resource("/v1/customers/{id}").route(web::get().to(customers::get)))
        .service(
            resource("/v1/webhook")
                .route(web::get().to(webhook::get))
                .route(web::put().to(webhook::set)),
        )
        .service(
            resource("/v1/webhook/rotate-secret").route(web::post().to(webhook::rotate_secret)),
        )
        .service(resource("/v1/webhook/deliveries").route(web::get().to(deliveries::list)))
        .service(
            resource("/v1/webhook/deliveries/{id}/redeliver")
                .route(web::post().to(deliveries::redeliver)),
        )
        .service(
            resource("/v1/integrations/stripe").route(web::delete().to(integrations::disconnect)),
        )
        .service(
            resource("/v1/integrations/stripe/connect")
                .route(web::post().to(integrations::connect)),
        )
        .service(
            resource("/v1/integrations/stripe/setup-prices")
                .route(web::post().to(integrations::set_up_prices)),
        )
        .service(
            resource("/v1/integrations/stripe/status").route(web::get().to(integrations::status)),
        )
        .service(
            resource("/v1/integrations/stripe/rotate-checkout-key")
                .route(web::post().to(integrations::rotate_checkout_key)),
        )
        .service(
            resource("/v1/integrations/stripe/parked").route(web::get().to(integrations::parked)),
        );
}
