//! API keys.

use diesel::prelude::*;
use mintage_domain::base::id::ApiKeyId;
use mintage_domain::base::mode::Mode;
use mintage_domain::base::seal::Sealed;
use mintage_domain::base::slug::{ProductId, TenantId};
use mintage_domain::base::time::Timestamp;
use mintage_domain::model::access::api_key::ApiKey;
use mintage_domain::model::access::credential::{
    Credential, KeyKind, SignatureVersion, Signing, UnknownSignatureVersion,
};
use mintage_domain::ports::StoreError;

use crate::place::{Place, stored_time, stored_version};
use crate::schema::api_keys;

/// A row of `api_keys`.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = api_keys, treat_none_as_default_value = false)]
pub struct ApiKeyRow {
    id: String,
    tenant: String,
    product: String,
    mode: String,
    scope: String,
    sealed_secret: Vec<u8>,
    created_at: i64,
    revoked_at: Option<i64>,
    version: i64,
    signature_version: Option<i64>,
}

impl From<&ApiKey> for ApiKeyRow {
    fn from(key: &ApiKey) -> Self {
        let kind = key.kind();
        let sealed_secret = match &key.credential {
            Credential::Signed(signing) => signing.sealed_secret.to_bytes(),
            Credential::Publishable => Vec::new(),
        };
        let signature_version = kind.signature_version();
        Self {
            id: key.id.to_string(),
            tenant: key.tenant.to_string(),
            product: key.product.to_string(),
            mode: key.mode.as_str().to_owned(),
            scope: kind.as_str().to_owned(),
            sealed_secret,
            created_at: key.created_at.as_micros(),
            revoked_at: stored_time(key.revoked_at),
            version: stored_version(key.version),
            signature_version: signature_version.map(|version| version.number().into()),
        }
    }
}

impl TryFrom<ApiKeyRow> for ApiKey {
    type Error = StoreError;

    fn try_from(row: ApiKeyRow) -> Result<Self, StoreError> {
        let key = [row.id.as_str()];
        let place = Place::of("api_keys", &key);
        Ok(Self {
            id: place.read("id", ApiKeyId::parse(&row.id))?,
            tenant: place.read("tenant", TenantId::parse(&row.tenant))?,
            product: place.read("product", ProductId::parse(&row.product))?,
            mode: place.read("mode", Mode::parse(&row.mode))?,
            credential: credential(&place, &row)?,
            created_at: Timestamp::from_micros(row.created_at),
            revoked_at: row.revoked_at.map(Timestamp::from_micros),
            version: place.number("version", row.version)?,
        })
    }
}

fn credential(place: &Place<'_>, row: &ApiKeyRow) -> Result<Credential, StoreError> {
    let KeyKind::Signed(scope, _) = place.read("scope", KeyKind::parse(&row.scope))? else {
        return Ok(Credential::Publishable);
    };
    let number = row.signature_version.ok_or(UnknownSignatureVersion);
    let version = number.and_then(SignatureVersion::from_number);
    Ok(Credential::Signed(Signing {
        scope,
        version: place.read("signature_version", version)?,
        sealed_secret: place.read("sealed_secret", Sealed::from_bytes(&row.sealed_secret))?,
    }))
}
