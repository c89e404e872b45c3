//! OAuth rounds.

use diesel::prelude::*;
use mintage_domain::base::id::TokenId;
use mintage_domain::base::mode::Mode;
use mintage_domain::base::secret::SecretHash;
use mintage_domain::base::slug::TenantId;
use mintage_domain::base::time::Timestamp;
use mintage_domain::commit::changes::Changes;
use mintage_domain::commit::row::Row;
use mintage_domain::model::stripe::oauth_round::OAuthRound;
use mintage_domain::ports::StoreError;

use super::super::super::db::Conn;
use crate::error::Error;
use crate::lookup::Lookup;
use crate::paging::one;
use crate::place::{Place, stored_version};
use crate::schema::oauth_rounds;
use crate::table::{Value, stored};
use crate::writes::Writes;

/// A row of `oauth_rounds`.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = oauth_rounds)]
pub struct OAuthRoundRow {
    state: Vec<u8>,
    tenant: String,
    mode: String,
    expires_at: i64,
    used: bool,
    version: i64,
    begun_by: Option<String>,
    browser: Option<Vec<u8>>,
}

impl From<&OAuthRound> for OAuthRoundRow {
    fn from(round: &OAuthRound) -> Self {
        Self {
            state: round.state.as_bytes().to_vec(),
            tenant: round.tenant.to_string(),
            mode: round.mode.as_str().to_owned(),
            expires_at: round.expires_at.as_micros(),
            used: round.used,
            version: stored_version(round.version),
            begun_by: round.begun_by.as_ref().map(ToString::to_string),
            browser: round.browser.map(|hash| hash.as_bytes().to_vec()),
        }
    }
}

impl TryFrom<OAuthRoundRow> for OAuthRound {
    type Error = StoreError;

    fn try_from(row: OAuthRoundRow) -> Result<Self, StoreError> {
        let key = ["a round of", row.tenant.as_str()];
        let place = Place::of("oauth_rounds", &key);
        Ok(Self {
            state: SecretHash::from_bytes(place.hash("state", &row.state)?),
            tenant: place.read("tenant", TenantId::parse(&row.tenant))?,
            mode: place.read("mode", Mode::parse(&row.mode))?,
            expires_at: Timestamp::from_micros(row.expires_at),
            used: row.used,
            version: place.number("version", row.version)?,
            begun_by: place.read_some("begun_by", row.begun_by.as_deref(), TokenId::parse)?,
            browser: match &row.browser {
                Some(hash) => Some(SecretHash::from_bytes(place.hash("browser", hash)?)),
                None => None,
            },
        })
    }
}

stored!(OAuthRoundRow: oauth_rounds { key state, set tenant, set mode, set expires_at, set used, set version, fixed begun_by, set browser });

/// How a guard finds a round.
pub(crate) const LOOKUP: Lookup = Lookup::new("oauth_rounds", &["state"], |row| match row {
    Row::OAuthRound(state) => Some(vec![Value::bytes(state.as_bytes())]),
    _ => None,
});

/// Write what a commit changes.
pub(crate) fn write(changes: &Changes, writes: &mut Writes) {
    writes.add_guarded::<OAuthRoundRow, _>(&changes.oauth_rounds);
}

/// Get a round by the hash of its state.
pub fn get(conn: &mut Conn, state: &SecretHash) -> Result<Option<OAuthRound>, Error> {
    let row = oauth_rounds::table
        .find(state.as_bytes().as_slice())
        .select(OAuthRoundRow::as_select())
        .first(conn)
        .optional()?;
    one(row)
}
