//! Times of last use: one statement for all keys, one for all tokens, one for all activations.

use diesel::prelude::*;
use diesel::sql_types::BigInt;

use super::db::Conn;
use super::statement::{Param, Statement};
use super::tables::access::last_seen::{ApiKeyUseRow, LastSeenBuffer};
use crate::error::Error;

/// In the order of the keys, in which every node locks them.
const KEYS: &str = "\
    insert into api_key_uses as t (key, last_used_at) \
    select v.key, v.at from unnest(?::text[], ?::bigint[]) as v (key, at) \
    join api_keys k on k.id = v.key order by v.key \
    on conflict (key) do update set last_used_at = excluded.last_used_at \
    where t.last_used_at < excluded.last_used_at";

const TOKENS: &str = "\
    with v as (select t.id, v.at from unnest(?::text[], ?::bigint[]) as v (id, at) \
        join management_tokens t on t.id = v.id \
        where t.last_used_at is null or t.last_used_at < v.at \
        order by t.id for update of t) \
    update management_tokens t set last_used_at = v.at from v where t.id = v.id";

const ACCOUNTS: &str = "\
    with v as (select t.account, t.mode, v.at \
        from unnest(?::text[], ?::text[], ?::bigint[]) as v (account, mode, at) \
        join account_links t on t.account = v.account and t.mode = v.mode \
        where t.last_event_at is null or t.last_event_at < v.at \
        order by t.account, t.mode for update of t) \
    update account_links t set last_event_at = v.at from v \
    where t.account = v.account and t.mode = v.mode";

const ACTIVATIONS: &str = "\
    with v as (select t.license, t.fingerprint, v.at \
        from unnest(?::text[], ?::text[], ?::bigint[]) as v (license, fingerprint, at) \
        join activations t on t.license = v.license and t.fingerprint = v.fingerprint \
        where t.released_at is null and t.last_seen < v.at \
        order by t.license, t.fingerprint for update of t) \
    update activations t set last_seen = v.at from v \
    where t.license = v.license and t.fingerprint = v.fingerprint";

/// Move times forward, inside a transaction. A key or an activation that is gone is left out.
pub fn touch(conn: &mut Conn, seen: &LastSeenBuffer) -> Result<(), Error> {
    if !seen.keys.is_empty() {
        let keys = seen.keys.iter().map(|row| row.key().to_owned()).collect();
        let times = seen.keys.iter().map(ApiKeyUseRow::at).collect();
        let params = vec![Param::Texts(keys), Param::Numbers(times)];
        Statement::<BigInt>::of(KEYS, params).execute(conn)?;
    }
    if !seen.tokens.is_empty() {
        let params = vec![
            Param::Texts(seen.tokens.iter().map(|it| it.0.clone()).collect()),
            Param::Numbers(seen.tokens.iter().map(|it| it.1).collect()),
        ];
        Statement::<BigInt>::of(TOKENS, params).execute(conn)?;
    }
    if !seen.accounts.is_empty() {
        let accounts = &seen.accounts;
        let params = vec![
            Param::Texts(accounts.iter().map(|it| it.0.clone()).collect()),
            Param::Texts(accounts.iter().map(|it| it.1.clone()).collect()),
            Param::Numbers(accounts.iter().map(|it| it.2).collect()),
        ];
        Statement::<BigInt>::of(ACCOUNTS, params).execute(conn)?;
    }
    if !seen.devices.is_empty() {
        let devices = &seen.devices;
        let params = vec![
            Param::Texts(devices.iter().map(|it| it.0.clone()).collect()),
            Param::Texts(devices.iter().map(|it| it.1.clone()).collect()),
            Param::Numbers(devices.iter().map(|it| it.2).collect()),
        ];
        Statement::<BigInt>::of(ACTIVATIONS, params).execute(conn)?;
    }
    Ok(())
}
