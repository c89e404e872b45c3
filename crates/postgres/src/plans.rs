//! By which indexes PostgreSQL finds what sellers ask for.
#![expect(clippy::unwrap_used, reason = "a test may fail loudly")]

#[path = "../../sql/tests/shared/plans.rs"]
mod shared;

use std::cell::RefCell;

use diesel::pg::Pg;
use diesel::prelude::*;
use mintage_domain::ports::StoreError;
use mintage_pgtmp::{Database, Server};
use mintage_sql::Error;
use mintage_sql::watch::Watch;

use crate::error::store_error;

/// A store of what is asked, on one connection.
struct Asked(RefCell<PgConnection>);

impl Asked {
    fn read<T>(
        &self,
        work: impl Fn(&mut PgConnection) -> Result<T, Error>,
    ) -> Result<T, StoreError> {
        work(&mut self.0.borrow_mut()).map_err(store_error)
    }
}

mintage_sql::read_customers!(Asked, Pg);
mintage_sql::read_licenses!(Asked, Pg);
mintage_sql::read_audit!(Asked, Pg);

/// Enough of each that an index is worth its while.
const MUCH: &str = "\
    insert into customers \
        select 'cus_' || n, 'acme', 'live', 'buyer-' || n || '@example.test', null, \
            case n % 10 when 0 then 'crm-' || n end, '{}', n \
        from generate_series(1, 20000) n; \
    insert into licenses (id, tenant, mode, product, key_type, customer, key_hash, masked_key, \
            sealed_key, activation_limit, entitlements, holds, held, created_at, version) \
        select 'lic_' || n, 'acme', 'live', 'pixel', 'pro', 'cus_' || n, \
            decode(repeat(md5(n::text), 2), 'hex'), 'PIXL-****', \
            decode('01026b31' || repeat('00', 28), 'hex'), 3, '[]', '{}', false, n, 1 \
        from generate_series(1, 20000) n; \
    insert into audit_entries \
        select 'aud_' || n, 'acme', n, 'operator', \
            case n % 1000 when 0 then 'license.frozen' else 'license.minted' end, 'lic_' || n \
        from generate_series(1, 20000) n; \
    analyze";

/// The plan of a statement with its values, which diesel prints as `["acme", ["cus_77"], 26]`.
fn explain(database: &Database, statement: &str) -> String {
    let (sql, values) = statement.split_once(" -- binds: ").unwrap();
    let inner = values.strip_prefix('[').and_then(|it| it.strip_suffix(']'));
    let values = inner.unwrap().replace('[', "array[").replace('"', "'");
    let prepared = format!("prepare asked as {sql}; explain execute asked ({values})");
    database.run(&prepared).unwrap()
}

#[test]
fn what_a_seller_asks_for_is_found_by_an_index() {
    let database = Server::shared().create_database().unwrap();
    let mut connection = PgConnection::establish(database.url()).unwrap();
    crate::migrations::apply(&mut connection).unwrap();
    database.run(MUCH).unwrap();
    let watch = Watch::default();
    connection.set_instrumentation(watch.watcher());
    let asked = Asked(RefCell::new(connection));
    shared::each_question_has_its_index(&asked, &watch, |statement| explain(&database, statement));
}
