//! What an owner is shown of a thing, over HTTP and on the command line alike.

mod audit;
mod customer;
mod license;

pub(crate) use audit::AuditEntryBody;
pub(crate) use customer::CustomerBody;
pub(crate) use license::{ActivationBody, LicenseBody};

use mintage_domain::base::id::ApiKeyId;
use mintage_domain::base::mode::Mode;
use mintage_domain::base::secret::Secret;
use mintage_domain::base::slug::ProductId;
use mintage_domain::base::time::Timestamp;
use mintage_domain::model::access::api_key::ApiKey;
use mintage_domain::model::access::credential::SignatureVersion;
use mintage_domain::usecase::access::api_key::CreatedApiKey;
use serde::Serialize;
use utoipa::ToSchema;

use crate::openapi::words;

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
    /// `null` for a publishable key, which signs nothing.
    #[schema(required, value_type = Option<words::SignatureVersion>)]
    signature_version: Option<u8>,
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
    let kind = key.kind();
    ApiKeyBody {
        id: &key.id,
        product_id: &key.product,
        scope: kind.as_str(),
        signature_version: kind.signature_version().map(SignatureVersion::number),
        mode: key.mode,
        created_at: key.created_at.to_rfc3339(),
        revoked_at,
        expires_at,
        last_used_at: last_use.map(Timestamp::to_rfc3339),
    }
}

/// A new API key, with the secret that nobody is shown again.
#[derive(Serialize, ToSchema)]
pub(crate) struct ApiKeySecret<'a> {
    #[schema(value_type = words::ApiKeyId)]
    id: &'a ApiKeyId,
    /// `aks_...`: signs calls. `null` for a publishable key, which has none.
    #[schema(required)]
    secret: Option<&'a str>,
}

/// An API key that was just made.
pub(crate) fn made_api_key(made: &CreatedApiKey) -> ApiKeySecret<'_> {
    ApiKeySecret {
        id: &made.id,
        secret: made.secret.as_ref().map(Secret::expose),
    }
}
