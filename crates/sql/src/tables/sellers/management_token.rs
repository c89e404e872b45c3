//! Management tokens.

use diesel::prelude::*;
use mintage_domain::base::id::TokenId;
use mintage_domain::base::page::{Cursor, Page, PageRequest};
use mintage_domain::base::secret::SecretHash;
use mintage_domain::base::slug::TenantId;
use mintage_domain::base::time::Timestamp;
use mintage_domain::commit::changes::Changes;
use mintage_domain::commit::row::Row;
use mintage_domain::model::sellers::management_token::{ManagementToken, TokenName, TokenScope};
use mintage_domain::ports::StoreError;

use super::super::super::db::{Conn, Db};
use crate::error::Error;
use crate::lookup::Lookup;
use crate::paging::{all, behind, fetch, one};
use crate::place::{Place, stored_list, stored_time, stored_version};
use crate::schema::management_tokens;
use crate::table::{Value, stored};
use crate::writes::Writes;

/// A row of `management_tokens`.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = management_tokens)]
pub struct ManagementTokenRow {
    id: String,
    tenant: String,
    hash: Vec<u8>,
    scopes: String,
    created_at: i64,
    revoked_at: Option<i64>,
    version: i64,
    name: Option<String>,
    expires_at: Option<i64>,
    last_used_at: Option<i64>,
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
            name: token.name.as_ref().map(ToString::to_string),
            expires_at: stored_time(token.expires_at),
            last_used_at: stored_time(token.last_used_at),
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
            name: place.read_some("name", row.name.as_deref(), TokenName::parse)?,
            // A newer version may know more scopes. Here they allow nothing.
            scopes: scopes
                .iter()
                .filter_map(|scope| TokenScope::parse(scope).ok())
                .collect(),
            created_at: Timestamp::from_micros(row.created_at),
            expires_at: row.expires_at.map(Timestamp::from_micros),
            revoked_at: row.revoked_at.map(Timestamp::from_micros),
            last_used_at: row.last_used_at.map(Timestamp::from_micros),
            version: place.number("version", row.version)?,
        })
    }
}

stored!(ManagementTokenRow: management_tokens { key id, fixed tenant, fixed hash, fixed scopes, fixed created_at, set revoked_at, set version, set name, fixed expires_at, fixed last_used_at });

/// How a guard finds a token.
pub(crate) const LOOKUP: Lookup = Lookup::of_random_id("management_tokens", |row| match row {
    Row::Token(id) => Some(vec![Value::text(id)]),
    _ => None,
});

/// Write what a commit changes.
pub(crate) fn write(changes: &Changes, writes: &mut Writes) {
    writes.add_guarded::<ManagementTokenRow, _>(&changes.tokens);
}

/// Get a token by the hash of its secret.
pub fn get_by_hash(conn: &mut Conn, hash: &SecretHash) -> Result<Option<ManagementToken>, Error> {
    let row = management_tokens::table
        .filter(management_tokens::hash.eq(hash.as_bytes().as_slice()))
        .select(ManagementTokenRow::as_select())
        .first(conn)
        .optional()?;
    one(row)
}

/// Get a token of a tenant.
pub fn get(
    conn: &mut Conn,
    tenant: &TenantId,
    id: &TokenId,
) -> Result<Option<ManagementToken>, Error> {
    let row = management_tokens::table
        .find(id.as_str())
        .filter(management_tokens::tenant.eq(tenant.as_str()))
        .select(ManagementTokenRow::as_select())
        .first(conn)
        .optional()?;
    one(row)
}

/// List the tokens of a tenant, newest first.
pub fn list(
    conn: &mut Conn,
    tenant: &TenantId,
    page: &PageRequest,
) -> Result<Page<ManagementToken>, Error> {
    let mut query = management_tokens::table
        .filter(management_tokens::tenant.eq(tenant.as_str()))
        .select(ManagementTokenRow::as_select())
        .order((
            management_tokens::created_at.desc(),
            management_tokens::id.desc(),
        ))
        .limit(fetch(page))
        .into_boxed::<Db>();
    if let Some(after) = &page.after {
        query = query.filter(behind!(
            management_tokens::created_at,
            management_tokens::id,
            after
        ));
    }
    Ok(Page::of(
        all(query.load(conn)?)?,
        page.limit(),
        |it: &ManagementToken| Cursor {
            at: it.created_at,
            id: it.id.to_string(),
        },
    ))
}
