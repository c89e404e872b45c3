//! Validation: licenses by the hashes of their keys, one prepared statement a hash.

use diesel::dsl::exists;
use diesel::prelude::*;
use diesel::select;
use diesel::sql_types::Text;
use mintage_domain::commit::counter::ACTIVATIONS;
use mintage_domain::model::access::nonce::Nonce;
use mintage_domain::model::licenses::key::KeyHash;
use mintage_domain::ports::{KeyQuery, KnownLicense};

use super::db::Conn;
use super::tables::licenses::known_license::{Found, KnownLicenseRow, answer};
use super::tables::licenses::license::LicenseRow;
use crate::error::Error;
use crate::schema::{counters, customers, key_types, licenses, nonces, orders};

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
    let row = nonces::table.find((nonce.key.as_str(), nonce.signature.as_slice()));
    Ok(select(exists(row)).get_result(conn)?)
}

/// All licenses with this key hash, of all tenants.
fn licenses_by_hash(conn: &mut Conn, hash: &KeyHash) -> Result<Vec<Found>, Error> {
    let named = key_types::tenant
        .eq(licenses::tenant)
        .and(key_types::product.eq(licenses::product))
        .and(key_types::id.eq(licenses::key_type));
    let counted = counters::name.eq(ACTIVATIONS.into_sql::<Text>().concat(licenses::id));
    let rows: Vec<KnownLicenseRow> = licenses::table
        .inner_join(customers::table)
        .left_join(orders::table)
        .left_join(key_types::table.on(named))
        .left_join(counters::table.on(counted))
        .filter(licenses::key_hash.eq(hash.as_bytes().as_slice()))
        .select((
            LicenseRow::as_select(),
            customers::email,
            orders::session.nullable(),
            key_types::display_name.nullable(),
            counters::value.nullable(),
        ))
        .load(conn)?;
    Ok(rows.into_iter().map(Found::new).collect())
}
