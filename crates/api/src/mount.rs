//! Mounts endpoints under the paths and methods that they are described with.

use std::collections::BTreeMap;

use actix_web::http::Method;
use actix_web::http::header::{ALLOW, HeaderValue};
use actix_web::web::ServiceConfig;
use actix_web::{Resource, ResponseError, Route, web};
use mintage_runtime::problem::{ErrorCode, Problem};
use utoipa::openapi::PathItem;

use crate::endpoint::Endpoint;
use crate::error::ApiError;

/// Mounts all endpoints. A method that a path is not described with is answered with 405.
pub fn mount(config: &mut ServiceConfig, endpoints: &[Endpoint]) {
    let mut paths: BTreeMap<&str, Vec<(Method, Route)>> = BTreeMap::new();
    for Endpoint { described, handler } in endpoints {
        for (path, item) in &described.paths.paths {
            let methods = paths.entry(path).or_default();
            methods.extend(methods_of(item).map(|method| (method, handler())));
        }
    }
    // In this order fixed segments come before placeholders: `/api/stripe/...` before `/api/{tenant}/...`.
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

/// A resource that answers its unknown methods in the envelope, with the known ones in `Allow`.
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
