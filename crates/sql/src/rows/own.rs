//! What a store keeps for itself: counters, commit ids, rate windows, nonces, last uses.

use diesel::prelude::*;
use mintage_domain::base::id::ApiKeyId;
use mintage_domain::base::time::Timestamp;
use mintage_domain::commit::changes::Changes;
use mintage_domain::model::access::nonce::Nonce;
use mintage_domain::model::access::rate::RateWindow;
use mintage_domain::ports::StoreError;

use crate::place::Place;
use crate::schema::{api_key_uses, commits, counters, nonces, rate_windows};

/// A row of `counters`.
#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = counters, treat_none_as_default_value = false)]
pub struct CounterRow {
    /// What [`mintage_domain::commit::counter::Counter::name`] gives.
    pub name: String,
    /// What it has come to.
    pub value: i64,
}

/// A row of `commits`.
#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = commits)]
pub struct CommitRow {
    id: String,
    committed_at: i64,
}

impl From<&Changes> for CommitRow {
    fn from(changes: &Changes) -> Self {
        Self {
            id: changes.id.to_string(),
            committed_at: changes.at.as_micros(),
        }
    }
}

/// A row of `rate_windows`.
#[derive(Debug, Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = rate_windows, primary_key(key))]
pub struct RateWindowRow {
    key: String,
    bucket: i64,
    current_takes: i64,
    previous_takes: i64,
    expires_at: i64,
}

impl RateWindowRow {
    /// A window as it is stored; it may be forgotten at `expires_at`.
    pub fn new(key: &str, window: RateWindow, expires_at: Timestamp) -> Self {
        Self {
            key: key.to_owned(),
            bucket: window.bucket,
            current_takes: i64::from(window.current),
            previous_takes: i64::from(window.previous),
            expires_at: expires_at.as_micros(),
        }
    }

    /// The window. A count that no `u32` holds is as full as can be.
    pub fn window(&self) -> RateWindow {
        RateWindow {
            bucket: self.bucket,
            current: u32::try_from(self.current_takes).unwrap_or(u32::MAX),
            previous: u32::try_from(self.previous_takes).unwrap_or(u32::MAX),
        }
    }
}

/// A row of `nonces`.
#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = nonces, treat_none_as_default_value = false)]
pub struct NonceRow {
    key: String,
    signature: Vec<u8>,
    expires_at: i64,
}

impl From<&Nonce> for NonceRow {
    fn from(nonce: &Nonce) -> Self {
        Self {
            key: nonce.key.to_string(),
            signature: nonce.signature.to_vec(),
            expires_at: nonce.expires_at.as_micros(),
        }
    }
}

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
