//! Management tokens.

use diesel::prelude::*;
use mintage_domain::base::id::TokenId;
use mintage_domain::base::secret::SecretHash;
use mintage_domain::base::slug::TenantId;
use mintage_domain::base::time::Timestamp;
use mintage_domain::model::sellers::management_token::{ManagementToken, TokenScope};
use mintage_domain::ports::StoreError;

use crate::place::{Place, stored_list, stored_time, stored_version};
use crate::schema::management_tokens;

/// A row of `management_tokens`.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = management_tokens, treat_none_as_default_value = false)]
pub struct ManagementTokenRow {
    id: String,
    tenant: String,
    hash: Vec<u8>,
    scopes: String,
    created_at: i64,
    revoked_at: Option<i64>,
    version: i64,
}

impl From<&ManagementToken> for ManagementTokenRow {
    fn from(token: &ManagementToken) -> Self {
        Self {
            id: token.id.to_string(),
            tenant: token.tenant.to_string(),
            hash: token.hash.as_bytes().to_vec(),
            scopes: stored_list(token.scopes.iter().map(|scope| scope.as_str())),
            created_at: token.created_at.as_micros(),
            revoked_at: stored_time(token.revoked_at),
            version: stored_version(token.version),
        }
    }
}

impl TryFrom<ManagementTokenRow> for ManagementToken {
    type Error = StoreError;

    fn try_from(row: ManagementTokenRow) -> Result<Self, StoreError> {
        let key = [row.id.as_str()];
        let place = Place::of("management_tokens", &key);
        let scopes: Vec<String> = place.json("scopes", &row.scopes)?;
        Ok(Self {
            id: place.read("id", TokenId::parse(&row.id))?,
            tenant: place.read("tenant", TenantId::parse(&row.tenant))?,
            hash: SecretHash::from_bytes(place.hash("hash", &row.hash)?),
            scopes: scopes
                .iter()
                .map(|scope| place.read("scopes", TokenScope::parse(scope)))
                .collect::<Result<_, _>>()?,
            created_at: Timestamp::from_micros(row.created_at),
            revoked_at: row.revoked_at.map(Timestamp::from_micros),
            version: place.number("version", row.version)?,
        })
    }
}
