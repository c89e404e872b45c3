//! What an owner is shown of a thing, over HTTP and on the command line alike.

mod audit;
mod customer;
mod license;

pub(crate) use audit::AuditEntry;
pub(crate) use customer::Customer;
pub(crate) use license::{Device, License};

use mintage_domain::api_key::ApiKey;
use mintage_domain::time::Timestamp;
use serde_json::{Value, json};

/// An API key, without its secret. `revokedAt` says since when it is refused, `expiresAt` until
/// when it is still good beside the key that replaces it; one of them at most.
pub(crate) fn api_key(key: &ApiKey, now: Timestamp) -> Value {
    let end = key.revoked_at.map(Timestamp::to_rfc3339);
    let (revoked_at, expires_at) = if key.is_good(now) {
        (None, end)
    } else {
        (end, None)
    };
    json!({
        "id": key.id,
        "productId": key.product,
        "scope": key.scope.as_str(),
        "mode": key.mode,
        "createdAt": key.created_at.to_rfc3339(),
        "revokedAt": revoked_at,
        "expiresAt": expires_at,
    })
}
