//! The routes, a file each: extract, call, reply.

mod about;
mod activations;
mod api_keys;
mod audit;
mod callback;
mod checkout;
mod customers;
mod deliveries;
mod devices;
mod health;
mod integrations;
mod issue;
mod key_types;
mod license_commands;
mod licenses;
mod mail;
mod orders;
mod products;
mod stripe_webhook;
mod validate;
mod webhook;

use crate::server::error::ApiError;
use actix_web::http::Method;
use actix_web::http::header::{ALLOW, HeaderValue};
use actix_web::{Resource, ResponseError, Route, web};
use mintage_runtime::problem::{ErrorCode, Problem};
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
        about::docs,
        health::healthz,
        health::readyz,
        callback::finish,
        stripe_webhook::connect,
        checkout::open,
        issue::issue,
        validate::validate,
        devices::activate,
        devices::heartbeat,
        devices::deactivate,
        products::create,
        products::list,
        key_types::create,
        key_types::list,
        api_keys::create,
        api_keys::list,
        api_keys::revoke,
        api_keys::rotate,
        licenses::list,
        licenses::get,
        license_commands::freeze,
        license_commands::thaw,
        license_commands::extend,
        licenses::revoke,
        licenses::reveal,
        activations::list,
        activations::release,
        mail::list,
        mail::resend,
        orders::list,
        customers::list,
        customers::get,
        audit::list,
        webhook::get,
        webhook::set,
        webhook::rotate_secret,
        deliveries::list,
        deliveries::redeliver,
        mail::get,
        mail::set,
        integrations::connect,
        integrations::set_up_prices,
        integrations::status,
        integrations::rotate_checkout_key,
        integrations::disconnect,
        integrations::parked,
    ]
});

/// All of them, described.
pub(crate) fn described() -> impl Iterator<Item = &'static utoipa::openapi::OpenApi> {
    ROUTES.iter().map(|route| &route.api)
}

/// Mounts them all.
pub(crate) fn mount(config: &mut web::ServiceConfig) {
    let mut paths: BTreeMap<&str, Vec<(Method, Route)>> = BTreeMap::new();
    for Described { api, handler } in ROUTES.iter() {
        for (path, item) in &api.paths.paths {
            let methods = paths.entry(path).or_default();
            methods.extend(methods_of(item).map(|method| (method, handler())));
        }
    }
    // In this order a word comes before a placeholder: `/api/stripe/...` before `/api/{tenant}/...`.
    for (path, methods) in paths {
        config.service(resource(path, methods));
    }
}

/// The methods that a path is described with.
fn methods_of(item: &PathItem) -> impl Iterator<Item = Method> {
    let described = [
        (&item.get, Method::GET),
        (&item.put, Method::PUT),
        (&item.post, Method::POST),
        (&item.delete, Method::DELETE),
        (&item.patch, Method::PATCH),
    ];
    let described = described.into_iter();
    described.filter_map(|(call, method)| call.is_some().then_some(method))
}

/// A resource whose unknown methods answer in the envelope too, and say which are known.
fn resource(path: &str, methods: Vec<(Method, Route)>) -> Resource {
    let known: Vec<&str> = methods.iter().map(|(method, _)| method.as_str()).collect();
    let allowed = known.join(", ");
    let refusing = web::to(move || {
        let mut answer = ApiError::from(Problem::new(
            ErrorCode::MethodNotAllowed,
            "this route has no such method",
        ))
        .error_response();
        if let Ok(allowed) = HeaderValue::from_str(&allowed) {
            answer.headers_mut().insert(ALLOW, allowed);
        }
        async { answer }
    });
    let resource = web::resource(path).default_service(refusing);
    let mounted = methods.into_iter();
    mounted.fold(resource, |resource, (method, route)| {
        resource.route(route.method(method))
    })
}
