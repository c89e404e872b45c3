//! The canaries of the master keys, and the values that the keys sealed.

use diesel::prelude::*;
use mintage_domain::base::seal::{KeyId, Sealed};
use mintage_domain::ports::{SealedKind, SealedValue, StoreError};

use super::super::db::Conn;
use crate::error::Error;
use crate::place::Place;
use crate::schema::{
    api_keys, deliveries, endpoints, licenses, manual_endpoints, master_keys, product_stripe_keys,
    products,
};

/// List the canaries.
pub fn canaries(conn: &mut Conn) -> Result<Vec<Sealed>, Error> {
    let rows: Vec<(String, Vec<u8>)> = master_keys::table
        .select((master_keys::id, master_keys::sealed_canary))
        .load(conn)?;
    let canaries: Result<_, StoreError> = rows
        .iter()
        .map(|(id, canary)| {
            let key = [id.as_str()];
            let place = Place::of("master_keys", &key);
            place.read("sealed_canary", Sealed::from_bytes(canary))
        })
        .collect();
    Ok(canaries?)
}

/// Keep a canary, unless there is one of the same key.
pub fn add_canary(conn: &mut Conn, canary: &Sealed) -> Result<(), Error> {
    diesel::insert_into(master_keys::table)
        .values((
            master_keys::id.eq(canary.key_id().as_str()),
            master_keys::sealed_canary.eq(canary.to_bytes()),
        ))
        .on_conflict_do_nothing()
        .execute(conn)?;
    Ok(())
}

/// Remove the canary of a key.
pub fn remove_canary(conn: &mut Conn, key: &KeyId) -> Result<(), Error> {
    diesel::delete(master_keys::table.find(key.as_str())).execute(conn)?;
    Ok(())
}

/// A row that is read: the id to which the value is bound, and the value.
type Row = (String, Vec<u8>);

/// Lists the sealed values of a table with a key of one column, and replaces one.
macro_rules! column {
    ($module:ident = $table:ident: $key:ident, $sealed:ident $(, $version:ident)?) => {
        mod $module {
            use diesel::prelude::*;

            use super::{Conn, Row, $table};

            pub(super) const NAME: (&str, &str) = (stringify!($table), stringify!($sealed));

            pub(super) fn list(conn: &mut Conn, after: &str, n: i64) -> QueryResult<Vec<Row>> {
                $table::table
                    .filter($table::$key.gt(after))
                    .filter($table::$sealed.ne(Vec::<u8>::new()))
                    .order($table::$key)
                    .limit(n)
                    .select(($table::$key, $table::$sealed))
                    .load(conn)
            }

            pub(super) fn replace(
                conn: &mut Conn,
                id: &str,
                old: &[u8],
                new: &[u8],
            ) -> QueryResult<usize> {
                diesel::update($table::table.filter($table::$key.eq(id)))
                    .filter($table::$sealed.eq(old))
                    .set((
                        $table::$sealed.eq(new),
                        // A change that would write the old value is refused.
                        $($table::$version.eq($table::$version + 1),)?
                    ))
                    .execute(conn)
            }
        }
    };
}

column!(of_api_keys = api_keys: id, sealed_secret, version);
column!(of_endpoints = endpoints: tenant, sealed_secret, version);
/// The same for the former secrets of endpoints, which most endpoints do not have.
mod of_old_secrets {
    use diesel::prelude::*;

    use super::{Conn, Row, endpoints};

    pub(super) const NAME: (&str, &str) = ("endpoints", "sealed_old_secret");

    pub(super) fn list(conn: &mut Conn, after: &str, n: i64) -> QueryResult<Vec<Row>> {
        endpoints::table
            .filter(endpoints::tenant.gt(after))
            .filter(endpoints::sealed_old_secret.is_not_null())
            .order(endpoints::tenant)
            .limit(n)
            .select((
                endpoints::tenant,
                endpoints::sealed_old_secret.assume_not_null(),
            ))
            .load(conn)
    }

    pub(super) fn replace(conn: &mut Conn, id: &str, old: &[u8], new: &[u8]) -> QueryResult<usize> {
        diesel::update(endpoints::table.find(id))
            .filter(endpoints::sealed_old_secret.eq(old))
            .set((
                endpoints::sealed_old_secret.eq(new),
                // A change that would write the old value is refused.
                endpoints::version.eq(endpoints::version + 1),
            ))
            .execute(conn)
    }
}

column!(of_deliveries = deliveries: id, sealed_body);
column!(of_licenses = licenses: id, sealed_key, version);

