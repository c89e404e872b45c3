//! When API keys, management tokens and devices were last seen.

use std::collections::{BTreeMap, HashMap};

use diesel::prelude::*;
use mintage_domain::base::id::ApiKeyId;
use mintage_domain::base::time::Timestamp;
use mintage_domain::ports::SeenTarget;
use mintage_domain::ports::StoreError;

use super::super::super::db::Conn;
use crate::error::Error;
use crate::place::Place;
use crate::schema::api_key_uses;

/// A row of `api_key_uses`.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = api_key_uses)]
pub struct ApiKeyUseRow {
    key: String,
    last_used_at: i64,
}

impl ApiKeyUseRow {
    /// A use as it is stored.
    pub fn new(key: &ApiKeyId, at: Timestamp) -> Self {
        Self {
            key: key.to_string(),
            last_used_at: at.as_micros(),
        }
    }

    /// The key's id.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// When, in microseconds.
    pub fn at(&self) -> i64 {
        self.last_used_at
    }

    /// Whose use it was, and when.
    pub fn read(self) -> Result<(ApiKeyId, Timestamp), StoreError> {
        let row = [self.key.as_str()];
        let place = Place::of("api_key_uses", &row);
        let key = place.read("key", ApiKeyId::parse(&self.key))?;
        Ok((key, Timestamp::from_micros(self.last_used_at)))
    }
}

/// What was seen, as it is stored: the latest time of each, in the order in which all nodes write them,
/// so that none waits for another in a ring.
#[derive(Debug, Default)]
pub struct LastSeenBuffer {
    /// API keys.
    pub keys: Vec<ApiKeyUseRow>,
    /// Management tokens, and when.
    pub tokens: Vec<(String, i64)>,
    /// Stripe accounts: account, mode, and when.
    pub accounts: Vec<(String, String, i64)>,
    /// Devices: license, fingerprint, and when.
    pub devices: Vec<(String, String, i64)>,
}

impl LastSeenBuffer {
    /// Sorts what was seen.
    pub fn of(seen: &[(SeenTarget, Timestamp)]) -> Self {
        let mut latest = BTreeMap::new();
        for (what, at) in seen {
            let known = latest.entry(what).or_insert(*at);
            *known = (*known).max(*at);
        }
        let mut sorted = Self::default();
        for (what, at) in latest {
            match what {
                SeenTarget::ApiKey(key) => sorted.keys.push(ApiKeyUseRow::new(key, at)),
                SeenTarget::Token(token) => {
                    sorted.tokens.push((token.to_string(), at.as_micros()));
                }
                SeenTarget::Account(account) => sorted.accounts.push((
                    account.account.to_string(),
                    account.mode.as_str().to_owned(),
                    at.as_micros(),
                )),
                SeenTarget::Device(license, fingerprint) => sorted.devices.push((
                    license.to_string(),
                    fingerprint.as_str().to_owned(),
                    at.as_micros(),
                )),
            }
        }
        sorted
    }
}

/// Get the times when API keys were last used.
pub fn last_used(
    conn: &mut Conn,
    keys: &[ApiKeyId],
) -> Result<HashMap<ApiKeyId, Timestamp>, Error> {
    let asked = keys.iter().map(ApiKeyId::as_str);
    let rows: Vec<ApiKeyUseRow> = api_key_uses::table
        .filter(api_key_uses::key.eq_any(asked))
        .select(ApiKeyUseRow::as_select())
        .load(conn)?;
    Ok(rows
        .into_iter()
        .map(ApiKeyUseRow::read)
        .collect::<Result<_, _>>()?)
}
