//! Mounts endpoints under the paths and methods of their descriptions.

use std::collections::{BTreeMap, HashSet};
use std::rc::Rc;

use actix_web::http::Method;
use actix_web::http::header::{ALLOW, HeaderValue};
use actix_web::middleware::from_fn;
use actix_web::web::ServiceConfig;
use actix_web::{Resource, ResponseError, Route, web};
use mintage_runtime::problem::{ErrorCode, Problem};
use utoipa::openapi::path::{Operation, Parameter, ParameterIn, ParameterStyle};
use utoipa::openapi::{PathItem, RefOr};

use crate::endpoint::Endpoint;
use crate::error::ApiError;
use crate::layers::known_query;

/// Mounts all endpoints. A path answers 405 to a method that is not described.
pub fn mount(config: &mut ServiceConfig, endpoints: &[Endpoint]) {
    let mut paths: BTreeMap<(bool, &str), Vec<(Method, Route)>> = BTreeMap::new();
    for Endpoint { described, handler } in endpoints {
        for (path, item) in &described.paths.paths {
            let methods = paths.entry((has_placeholder(path), path)).or_default();
            for (method, operation) in operations(item) {
                if method == Method::GET && !acts_on_get(path) {
                    methods.push((Method::HEAD, route(handler(), path, operation)));
                }
                methods.push((method, route(handler(), path, operation)));
            }
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

/// Whether a path is a step of connecting an account, which a HEAD of a link preview must not take.
fn acts_on_get(path: &str) -> bool {
    path.starts_with("/stripe/")
}

/// The calls that applications make by SDKs of their own versions, so that they may have parameters
/// that this version does not know.
const OPEN_CALLS: [&str; 4] = [
    "/v1/validate",
    "/v1/activate",
    "/v1/heartbeat",
    "/v1/deactivate",
];

/// The route of an operation. A call with a credential refuses query parameters that it does not have.
fn route(route: Route, path: &str, operation: &Operation) -> Route {
    let has_credential = operation.security.iter().flatten().next().is_some();
    if !has_credential || OPEN_CALLS.contains(&path) {
        return route;
    }
    let params = operation.parameters.iter().flatten();
    let known: Rc<[String]> = params
        .filter_map(|param| match param {
            RefOr::T(param) if param.parameter_in == ParameterIn::Query => Some(query_name(param)),
            _ => None,
        })
        .collect();
    route.wrap(from_fn(move |request, next| {
        known_query(Rc::clone(&known), request, next)
    }))
}

/// The name of a query parameter, with brackets if the parameter is an object.
fn query_name(param: &Parameter) -> String {
    match param.style {
        Some(ParameterStyle::DeepObject) => format!("{}[]", param.name),
        _ => param.name.clone(),
    }
}

/// The described operations of a path.
fn operations(item: &PathItem) -> impl Iterator<Item = (Method, &Operation)> {
    let described = [
        (&item.get, Method::GET),
        (&item.put, Method::PUT),
        (&item.post, Method::POST),
        (&item.delete, Method::DELETE),
        (&item.patch, Method::PATCH),
    ];
    let described = described.into_iter();
    described.filter_map(|(operation, method)| Some((method, operation.as_ref()?)))
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
