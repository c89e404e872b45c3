//! When things were last seen.

use std::collections::BTreeMap;

use mintage_domain::base::time::Timestamp;
use mintage_domain::ports::SeenTarget;

use crate::rows::ApiKeyUseRow;

/// LastSeenBuffer as they are stored: the latest of each, in the order in which all nodes write them,
/// so that none waits for another in a ring.
#[derive(Debug, Default)]
pub struct LastSeenBuffer {
    /// API keys.
    pub keys: Vec<ApiKeyUseRow>,
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

/// Makes what `Seen` needs of a connection as plain functions: `seen!(SqliteConnection)`.
#[macro_export]
macro_rules! seen {
    ($connection:ty) => {
        /// Moves times forward, inside a transaction.
        pub(crate) fn touch(
            conn: &mut $connection,
            seen: &$crate::seen::LastSeenBuffer,
        ) -> Result<(), $crate::Error> {
            use ::diesel::prelude::*;

            use $crate::rows::ApiKeyUseRow;
            use $crate::schema::{activations, api_key_uses, api_keys};

            let there: Vec<String> = api_keys::table
                .filter(api_keys::id.eq_any(seen.keys.iter().map(ApiKeyUseRow::key)))
                .select(api_keys::id)
                .load(conn)?;
            let there: ::std::collections::HashSet<String> = there.into_iter().collect();
            let of_keys = seen.keys.iter();
            for row in of_keys.filter(|row| there.contains(row.key())) {
                let new = ::diesel::insert_into(api_key_uses::table)
                    .values(row)
                    .on_conflict_do_nothing()
                    .execute(conn)?;
                if new == 0 {
                    ::diesel::update(api_key_uses::table.find(row.key()))
                        .filter(api_key_uses::last_used_at.lt(row.at()))
                        .set(api_key_uses::last_used_at.eq(row.at()))
                        .execute(conn)?;
                }
            }
            for (license, fingerprint, at) in &seen.devices {
                ::diesel::update(activations::table.find((license, fingerprint)))
                    .filter(activations::released_at.is_null())
                    .filter(activations::last_seen.lt(at))
                    .set(activations::last_seen.eq(at))
                    .execute(conn)?;
            }
            Ok(())
        }

        /// When API keys were last used.
        pub(crate) fn last_used(
            conn: &mut $connection,
            keys: &[::mintage_domain::base::id::ApiKeyId],
        ) -> Result<
            ::std::collections::HashMap<
                ::mintage_domain::base::id::ApiKeyId,
                ::mintage_domain::base::time::Timestamp,
            >,
            $crate::Error,
        > {
            use ::diesel::prelude::*;

            use $crate::rows::ApiKeyUseRow;
            use $crate::schema::api_key_uses;

            let asked = keys
                .iter()
                .map(::mintage_domain::base::id::ApiKeyId::as_str);
            let rows: Vec<ApiKeyUseRow> = api_key_uses::table
                .filter(api_key_uses::key.eq_any(asked))
                .select(ApiKeyUseRow::as_select())
                .load(conn)?;
            Ok(rows
                .into_iter()
                .map(ApiKeyUseRow::read)
                .collect::<Result<_, _>>()?)
        }
    };
}
