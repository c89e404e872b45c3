//! Management tokens.

use diesel::prelude::*;
use mintage_domain::base::id::TokenId;
use mintage_domain::base::secret::SecretHash;
use mintage_domain::base::slug::TenantId;
use mintage_domain::base::time::Timestamp;
use mintage_domain::commit::changes::Changes;
use mintage_domain::commit::row::Row;
use mintage_domain::model::sellers::management_token::{ManagementToken, TokenScope};
use mintage_domain::ports::StoreError;

use super::super::super::db::Conn;
use crate::error::Error;
use crate::lookup::Lookup;
use crate::paging::one;
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

stored!(ManagementTokenRow: management_tokens { key id, fixed tenant, set hash, set scopes, fixed created_at, set revoked_at, set version });

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
