//! What an owner is shown of a thing, over HTTP and on the command line alike.

use mintage_domain::api_key::{ApiKey, SignatureVersion};
use mintage_domain::secret::Secret;
use mintage_domain::time::Timestamp;
use mintage_domain::usecase::api_key::NewApiKey;
use serde_json::{Value, json};

/// An API key, without its secret. A publishable key has no `signatureVersion`. `revokedAt` says since when it is refused, `expiresAt` until
/// when it is still good beside the key that replaces it; one of them at most.
pub(crate) fn api_key(key: &ApiKey, now: Timestamp) -> Value {
    let end = key.revoked_at.map(Timestamp::to_rfc3339);
    let (revoked_at, expires_at) = if key.is_good(now) {
        (None, end)
    } else {
        (end, None)
    };
    let kind = key.kind();
    json!({
        "id": key.id,
        "productId": key.product,
        "scope": kind.as_str(),
        "signatureVersion": kind.signature_version().map(SignatureVersion::number),
        "mode": key.mode,
        "createdAt": key.created_at.to_rfc3339(),
        "revokedAt": revoked_at,
        "expiresAt": expires_at,
    })
}

/// An API key that was just made, with the secret that nobody is shown again.
pub(crate) fn new_api_key(made: &NewApiKey) -> Value {
    json!({"id": made.id, "secret": made.secret.as_ref().map(Secret::expose)})
}
