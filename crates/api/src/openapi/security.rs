//! The security schemes, and the errors that each of them brings.
//!
//! - `apiKey`: signed calls. A handler names this scheme alone; the headers of both signature versions
//!   are added here.
//! - `publishableKey`: unsigned calls of apps.
//! - `managementToken`: management calls, with the scope that the token needs.
//! - `checkoutKey`: checkouts.
//! - `stripeSignature`: calls of Stripe.

use std::collections::BTreeMap;

use utoipa::openapi::path::Operation;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{RefOr, SecurityRequirement};

const API_KEY: &str = "apiKey";
const PUBLISHABLE_KEY: &str = "publishableKey";
const MANAGEMENT_TOKEN: &str = "managementToken";
const CHECKOUT_KEY: &str = "checkoutKey";
const STRIPE_SIGNATURE: &str = "stripeSignature";
/// The code of calls with a rate limit. Their answers carry the headers of rate limits.
pub(super) const RATE_LIMITED: &str = "common/rate-limited";
/// The headers that [`API_KEY`] needs, by the version of its signature.
const SIGNATURES: [&[&str]; 2] = [&[TIMESTAMP, SIGNATURE], &[TIMESTAMP, NONCE, SIGNATURE]];
const TIMESTAMP: &str = "timestamp";
const NONCE: &str = "nonce";
const SIGNATURE: &str = "signature";

fn bearer(about: &str) -> SecurityScheme {
    let mut http = Http::new(HttpAuthScheme::Bearer);
    http.description = Some(about.to_owned());
    SecurityScheme::Http(http)
}

fn header(name: &str, about: &str) -> SecurityScheme {
    SecurityScheme::ApiKey(ApiKey::Header(ApiKeyValue::with_description(name, about)))
}

/// Every scheme by its name.
pub(super) fn schemes() -> BTreeMap<String, RefOr<SecurityScheme>> {
    let schemes = [
        (
            API_KEY,
            bearer("The id of an API key: `ak_live_...` or `ak_test_...`"),
        ),
        (
            PUBLISHABLE_KEY,
            bearer("A publishable key, `pub_live_...` or `pub_test_...`. Nothing is signed."),
        ),
        (
            TIMESTAMP,
            header(
                "X-KeyStack-Timestamp",
                "When the call was signed, in seconds or milliseconds since 1970; good for five \
                 minutes either way.",
            ),
        ),
        (
            NONCE,
            header(
                "X-KeyStack-Nonce",
                "Of version 2: 16 to 64 characters of `A-Z a-z 0-9 _ -`, new for each call.",
            ),
        ),
        (
            SIGNATURE,
            header(
                "X-KeyStack-Signature",
                "Version 1: hex of HMAC-SHA256(the API key's secret, timestamp + \".\" + raw body). \
                 Version 2: `v2=` and hex of HMAC-SHA256(the secret, \"v2\", timestamp, nonce, method, \
                 path with query, and raw body, joined by line feeds). Good once; each API key takes \
                 one of the two.",
            ),
        ),
        (
            MANAGEMENT_TOKEN,
            bearer("A management token, `mt_...`, that has the scope which the call names."),
        ),
        (
            CHECKOUT_KEY,
            bearer("The tenant's checkout key, 64 hex digits."),
        ),
        (
            STRIPE_SIGNATURE,
            header(
                "Stripe-Signature",
                "As Stripe signs its webhooks, with the endpoint's secret.",
            ),
        ),
    ];
    schemes
        .into_iter()
        .map(|(name, scheme)| (name.to_owned(), RefOr::T(scheme)))
        .collect()
}

/// Adds the signature headers to API keys, and returns the codes that the schemes of a call bring.
pub(super) fn complete(operation: &mut Operation) -> Vec<&'static str> {
    let mut codes = Vec::new();
    let mut complete = Vec::new();
    for requirement in operation.security.take().into_iter().flatten() {
        let names = names(&requirement);
        let is = |name: &str| names.iter().any(|named| named == name);
        if is(API_KEY) || is(MANAGEMENT_TOKEN) {
            codes.push("authz/role-insufficient");
        }
        if is(API_KEY) || is(PUBLISHABLE_KEY) || is(MANAGEMENT_TOKEN) || is(CHECKOUT_KEY) {
            codes.extend(["api/key-invalid", RATE_LIMITED]);
        }
        if is(STRIPE_SIGNATURE) {
            codes.push("webhook/signature-invalid");
        }
        if is(API_KEY) {
            complete.extend(SIGNATURES.map(|with| signed(&requirement, with)));
            codes.extend(["api/signature-invalid", "api/timestamp-replay"]);
        } else {
            complete.push(requirement);
        }
    }
    operation.security = Some(complete).filter(|all| !all.is_empty());
    codes
}

fn signed(requirement: &SecurityRequirement, with: &[&str]) -> SecurityRequirement {
    let add = |all: SecurityRequirement, name: &&str| all.add(*name, [] as [&str; 0]);
    with.iter().fold(requirement.clone(), add)
}

/// The names of the schemes of a requirement. `SecurityRequirement` has no accessor for them, so they
/// are read from its JSON.
fn names(requirement: &SecurityRequirement) -> Vec<String> {
    match serde_json::to_value(requirement) {
        Ok(serde_json::Value::Object(schemes)) => {
            schemes.into_iter().map(|(name, _)| name).collect()
        }
        _ => Vec::new(),
    }
}
