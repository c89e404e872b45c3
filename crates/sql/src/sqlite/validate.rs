//! Validation: licenses by the hashes of their keys, one prepared statement a hash.

use std::sync::LazyLock;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text};
use mintage_domain::commit::counter::ACTIVATIONS;
use mintage_domain::model::access::nonce::Nonce;
use mintage_domain::model::licenses::key::KeyHash;
use mintage_domain::ports::{KeyQuery, KnownLicense};

use super::db::Conn;
use super::statement::Template;
use super::tables::licenses::known_license::{Found, KnownLicenseRow, answer};
use super::tables::licenses::license::LicenseRow;
use crate::error::Error;
use crate::schema::licenses;
use crate::table::{Stored, Value};

/// The types of a [`KnownLicenseRow`].
type FoundSql = (
    licenses::SqlType,
    Text,
    Nullable<Text>,
    Nullable<Text>,
    Nullable<Text>,
    Nullable<BigInt>,
);

/// All licenses with a key hash, of all tenants. The text is the same for every hash, so that it is
/// prepared once per connection.
static BY_HASH: LazyLock<Template> = LazyLock::new(|| {
    Template::new(&format!(
        "select {}, c.email, c.external_id, \
         (select o.session from orders o where o.id = l.order_id), \
         (select k.display_name from key_types k \
          where k.tenant = l.tenant and k.product = l.product and k.id = l.key_type), \
         (select n.value from counters n where n.name = '{ACTIVATIONS}' || l.id) \
         from licenses l join customers c on c.id = l.customer where l.key_hash = ?",
        LicenseRow::TABLE.list("l.")
    ))
});

/// Whether there is a nonce. Prepared once per connection.
static IS_USED: LazyLock<Template> =
    LazyLock::new(|| Template::new("select count(*) from nonces where key = ? and signature = ?"));

/// Get the license with a key.
pub fn license_of_key(conn: &mut Conn, key: &KeyQuery) -> Result<Option<KnownLicense>, Error> {
    for hash in &key.hashes {
        let found = licenses_by_hash(conn, hash)?;
        let license = answer(key, &found)?;
        if license.is_some() {
            return Ok(license);
        }
    }
    Ok(None)
}

/// Whether a commit has used a nonce up.
pub fn is_used(conn: &mut Conn, nonce: &Nonce) -> Result<bool, Error> {
    let key = vec![Value::text(&nonce.key), Value::bytes(&nonce.signature)];
    let n: i64 = IS_USED.with::<BigInt>(key).get_result(conn)?;
    Ok(n > 0)
}

fn licenses_by_hash(conn: &mut Conn, hash: &KeyHash) -> Result<Vec<Found>, Error> {
    let values = vec![Value::bytes(hash.as_bytes())];
    let rows: Vec<KnownLicenseRow> = BY_HASH.with::<FoundSql>(values).load(conn)?;
    Ok(rows.into_iter().map(Found::new).collect())
}
