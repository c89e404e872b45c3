//! The endpoints of the JSON API and of the pages, and the one description of all of them.

use std::io;

use mintage_api::endpoint::Endpoint;
use mintage_api::openapi::{OpenApi, OpenApiJson, document, with_webhooks};
use mintage_web::docs::DocsPage;

/// All endpoints that the server mounts.
pub(crate) fn endpoints() -> Vec<Endpoint> {
    let pages = mintage_web::endpoints().into_iter().map(|page| Endpoint {
        described: page.described,
        handler: page.handler,
    });
    pages.chain(mintage_api::endpoints()).collect()
}

/// All endpoints, with what mounting them takes: their paths without the schemas, which are most of a
/// description.
pub(crate) fn mounted_endpoints() -> Vec<Endpoint> {
    let mut endpoints = endpoints();
    for endpoint in &mut endpoints {
        endpoint.described.components = None;
    }
    endpoints
}

/// The description of the endpoints, as JSON and as a page of the server at a URL.
pub(crate) fn describe(base_url: &str) -> (OpenApiJson, DocsPage) {
    let for_people = || serde_json::to_value(with_webhooks(&openapi()));
    (OpenApiJson::of(openapi), DocsPage::of(for_people, base_url))
}

/// The OpenAPI document of the server, as `mintage openapi` prints it.
pub fn openapi_json() -> io::Result<String> {
    let json = OpenApiJson::of(openapi);
    json.text().map(str::to_owned).map_err(io::Error::other)
}

fn openapi() -> OpenApi {
    let endpoints = endpoints();
    document(endpoints.iter().map(|endpoint| &endpoint.described))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use mintage_runtime::problem::ErrorCode;

    use super::*;

    const ERROR_CODES: &str = "x-error-codes";

    /// utoipa keeps the first of two schemas that share a name, without an error.
    #[test]
    fn no_two_schemas_share_a_name() {
        let mut known = BTreeMap::new();
        for Endpoint { described, .. } in &endpoints() {
            for (name, schema) in described.components.iter().flat_map(|all| &all.schemas) {
                let known = known.entry(name).or_insert(schema);
                assert!(*known == schema, "{name} has two schemas");
            }
        }
    }

    /// A misspelt code would be missing from the description without an error.
    #[test]
    fn every_error_code_that_a_handler_names_exists() {
        let mut named = 0;
        for Endpoint { described, .. } in &endpoints() {
            let call = serde_json::to_value(&described.paths).expect("JSON");
            let methods = call.as_object().into_iter().flat_map(|all| all.values());
            for call in methods.flat_map(|item| item.as_object().into_iter().flatten()) {
                for code in call.1[ERROR_CODES].as_array().into_iter().flatten() {
                    let known = ErrorCode::ALL.iter().any(|known| *code == known.as_str());
                    assert!(known, "{code} of {}", call.1["operationId"]);
                    named += 1;
                }
            }
        }
        assert!(named > 20, "only {named} were found");
    }
}
