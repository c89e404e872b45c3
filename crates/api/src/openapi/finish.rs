//! Completes the description of each call: the errors before the handler runs, and the headers of every
//! answer.

use std::collections::{BTreeMap, BTreeSet};

use mintage_runtime::problem::ErrorCode;
use serde_json::{Value, json};
use utoipa::openapi::header::{Header, HeaderBuilder};
use utoipa::openapi::path::{Operation, ParameterIn};
use utoipa::openapi::schema::{Object, Type};
use utoipa::openapi::{Content, OpenApi, Ref, RefOr, Response, ResponseBuilder};
use utoipa::{PartialSchema, ToSchema};

use super::security;
use crate::error::Envelope;

/// The extension with error codes. A handler lists its own codes there, and the document lists all codes
/// of the call.
pub(super) const ERROR_CODES: &str = "x-error-codes";

/// The headers of rate limits.
const LIMIT: [&str; 2] = ["RateLimit", "RateLimit-Policy"];

/// Completes every call.
pub(super) fn finish(document: &mut OpenApi) {
    let components = document.components.get_or_insert_default();
    components.security_schemes = security::schemes();
    components.headers = headers();
    let mut schemas = vec![(Envelope::name().into_owned(), Envelope::schema())];
    Envelope::schemas(&mut schemas);
    components.schemas.extend(schemas);
    for item in document.paths.paths.values_mut() {
        for operation in [
            &mut item.get,
            &mut item.put,
            &mut item.post,
            &mut item.delete,
            &mut item.patch,
        ] {
            let refusals = operation.iter_mut().flat_map(complete);
            components.responses.extend(refusals);
        }
    }
}

fn headers() -> BTreeMap<String, RefOr<Header>> {
    let header = |kind: Type, description: &str| {
        let header = HeaderBuilder::new()
            .schema(Some(Object::with_type(kind)))
            .description(Some(description))
            .build();
        RefOr::T(header)
    };
    BTreeMap::from([
        (
            "X-Request-Id".to_owned(),
            header(
                Type::String,
                "Identifies this call in the log of the server.",
            ),
        ),
        (
            "Retry-After".to_owned(),
            header(Type::Integer, "After how many seconds to try again."),
        ),
        (
            "RateLimit".to_owned(),
            header(
                Type::String,
                "The tightest limit of the caller: `r` calls remain for `t` seconds, as far as the \
                 answering server knows.",
            ),
        ),
        (
            "RateLimit-Policy".to_owned(),
            header(
                Type::String,
                "The policy of this limit: `q` calls in `w` seconds.",
            ),
        ),
    ])
}

/// Completes a call; returns the refusals that the call refers to, by name.
fn complete(operation: &mut Operation) -> Vec<(String, RefOr<Response>)> {
    // Only the HTML pages describe a default answer; these pages have no error envelope.
    let is_page = operation.responses.responses.contains_key("default");
    let codes = if is_page {
        Vec::new()
    } else {
        codes(operation)
    };
    let is_limited = codes
        .iter()
        .any(|code| code.as_str() == security::RATE_LIMITED);
    for answer in operation.responses.responses.values_mut() {
        if let RefOr::T(answer) = answer {
            add_header(answer, "X-Request-Id");
            if is_limited {
                for header in LIMIT {
                    add_header(answer, header);
                }
            }
        }
    }
    let mut refusals = Vec::new();
    if !codes.is_empty() {
        let list: Vec<&str> = codes.iter().map(|code| code.as_str()).collect();
        let extensions = operation.extensions.get_or_insert_default();
        extensions.insert(ERROR_CODES.to_owned(), json!(list));
    }
    for (status, codes) in by_status(&codes) {
        let name = name(&codes);
        let reference = RefOr::Ref(Ref::from_response_name(&name));
        let answers = &mut operation.responses.responses;
        answers.insert(status.to_string(), reference);
        refusals.push((name, RefOr::T(refusal(status, &codes))));
    }
    // A call without a caller says so: an empty list.
    operation.security.get_or_insert_default();
    refusals
}

/// The name of a refusal with these codes: `common.not-found`.
fn name(codes: &[ErrorCode]) -> String {
    let names: Vec<String> = codes
        .iter()
        .map(|code| code.as_str().replace('/', "."))
        .collect();
    names.join("_")
}

fn add_header(answer: &mut Response, header: &str) {
    let reference = Ref::new(format!("#/components/headers/{header}"));
    answer
        .headers
        .insert(header.to_owned(), RefOr::Ref(reference));
}

/// All error codes of a call: the codes that the handler lists, and the codes that follow from the
/// security schemes, the body and the parameters.
fn codes(operation: &mut Operation) -> Vec<ErrorCode> {
    let mut names: BTreeSet<String> = security::complete(operation)
        .into_iter()
        .map(str::to_owned)
        .collect();
    let listed = operation
        .extensions
        .as_ref()
        .and_then(|all| all.get(ERROR_CODES));
    if let Some(Value::Array(own)) = listed {
        names.extend(own.iter().filter_map(Value::as_str).map(str::to_owned));
    }
    let mut add = |codes: &[&str]| names.extend(codes.iter().map(|code| (*code).to_owned()));
    if operation.request_body.is_some() {
        add(&["validation/invalid-input", "validation/body-too-large"]);
    }
    if is_json(operation) {
        add(&["validation/unsupported-media-type"]);
    }
    for parameter in operation.parameters.iter().flatten() {
        if let RefOr::T(parameter) = parameter {
            match parameter.parameter_in {
                ParameterIn::Path => add(&["common/not-found"]),
                _ => add(&["validation/invalid-input"]),
            }
        }
    }
    if operation.security.is_some() {
        add(&["common/internal", "common/unavailable"]);
    }
    ErrorCode::ALL
        .iter()
        .copied()
        .filter(|code| names.contains(code.as_str()))
        .collect()
}

fn is_json(operation: &Operation) -> bool {
    match &operation.request_body {
        Some(RefOr::T(body)) => body.content.contains_key("application/json"),
        _ => false,
    }
}

fn by_status(codes: &[ErrorCode]) -> BTreeMap<u16, Vec<ErrorCode>> {
    let mut all: BTreeMap<u16, Vec<ErrorCode>> = BTreeMap::new();
    for &code in codes {
        all.entry(code.status()).or_default().push(code);
    }
    all
}

/// An answer in the error envelope.
fn refusal(status: u16, codes: &[ErrorCode]) -> Response {
    let lines: Vec<String> = codes
        .iter()
        .map(|code| format!("`{}`: {}.", code.as_str(), code.when()))
        .collect();
    let schema = Ref::from_schema_name(Envelope::name());
    let mut answer = ResponseBuilder::new()
        .description(lines.join("\n\n"))
        .content("application/json", Content::new(Some(schema)))
        .build();
    add_header(&mut answer, "X-Request-Id");
    if matches!(status, 429 | 503) {
        add_header(&mut answer, "Retry-After");
    }
    if status == 429 {
        for header in LIMIT {
            add_header(&mut answer, header);
        }
    }
    answer
}