/// The same for a table with a key of two columns, of which the id is `first/second`.
macro_rules! pair_column {
    ($module:ident = $table:ident: $first:ident, $second:ident, $sealed:ident) => {
        mod $module {
            use diesel::prelude::*;

            use super::{Conn, Row, split, $table};

            pub(super) const NAME: (&str, &str) = (stringify!($table), stringify!($sealed));

            pub(super) fn list(conn: &mut Conn, after: &str, n: i64) -> QueryResult<Vec<Row>> {
                let (first, second) = split(after);
                let is_after = $table::$first.gt(first).or($table::$second.gt(second));
                let rows: Vec<(String, String, Vec<u8>)> = $table::table
                    .filter($table::$first.ge(first))
                    .filter(is_after)
                    .filter($table::$sealed.ne(Vec::<u8>::new()))
                    .order(($table::$first, $table::$second))
                    .limit(n)
                    .select(($table::$first, $table::$second, $table::$sealed))
                    .load(conn)?;
                let rows = rows.into_iter();
                Ok(rows
                    .map(|(first, second, sealed)| (format!("{first}/{second}"), sealed))
                    .collect())
            }

            pub(super) fn replace(
                conn: &mut Conn,
                id: &str,
                old: &[u8],
                new: &[u8],
            ) -> QueryResult<usize> {
                diesel::update($table::table.find(split(id)))
                    .filter($table::$sealed.eq(old))
                    .set((
                        $table::$sealed.eq(new),
                        // A change that would write the old value is refused.
                        $table::version.eq($table::version + 1),
                    ))
                    .execute(conn)
            }
        }
    };
}

/// The two columns of an id.
fn split(id: &str) -> (&str, &str) {
    id.split_once('/').unwrap_or((id, ""))
}

pair_column!(of_products = products: tenant, id, key_secret);
pair_column!(of_manual_secrets = manual_endpoints: tenant, mode, sealed_secret);
pair_column!(of_old_manual_secrets = manual_endpoints: tenant, mode, sealed_old_secret);
pair_column!(of_product_stripe_keys = product_stripe_keys: tenant, product, sealed_key);

/// Where a kind of values is.
struct Values {
    /// The table and the column.
    name: (&'static str, &'static str),
    list: fn(&mut Conn, &str, i64) -> QueryResult<Vec<Row>>,
    replace: fn(&mut Conn, &str, &[u8], &[u8]) -> QueryResult<usize>,
}

macro_rules! values {
    ($module:ident) => {
        Values {
            name: $module::NAME,
            list: $module::list,
            replace: $module::replace,
        }
    };
}

fn values(kind: SealedKind) -> Values {
    match kind {
        SealedKind::ProductKeySecret => values!(of_products),
        SealedKind::ApiKeySecret => values!(of_api_keys),
        SealedKind::EndpointSecret => values!(of_endpoints),
        SealedKind::EndpointOldSecret => values!(of_old_secrets),
        SealedKind::ManualSecret => values!(of_manual_secrets),
        SealedKind::ManualOldSecret => values!(of_old_manual_secrets),
        SealedKind::ProductStripeKey => values!(of_product_stripe_keys),
        SealedKind::DeliveryBody => values!(of_deliveries),
        SealedKind::LicenseKey => values!(of_licenses),
    }
}

/// List the next sealed values of a kind.
pub fn list(
    conn: &mut Conn,
    kind: SealedKind,
    after: Option<&str>,
    n: usize,
) -> Result<Vec<SealedValue>, Error> {
    let values = values(kind);
    let (table, column) = values.name;
    let n = i64::try_from(n).unwrap_or(i64::MAX);
    let rows = (values.list)(conn, after.unwrap_or_default(), n)?;
    let read: Result<_, StoreError> = rows
        .into_iter()
        .map(|(id, bytes)| {
            let key = [id.as_str()];
            let sealed = Place::of(table, &key).read(column, Sealed::from_bytes(&bytes))?;
            Ok(SealedValue { id, sealed })
        })
        .collect();
    Ok(read?)
}

/// Replace sealed values of a kind, each unless it has changed since it was read.
pub fn reseal(
    conn: &mut Conn,
    kind: SealedKind,
    replacements: &[(SealedValue, Sealed)],
) -> Result<(), Error> {
    let values = values(kind);
    for (value, sealed) in replacements {
        let (old, new) = (value.sealed.to_bytes(), sealed.to_bytes());
        (values.replace)(conn, &value.id, &old, &new)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::schema::columns;

    #[test]
    fn every_sealed_column_of_the_schema_is_sealed_again() {
        let known: BTreeSet<_> = SealedKind::ALL.map(|kind| values(kind).name).into();
        let declared: BTreeSet<_> = columns()
            .filter(|(_, column, _)| column.starts_with("sealed_") || *column == "key_secret")
            .map(|(table, column, _)| (*table, *column))
            .filter(|name| *name != ("master_keys", "sealed_canary"))
            .collect();
        assert_eq!(known, declared);
    }
}
