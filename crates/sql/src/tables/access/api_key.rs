//! API keys.

use diesel::prelude::*;
use mintage_domain::base::id::ApiKeyId;
use mintage_domain::base::mode::Mode;
use mintage_domain::base::page::{Cursor, Page, PageRequest};
use mintage_domain::base::seal::Sealed;
use mintage_domain::base::slug::{ProductId, TenantId};
use mintage_domain::base::time::Timestamp;
use mintage_domain::commit::changes::Changes;
use mintage_domain::commit::row::Row;
use mintage_domain::model::access::api_key::ApiKey;
use mintage_domain::model::access::credential::{
    Credential, KeyKind, SignatureVersion, Signing, UnknownSignatureVersion,
};
use mintage_domain::ports::StoreError;

use super::super::super::db::{Conn, Db};
use crate::error::Error;
use crate::lookup::Lookup;
use crate::paging::{all, behind, fetch, one};
use crate::place::{Place, stored_time, stored_version};
use crate::schema::api_keys;
use crate::table::{Value, stored};
use crate::writes::Writes;

/// A row of `api_keys`.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = api_keys)]
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

stored!(ApiKeyRow: api_keys { key id, fixed tenant, fixed product, set mode, set scope, set sealed_secret, fixed created_at, set revoked_at, set version, set signature_version });

/// How a guard finds an API key.
pub(crate) const LOOKUP: Lookup = Lookup::of_random_id("api_keys", |row| match row {
    Row::ApiKey(id) => Some(vec![Value::text(id)]),
    _ => None,
});

/// Write what a commit changes.
pub(crate) fn write(changes: &Changes, writes: &mut Writes) {
    writes.add_guarded::<ApiKeyRow, _>(&changes.api_keys);
}

/// Get an API key by its public id.
pub fn get(conn: &mut Conn, id: &ApiKeyId) -> Result<Option<ApiKey>, Error> {
    let row = api_keys::table
        .find(id.as_str())
        .select(ApiKeyRow::as_select())
        .first(conn)
        .optional()?;
    one(row)
}

/// List the API keys of a tenant, of one product or of all, newest first.
pub fn list(
    conn: &mut Conn,
    tenant: &TenantId,
    product: Option<&ProductId>,
    page: &PageRequest,
) -> Result<Page<ApiKey>, Error> {
    let mut query = api_keys::table
        .filter(api_keys::tenant.eq(tenant.as_str()))
        .select(ApiKeyRow::as_select())
        .order((api_keys::created_at.desc(), api_keys::id.desc()))
        .limit(fetch(page))
        .into_boxed::<Db>();
    if let Some(product) = product {
        query = query.filter(api_keys::product.eq(product.as_str()));
    }
    if let Some(after) = &page.after {
        query = query.filter(behind!(api_keys::created_at, api_keys::id, after));
    }
    Ok(Page::of(
        all(query.load(conn)?)?,
        page.limit(),
        |it: &ApiKey| Cursor {
            at: it.created_at,
            id: it.id.to_string(),
        },
    ))
}
