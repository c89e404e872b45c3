//! Mounts endpoints under the paths and methods of their descriptions.

use std::collections::{BTreeMap, HashSet};

use actix_web::http::Method;
use actix_web::http::header::{ALLOW, HeaderValue};
use actix_web::web::ServiceConfig;
use actix_web::{Resource, ResponseError, Route, web};
use mintage_runtime::problem::{ErrorCode, Problem};
use utoipa::openapi::PathItem;

use crate::endpoint::Endpoint;
use crate::error::ApiError;

/// Mounts all endpoints. A path answers 405 to a method that is not described.
pub fn mount(config: &mut ServiceConfig, endpoints: &[Endpoint]) {
    let mut paths: BTreeMap<(bool, &str), Vec<(Method, Route)>> = BTreeMap::new();
    for Endpoint { described, handler } in endpoints {
        for (path, item) in &described.paths.paths {
            let methods = paths.entry((has_placeholder(path), path)).or_default();
            methods.extend(methods_of(item).map(|method| (method, handler())));
        }
    }
    let fixed = paths.keys().filter(|(has_placeholder, _)| !has_placeholder);
    let fixed = fixed.map(|(_, path)| (*path).to_owned()).collect();
    config.app_data(FixedPaths(fixed));
    // The order of the map puts paths without placeholders first, which are found without a regular
    // expression, and then fixed segments before placeholders: `/api/stripe/...` comes before
    // `/api/{tenant}/...`.
    for ((_, path), methods) in paths {
        config.service(resource(path, methods));
    }
}

/// The mounted paths that have no placeholder.
#[derive(Debug, Clone, Default)]
pub(crate) struct FixedPaths(HashSet<String>);

impl FixedPaths {
    /// Whether this is one of the paths.
    pub(crate) fn contains(&self, path: &str) -> bool {
        self.0.contains(path)
    }
}

fn has_placeholder(path: &str) -> bool {
    path.contains('{')
}

/// The described methods of a path.
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

/// A resource that answers unknown methods in the error envelope, with the known methods in `Allow`.
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
