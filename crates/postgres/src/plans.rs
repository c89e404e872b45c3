//! By which indexes PostgreSQL finds what sellers ask for.
#![expect(clippy::unwrap_used, reason = "a test may fail loudly")]

#[path = "../../sql/tests/shared/plans.rs"]
mod shared;

use diesel::PgConnection as Conn;
use diesel::prelude::*;
use mintage_pgtmp::{Database, Server};
use mintage_sql::postgres::tables;
use mintage_sql::watch::Watch;

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
    explain_with("", database, statement)
}

fn explain_with(settings: &str, database: &Database, statement: &str) -> String {
    let (sql, values) = statement.split_once(" -- binds: ").unwrap();
    let inner = values.strip_prefix('[').and_then(|it| it.strip_suffix(']'));
    let values = inner.unwrap().replace('[', "array[").replace('"', "'");
    let prepared = format!("{settings}prepare asked as {sql}; explain execute asked ({values})");
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
    shared::each_question_has_its_index(&mut connection, &watch, |statement| {
        explain(&database, statement)
    });
}

#[test]
fn claims_read_each_table_by_an_index() {
    let database = Server::shared().create_database().unwrap();
    let mut connection = PgConnection::establish(database.url()).unwrap();
    crate::migrations::apply(&mut connection).unwrap();
    let sealed = format!("decode('01026b31{}', 'hex')", "00".repeat(28));
    for statement in shared::queues(&sealed, "false") {
        database.run(&statement).unwrap();
    }
    let watch = Watch::default();
    connection.set_instrumentation(watch.watcher());
    // A table this small would be scanned for its smallness.
    let indexes = "set enable_seqscan = off; set enable_bitmapscan = off; ";
    shared::claims_read_indexes(&mut connection, &watch, |statement| {
        explain_with(indexes, &database, statement)
    });
}
