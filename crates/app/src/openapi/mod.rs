//! What the server says of itself at `/openapi.json`: gathered from what stands beside each handler.
//!
//! A handler tells its own method, path, body and answer by `#[utoipa::path]`. What follows from
//! those (who may call it, what is refused before it runs, what every answer carries) is added here
//! once for all.

pub(crate) mod page;
pub(crate) mod words;

mod finish;
mod outbound;
mod security;

use crate::routes;
use std::sync::LazyLock;
use utoipa::openapi::{InfoBuilder, License, OpenApi, Paths, Tag};

static JSON: LazyLock<String> = LazyLock::new(|| {
    let text = serde_json::to_string_pretty(&document());
    // A description is made of texts and numbers alone; there is a test that has read it.
    text.map_or_else(|_| String::new(), |text| text + "\n")
});

/// The description as it is served, printed and kept in `docs/openapi.json`.
pub fn json() -> &'static str {
    &JSON
}

/// How the calls are grouped, in the order in which a newcomer needs them.
const TAGS: [(&str, &str); 6] = [
    (
        "Signed calls",
        "What a seller's backend or app asks with an API key.",
    ),
    (
        "Checkout",
        "Selling through the seller's own Stripe account.",
    ),
    ("Catalog", "Products, their key types and their API keys."),
    (
        "Sales",
        "Licenses, devices, customers and orders, and who did what.",
    ),
    (
        "Integrations",
        "The Stripe account, and the webhook that tells of licenses.",
    ),
    ("Server", "The server itself."),
];

/// Every call, described.
pub(crate) fn document() -> OpenApi {
    let info = InfoBuilder::new()
        .title("Mintage")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(ABOUT))
        .license(Some(License::new("MIT OR Apache-2.0")))
        .build();
    let mut document = OpenApi::new(info, Paths::new());
    document.tags = Some(
        TAGS.into_iter()
            .map(|(name, about)| {
                let mut tag = Tag::new(name);
                tag.description = Some(about.to_owned());
                tag
            })
            .collect(),
    );
    for described in routes::described() {
        document.merge(described.clone());
    }
    outbound::add(&mut document);
    finish::finish(&mut document);
    document
}

const ABOUT: &str = "\
Sells software licenses through the seller's own Stripe account, mints each paid order exactly once, \
and validates it for life.

**Errors** are `{\"error\": {\"code\", \"message\", \"details\", \"request_id\"}}`. Go by `code`, \
which is stable; each call lists its own in `x-error-codes`.

**Lists** take `cursor` and `limit` and answer `items` and `nextCursor`, newest first. **Money** is a \
whole number of minor units and a currency. **Times** are RFC 3339, UTC.";

#[cfg(test)]
mod tests {
    use super::finish::ERROR_CODES;
    use super::*;
    use mintage_runtime::problem::ErrorCode;
    use std::collections::BTreeMap;

    /// Gathering keeps the first of two shapes that share a name, and says nothing.
    #[test]
    fn no_two_shapes_share_a_name() {
        let mut known = BTreeMap::new();
        for described in routes::described() {
            for (name, shape) in described.components.iter().flat_map(|all| &all.schemas) {
                let known = known.entry(name).or_insert(shape);
                assert!(*known == shape, "{name} has two shapes");
            }
        }
    }

    /// One that is misspelt would be left out in silence.
    #[test]
    fn every_code_that_a_handler_names_is_known() {
        let mut named = 0;
        for described in routes::described() {
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
