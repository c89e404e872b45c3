//! The endpoints of the pages.

use actix_web::{Route, web};

use crate::{assets, buy, connect, docs, home, thanks};

/// A handler with the description of its method, path and answer.
pub struct Endpoint {
    /// Describes one path with one method.
    pub described: utoipa::openapi::OpenApi,
    /// Creates the route of the handler.
    pub handler: fn() -> Route,
}

/// Lists endpoints by their handlers, whose `#[utoipa::path]` has the method and the path.
macro_rules! endpoints {
    ($($($module:ident)::+ => $handler:ident,)*) => {
        vec![$({
            #[derive(utoipa::OpenApi)]
            #[openapi(paths($($module)::+::$handler))]
            struct Handler;
            Endpoint {
                described: <Handler as utoipa::OpenApi>::openapi(),
                handler: || web::to($($module)::+::$handler),
            }
        }),*]
    };
}

/// All endpoints of the pages.
pub fn endpoints() -> Vec<Endpoint> {
    endpoints![
        home => home,
        assets => script,
        connect::start => start,
        connect::callback => finish,
        connect::connected => connected,
        connect::onboard => resume,
        connect::onboard => onboarded,
        buy => show,
        buy => open,
        docs::route => docs,
        thanks::show => show,
        thanks::resend => resend,
    ]
}
