//! Who may call: the schemes, as the description names them, and what each of them refuses.
//!
//! - `apiKey`: signed calls, by an API key. A handler names it alone; its signature goes with it.
//! - `managementToken`: management calls, with the scope that the token needs.
//! - `checkoutKey`: opening checkouts.
//! - `stripeSignature`: Stripe's own calls.

use std::collections::BTreeMap;
use utoipa::openapi::path::Operation;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{RefOr, SecurityRequirement};

const API_KEY: &str = "apiKey";
const MANAGEMENT_TOKEN: &str = "managementToken";
const CHECKOUT_KEY: &str = "checkoutKey";
const STRIPE_SIGNATURE: &str = "stripeSignature";
/// What every call with a credential may be answered, and what says that it tells its limits.
pub(super) const RATE_LIMITED: &str = "common/rate-limited";
/// What goes with [`API_KEY`].
const SIGNATURE: [&str; 2] = ["timestamp", "signature"];

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
    let [timestamp, signature] = SIGNATURE;
    let schemes = [
        (
            API_KEY,
            bearer("The id of an API key: `ak_live_...` or `ak_test_...`"),
        ),
        (
            timestamp,
            header(
                "X-KeyStack-Timestamp",
                "When the call was signed, in seconds or milliseconds since 1970; good for five \
                 minutes either way.",
            ),
        ),
        (
            signature,
            header(
                "X-KeyStack-Signature",
                "Hex of HMAC-SHA256(the API key's secret, timestamp + \".\" + raw body). Good once.",
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

/// Adds to an API key what goes with it, and tells what the schemes of a call refuse.
pub(super) fn complete(operation: &mut Operation) -> Vec<&'static str> {
    let mut codes = Vec::new();
    for requirement in operation.security.iter_mut().flatten() {
        let names = names(requirement);
        let is = |name: &str| names.iter().any(|named| named == name);
        if is(API_KEY) {
            let with_signature = SIGNATURE
                .into_iter()
                .fold(requirement.clone(), |all, name| {
                    all.add(name, [] as [&str; 0])
                });
            *requirement = with_signature;
            codes.extend(["api/signature-invalid", "api/timestamp-replay"]);
        }
        if is(API_KEY) || is(MANAGEMENT_TOKEN) {
            codes.push("authz/role-insufficient");
        }
        if is(API_KEY) || is(MANAGEMENT_TOKEN) || is(CHECKOUT_KEY) {
            codes.extend(["api/key-invalid", RATE_LIMITED]);
        }
        if is(STRIPE_SIGNATURE) {
            codes.push("webhook/signature-invalid");
        }
    }
    codes
}

/// The schemes of a requirement, which keeps them to itself but for writing them.
fn names(requirement: &SecurityRequirement) -> Vec<String> {
    match serde_json::to_value(requirement) {
        Ok(serde_json::Value::Object(schemes)) => {
            schemes.into_iter().map(|(name, _)| name).collect()
        }
        _ => Vec::new(),
    }
}
