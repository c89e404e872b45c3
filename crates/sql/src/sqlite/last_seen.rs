//! Times of last use: a statement for each, all of them prepared once.

use diesel::prelude::*;

use super::db::Conn;
use super::tables::access::last_seen::LastSeenBuffer;
use crate::error::Error;
use crate::schema::{account_links, activations, api_key_uses, api_keys, management_tokens};

/// Move times forward, inside a transaction. A key or an activation that is gone is left out.
pub fn touch(conn: &mut Conn, seen: &LastSeenBuffer) -> Result<(), Error> {
    for row in &seen.keys {
        let moved = diesel::update(api_key_uses::table.find(row.key()))
            .set(api_key_uses::last_used_at.eq(row.at()))
            .filter(api_key_uses::last_used_at.lt(row.at()))
            .execute(conn)?;
        if moved == 0 {
            let key = api_keys::table.find(row.key());
            let new = key.select((
                api_keys::id,
                row.at().into_sql::<diesel::sql_types::BigInt>(),
            ));
            diesel::insert_or_ignore_into(api_key_uses::table)
                .values(new)
                .into_columns((api_key_uses::key, api_key_uses::last_used_at))
                .execute(conn)?;
        }
    }
    for (token, at) in &seen.tokens {
        let used = management_tokens::last_used_at;
        diesel::update(management_tokens::table.find(token))
            .filter(used.is_null().or(used.lt(at)))
            .set(used.eq(at))
            .execute(conn)?;
    }
    for (account, mode, at) in &seen.accounts {
        let last = account_links::last_event_at;
        diesel::update(account_links::table.find((account, mode)))
            .filter(last.is_null().or(last.lt(at)))
            .set(last.eq(at))
            .execute(conn)?;
    }
    for (license, fingerprint, at) in &seen.devices {
        diesel::update(activations::table.find((license, fingerprint)))
            .filter(activations::released_at.is_null())
            .filter(activations::last_seen.lt(at))
            .set(activations::last_seen.eq(at))
            .execute(conn)?;
    }
    Ok(())
}
