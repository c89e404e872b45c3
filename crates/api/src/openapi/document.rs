//! Builds the OpenAPI document.

use std::sync::OnceLock;

use utoipa::openapi::{InfoBuilder, LicenseBuilder, OpenApi, Paths, Server, Tag};

use super::{closed, finish, outbound};

/// The OpenAPI document as text: the server answers, the command line prints, and `docs/openapi.json`
/// holds the same text.
///
/// The text is made when it is first asked for. A server that is never asked keeps no document in memory,
/// and starts without one.
#[derive(Debug)]
pub struct OpenApiJson {
    document: fn() -> OpenApi,
    text: OnceLock<Result<String, String>>,
}

impl OpenApiJson {
    /// The text of the document that this function makes.
    pub const fn of(document: fn() -> OpenApi) -> Self {
        Self {
            document,
            text: OnceLock::new(),
        }
    }

    /// The text, or why the document cannot be serialised.
    pub fn text(&self) -> Result<&str, &str> {
        let text = self.text.get_or_init(|| {
            let text = serde_json::to_string_pretty(&(self.document)());
            text.map(|text| text + "\n")
                .map_err(|error| error.to_string())
        });
        text.as_deref().map_err(String::as_str)
    }
}

/// The tags that group the calls, in the order in which a new reader needs the calls.
const TAGS: [(&str, &str); 7] = [
    (
        "Signed calls",
        "Calls of a seller's backend or app with an API key.",
    ),
    (
        "Checkout",
        "Checkout sessions on the seller's own Stripe account, and Stripe events.",
    ),
    ("Catalog", "Products, their key types and their API keys."),
    (
        "Sales",
        "Licenses, activations, customers, orders and the audit trail.",
    ),
    (
        "Integrations",
        "The Stripe account, the webhook endpoint and mail.",
    ),
    ("Tokens", "The management tokens of a tenant."),
    ("Server", "The health and the description of the server."),
];

/// Describes all endpoints in one document.
pub fn document<'a>(described: impl IntoIterator<Item = &'a OpenApi>) -> OpenApi {
    let license = LicenseBuilder::new()
        .name("MIT OR Apache-2.0")
        .identifier(Some("MIT OR Apache-2.0"))
        .build();
    let info = InfoBuilder::new()
        .title("Mintage")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(ABOUT))
        .license(Some(license))
        .build();
    let mut document = OpenApi::new(info, Paths::new());
    document.servers = Some(vec![server()]);
    document.tags = Some(TAGS.into_iter().map(tag).collect());
    for endpoint in described {
        document.merge(endpoint.clone());
    }
    outbound::add(&mut document);
    finish::finish(&mut document);
    closed::close_bodies(&mut document);
    document
}

/// The document with the call that the server makes, as OpenAPI's `webhooks`: for people, since most
/// generators of clients do not read that section as it is meant.
pub fn with_webhooks(document: &OpenApi) -> OpenApi {
    let mut document = document.clone();
    document.webhooks = Some(outbound::calls());
    document
}

/// A document without servers is refused by linters, and this one does not know where it will be served.
fn server() -> Server {
    let mut server = Server::new("http://127.0.0.1:8080");
    server.description =
        Some("A server on this machine; yours has the URL MINTAGE_PUBLIC_URL.".to_owned());
    server
}

fn tag((name, about): (&str, &str)) -> Tag {
    let mut tag = Tag::new(name);
    tag.description = Some(about.to_owned());
    tag
}

const ABOUT: &str = "\
Sells software licenses through the seller's own Stripe account, issues a license for each paid order \
exactly once, and validates license keys.

**Errors** are `{\"error\": {\"code\", \"message\", \"details\", \"request_id\"}}`. A client decides by \
`code`, which is stable; each call lists its codes in `x-error-codes`.

**Lists** take `cursor` and `limit`, and answer `items`, newest first, and `nextCursor`. **Money** is a \
whole number of minor units and a currency. **Times** are RFC 3339 in UTC.";
