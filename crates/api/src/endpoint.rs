//! An endpoint: a handler with its description.

use actix_web::Route;
use utoipa::openapi::OpenApi;

/// A handler with the description of its method, path, body and answer.
pub struct Endpoint {
    /// Describes one path with one method, and the schemas that they name.
    pub described: OpenApi,
    /// Makes the route of the handler.
    pub handler: fn() -> Route,
}

/// Lists endpoints by their handlers. Method and path are taken from the handler's `#[utoipa::path]`,
/// so that no endpoint can be mounted without a description, or described without being mounted.
macro_rules! endpoints {
    ($($module:ident :: $handler:ident,)*) => {
        vec![$({
            #[derive(utoipa::OpenApi)]
            #[openapi(paths($module::$handler))]
            struct Handler;
            $crate::endpoint::Endpoint {
                described: <Handler as utoipa::OpenApi>::openapi(),
                handler: || actix_web::web::to($module::$handler),
            }
        }),*]
    };
}

pub(crate) use endpoints;
