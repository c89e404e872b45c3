//! The endpoints of the pages.

use actix_web::{Route, web};
use utoipa::OpenApi;

use crate::{connect, docs};

/// A handler with the description of its method, path and answer.
pub struct Endpoint {
    /// Describes one path with one method.
    pub described: utoipa::openapi::OpenApi,
    /// Creates the route of the handler.
    pub handler: fn() -> Route,
}

#[derive(OpenApi)]
#[openapi(paths(connect::start::start))]
struct Start;

#[derive(OpenApi)]
#[openapi(paths(connect::callback::finish))]
struct Callback;

#[derive(OpenApi)]
#[openapi(paths(connect::connected::connected))]
struct Connected;

#[derive(OpenApi)]
#[openapi(paths(docs::route::docs))]
struct Docs;

/// All endpoints of the pages.
pub fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint {
            described: Start::openapi(),
            handler: || web::to(connect::start::start),
        },
        Endpoint {
            described: Callback::openapi(),
            handler: || web::to(connect::callback::finish),
        },
        Endpoint {
            described: Connected::openapi(),
            handler: || web::to(connect::connected::connected),
        },
        Endpoint {
            described: Docs::openapi(),
            handler: || web::to(docs::route::docs),
        },
    ]
}
