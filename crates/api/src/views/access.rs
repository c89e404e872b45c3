//! Views of API keys.

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

use super::page::PageView;
use crate::schema;

/// A page of API keys.
pub(crate) type ApiKeyPage<'a> = PageView<ApiKeyView<'a>>;

/// An API key without the secret. At most one of `revokedAt` and `expiresAt` is set.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ApiKey)]
pub struct ApiKeyView<'a> {
    #[schema(value_type = schema::ApiKeyId)]
    id: &'a ApiKeyId,
    #[schema(value_type = schema::ProductId)]
    product_id: &'a ProductId,
    #[schema(value_type = schema::ApiKeyScope)]
    scope: &'static str,
    /// `null` for a publishable key, which signs nothing.
    #[schema(required, value_type = Option<schema::SignatureVersion>)]
    signature_version: Option<u8>,
    #[schema(value_type = schema::Mode)]
    mode: Mode,
    #[schema(value_type = schema::Time)]
    created_at: String,
    /// Since when the key is refused.
    #[schema(required, value_type = Option<schema::Time>)]
    revoked_at: Option<String>,
    /// Until when the key is accepted beside the key that replaces it.
    #[schema(required, value_type = Option<schema::Time>)]
    expires_at: Option<String>,
    /// When the key was last used, accurate to a few seconds.
    #[schema(required, value_type = Option<schema::Time>)]
    last_used_at: Option<String>,
}

impl<'a> ApiKeyView<'a> {
    /// The view of an API key at this time.
    pub fn of(key: &'a ApiKey, last_use: Option<Timestamp>, now: Timestamp) -> Self {
        let kind = key.kind();
        Self {
            id: &key.id,
            product_id: &key.product,
            scope: kind.as_str(),
            signature_version: kind.signature_version().map(SignatureVersion::number),
            mode: key.mode,
            created_at: key.created_at.to_rfc3339(),
            revoked_at: key.refused_since(now).map(Timestamp::to_rfc3339),
            expires_at: key.accepted_until(now).map(Timestamp::to_rfc3339),
            last_used_at: last_use.map(Timestamp::to_rfc3339),
        }
    }
}

/// A new API key with the secret, which no later answer contains.
#[derive(Serialize, ToSchema)]
pub struct ApiKeySecret<'a> {
    #[schema(value_type = schema::ApiKeyId)]
    id: &'a ApiKeyId,
    /// `aks_...`, which signs calls. `null` for a publishable key.
    #[schema(required)]
    secret: Option<&'a str>,
}

impl<'a> ApiKeySecret<'a> {
    /// The view of an API key that was just created.
    pub fn of(new: &'a CreatedApiKey) -> Self {
        Self {
            id: &new.id,
            secret: new.secret.as_ref().map(Secret::expose),
        }
    }
}
