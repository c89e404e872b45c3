//! Validation: one statement that uses up nonces and reads licenses by the hashes of their keys.

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Nullable, Text};
use mintage_domain::commit::counter::ACTIVATIONS;
use mintage_domain::model::access::nonce::Nonce;
use mintage_domain::ports::{KeyQuery, KnownLicense, StoreError, ValidateQuery, ValidateRead};

use super::db::Conn;
use super::statement::Statement;
use super::tables::access::nonce::NonceRow;
use super::tables::licenses::known_license::{Found, answer};
use super::tables::licenses::license::LicenseRow;
use crate::error::Error;
use crate::schema::licenses;
use crate::table::{Kind, Stored, Value};

/// The key of a nonce: API key, signature.
type NonceKey = (String, Vec<u8>);

/// Either a nonce that was fresh, or a license with what a validation returns beside it.
type ReadSql = (
    Nullable<Text>,
    Nullable<Binary>,
    Nullable<licenses::SqlType>,
    Nullable<Text>,
    Nullable<Text>,
    Nullable<Text>,
    Nullable<Text>,
    Nullable<BigInt>,
);

type ReadRow = (
    Option<String>,
    Option<Vec<u8>>,
    Option<LicenseRow>,
    Option<String>,
    Option<String>,
    Option<String>,
    Option<String>,
    Option<i64>,
);

/// Use up the nonces of queries and read their licenses. A row that makes no sense fails the queries
/// that ask for it and no other.
pub fn validate(
    conn: &mut Conn,
    queries: &[ValidateQuery],
) -> Result<Vec<Result<ValidateRead, StoreError>>, Error> {
    // Each nonce once, in the order in which every node inserts them.
    let nonces: BTreeMap<NonceKey, &Nonce> = queries
        .iter()
        .filter_map(|query| query.nonce.as_ref())
        .map(|nonce| (key_of(nonce), nonce))
        .collect();
    let rows = nonces.into_values().map(NonceRow::from);
    let keys = queries.iter().map(|query| &query.key);
    let (mut fresh, found) = read(conn, rows.collect(), keys)?;
    let answers = queries.iter().map(|query| {
        // Of several queries with the same nonce it is fresh to the first.
        let is_fresh = query
            .nonce
            .as_ref()
            .is_none_or(|nonce| fresh.remove(&key_of(nonce)));
        Ok(ValidateRead {
            fresh: is_fresh,
            license: answer(&query.key, &found)?,
        })
    });
    Ok(answers.collect())
}

/// Get the license with a key.
pub fn license_of_key(conn: &mut Conn, key: &KeyQuery) -> Result<Option<KnownLicense>, Error> {
    let (_, found) = read(conn, Vec::new(), [key])?;
    Ok(answer(key, &found)?)
}

fn key_of(nonce: &Nonce) -> NonceKey {
    (nonce.key.to_string(), nonce.signature.to_vec())
}

fn read<'a>(
    conn: &mut Conn,
    nonces: Vec<NonceRow>,
    keys: impl IntoIterator<Item = &'a KeyQuery>,
) -> Result<(BTreeSet<NonceKey>, Vec<Found>), Error> {
    let hashes: BTreeSet<&[u8]> = keys
        .into_iter()
        .flat_map(|key| &key.hashes)
        .map(|hash| hash.as_bytes().as_slice())
        .collect();
    let rows: Vec<ReadRow> = statement(nonces, hashes).load(conn)?;
    let (mut fresh, mut found) = (BTreeSet::new(), Vec::new());
    for row in rows {
        match row {
            (_, _, Some(license), Some(email), external_id, session, plan, activations) => {
                let row = (license, email, external_id, session, plan, activations);
                found.push(Found::new(row));
            }
            (Some(key), Some(signature), ..) => {
                fresh.insert((key, signature));
            }
            _ => {}
        }
    }
    Ok((fresh, found))
}

fn statement(nonces: Vec<NonceRow>, hashes: BTreeSet<&[u8]>) -> Statement<ReadSql> {
    let mut statement = Statement::new();
    if !nonces.is_empty() {
        let table = NonceRow::TABLE;
        statement.sql(&format!(
            "with used as (insert into nonces ({}) select * from ",
            table.list("")
        ));
        let kinds = table.columns.iter().map(|column| column.kind);
        statement.unnest(kinds, nonces.into_iter().map(Stored::values));
        let nulls = vec!["null"; LicenseRow::TABLE.columns.len()].join(", ");
        statement.sql(&format!(
            " on conflict do nothing returning key, signature) \
             select key, signature, {nulls}, null, null, null, null, null from used union all "
        ));
    }
    // Scalar subqueries are planned and run faster than joins here: each finds one row by its key.
    statement.sql(&format!(
        "select null::text, null::bytea, {}, c.email, c.external_id, \
         (select o.session from orders o where o.id = l.order_id), \
         (select k.display_name from key_types k \
          where k.tenant = l.tenant and k.product = l.product and k.id = l.key_type), \
         (select n.value from counters n where n.name = '{ACTIVATIONS}' || l.id) from ",
        LicenseRow::TABLE.list("l.")
    ));
    statement.unnest(
        [Kind::Bytes],
        hashes.into_iter().map(|hash| vec![Value::bytes(hash)]),
    );
    statement.sql(
        " as h (key_hash) \
         cross join lateral (select * from licenses l where l.key_hash = h.key_hash offset 0) l \
         cross join lateral \
         (select email, external_id from customers c where c.id = l.customer offset 0) c",
    );
    statement
}
