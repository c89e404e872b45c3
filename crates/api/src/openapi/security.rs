//! The security schemes, and the error codes of each scheme.
//!
//! - `apiKey`: signed calls. A handler names only this scheme; this module adds the headers of both
//!   signature versions.
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
/// The code of calls with a rate limit. The answers of these calls have the headers of rate limits.
pub(super) const RATE_LIMITED: &str = "common/rate-limited";
/// The headers that [`API_KEY`] needs, for each signature version.
const SIGNATURES: [&[&str]; 2] = [&[TIMESTAMP, SIGNATURE], &[TIMESTAMP, NONCE, SIGNATURE]];
const TIMESTAMP: &str = "timestamp";
const NONCE: &str = "nonce";
const SIGNATURE: &str = "signature";

fn bearer(description: &str) -> SecurityScheme {
    let mut http = Http::new(HttpAuthScheme::Bearer);
    http.description = Some(description.to_owned());
    SecurityScheme::Http(http)
}

fn header(name: &str, description: &str) -> SecurityScheme {
    SecurityScheme::ApiKey(ApiKey::Header(ApiKeyValue::with_description(
        name,
        description,
    )))
}

/// All schemes by name.
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
                "When the call was signed, in seconds or milliseconds since 1970. The server accepts \
                 five minutes before and after its own time.",
            ),
        ),
        (
            NONCE,
            header(
                "X-KeyStack-Nonce",
                "For version 2: 16 to 64 characters of `A-Z a-z 0-9 _ -`, new for each call.",
            ),
        ),
        (
            SIGNATURE,
            header(
                "X-KeyStack-Signature",
                "Version 1: hex of HMAC-SHA256(the API key's secret, timestamp + \".\" + raw body). \
                 Version 2: `v2=` and hex of HMAC-SHA256(the secret, \"v2\", timestamp, nonce, method, \
                 path with query, and raw body, joined by line feeds). A signature is accepted once. \
                 Each API key has one of the two versions.",
            ),
        ),
        (
            MANAGEMENT_TOKEN,
            bearer("A management token, `mt_...`, with the scope that the call names."),
        ),
        (
            CHECKOUT_KEY,
            bearer("The tenant's checkout key, 64 hex digits."),
        ),
        (
            STRIPE_SIGNATURE,
            header(
                "Stripe-Signature",
                "The signature of Stripe, made with the secret of the endpoint.",
            ),
        ),
    ];
    schemes
        .into_iter()
        .map(|(name, scheme)| (name.to_owned(), RefOr::T(scheme)))
        .collect()
}

/// Adds the signature headers to API keys, and returns the error codes of the schemes of a call.
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
        if is(MANAGEMENT_TOKEN) {
            codes.push("tenant/suspended");
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

/// The names of the schemes of a requirement. `SecurityRequirement` has no accessor for the names, so
/// this function reads the JSON of the requirement.
fn names(requirement: &SecurityRequirement) -> Vec<String> {
    match serde_json::to_value(requirement) {
        Ok(serde_json::Value::Object(schemes)) => {
            schemes.into_iter().map(|(name, _)| name).collect()
        }
        _ => Vec::new(),
    }
}
