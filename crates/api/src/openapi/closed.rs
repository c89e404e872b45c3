//! Marks the bodies of requests whose unknown fields are refused.

use std::collections::{BTreeSet, VecDeque};

use utoipa::openapi::schema::AdditionalProperties;
use utoipa::openapi::{OpenApi, PathItem, RefOr, Schema};

/// The calls of apps in the field, which pass over fields that they do not know.
const OPEN: [&str; 4] = [
    "/v1/activate",
    "/v1/deactivate",
    "/v1/heartbeat",
    "/v1/validate",
];

/// The path of Stripe's events, which hold what Stripe sends.
const STRIPE: &str = "/api/stripe/";

/// Marks every schema that only such bodies consist of.
pub(super) fn close_bodies(document: &mut OpenApi) {
    let bodies = document
        .paths
        .paths
        .iter()
        .filter(|(path, _)| !OPEN.contains(&path.as_str()) && !path.starts_with(STRIPE))
        .flat_map(|(_, item)| body_names(item));
    let bodies: BTreeSet<String> = bodies.collect();
    let mut names: VecDeque<String> = bodies.iter().cloned().collect();
    let Some(components) = &mut document.components else {
        return;
    };
    let mut seen = BTreeSet::new();
    while let Some(name) = names.pop_front() {
        if !seen.insert(name.clone()) {
            continue;
        }
        if let Some(RefOr::T(Schema::Object(object))) = components.schemas.get_mut(&name) {
            names.extend(object.properties.values().flat_map(parts));
            // A part without fields may be anything; a body without fields has none.
            if !object.properties.is_empty() || bodies.contains(&name) {
                object.additional_properties =
                    Some(Box::new(AdditionalProperties::FreeForm(false)));
            }
        }
    }
}

/// The names of the schemas of the bodies of a path's calls.
fn body_names(item: &PathItem) -> impl Iterator<Item = String> {
    [&item.put, &item.post, &item.patch, &item.delete]
        .into_iter()
        .flatten()
        .filter_map(|operation| match &operation.request_body {
            Some(RefOr::T(body)) => Some(body.content.values()),
            Some(RefOr::Ref(_)) | None => None,
        })
        .flatten()
        .filter_map(|content| match content {
            RefOr::T(content) => content.schema.as_ref(),
            RefOr::Ref(_) => None,
        })
        .flat_map(parts)
}

/// The names of the schemas that a schema refers to.
fn parts(schema: &RefOr<Schema>) -> Vec<String> {
    match schema {
        RefOr::Ref(reference) => {
            let name = reference.ref_location.rsplit('/').next();
            name.map(str::to_owned).into_iter().collect()
        }
        RefOr::T(Schema::OneOf(one_of)) => one_of.items.iter().flat_map(parts).collect(),
        RefOr::T(_) => Vec::new(),
    }
}
