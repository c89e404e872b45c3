//! An endpoint: a handler with its description.

use actix_web::Route;
use utoipa::openapi::OpenApi;

/// A handler with the description of its method, path, body and answer.
pub struct Endpoint {
    /// Describes one path with one method, and the schemas of both.
    pub described: OpenApi,
    /// Creates the route of the handler.
    pub handler: fn() -> Route,
}

/// Lists endpoints by their handlers. The method and the path come from the `#[utoipa::path]` of the
/// handler, so that an endpoint is mounted if and only if the endpoint is described.
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
