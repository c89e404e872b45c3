//! What an owner is shown of a thing, over HTTP and on the command line alike.

mod audit;
mod customer;
mod license;

pub(crate) use audit::AuditEntryBody;
pub(crate) use customer::CustomerBody;
pub(crate) use license::{ActivationBody, LicenseBody};

use crate::openapi::words;
use mintage_domain::api_key::ApiKey;
use mintage_domain::id::ApiKeyId;
use mintage_domain::mode::Mode;
use mintage_domain::slug::ProductId;
use mintage_domain::time::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

/// An API key, without its secret. One of `revokedAt` and `expiresAt` is told at most.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ApiKey)]
pub(crate) struct ApiKeyBody<'a> {
    #[schema(value_type = words::ApiKeyId)]
    id: &'a ApiKeyId,
    #[schema(value_type = words::ProductId)]
    product_id: &'a ProductId,
    #[schema(value_type = words::ApiKeyScope)]
    scope: &'static str,
    #[schema(value_type = words::Mode)]
    mode: Mode,
    #[schema(value_type = words::Time)]
    created_at: String,
    /// Since when it is refused.
    #[schema(required, value_type = Option<words::Time>)]
    revoked_at: Option<String>,
    /// Until when it is still good beside the key that replaces it.
    #[schema(required, value_type = Option<words::Time>)]
    expires_at: Option<String>,
    /// When it was last used, to within a few seconds.
    #[schema(required, value_type = Option<words::Time>)]
    last_used_at: Option<String>,
}

/// An API key as it is shown at this time.
pub(crate) fn api_key(key: &ApiKey, last_use: Option<Timestamp>, now: Timestamp) -> ApiKeyBody<'_> {
    let end = key.revoked_at.map(Timestamp::to_rfc3339);
    let (revoked_at, expires_at) = if key.is_good(now) {
        (None, end)
    } else {
        (end, None)
    };
    ApiKeyBody {
        id: &key.id,
        product_id: &key.product,
        scope: key.scope.as_str(),
        mode: key.mode,
        created_at: key.created_at.to_rfc3339(),
        revoked_at,
        expires_at,
        last_used_at: last_use.map(Timestamp::to_rfc3339),
    }
}
