//! By which indexes PostgreSQL finds what is due.
#![expect(clippy::unwrap_used, reason = "a test may fail loudly")]

#[path = "../../sql/tests/shared/claim_plans.rs"]
mod shared;

use diesel::PgConnection as Conn;
use diesel::prelude::*;
use mintage_pgtmp::{Database, Server};
use mintage_sql::postgres::tables;
use mintage_sql::watch::Watch;

/// A table this small would be scanned for its smallness.
const INDEXES: &str = "set enable_seqscan = off; set enable_bitmapscan = off; ";

/// The plan of a statement with its values, which diesel prints as `["acme", ["cus_77"], 26]`.
fn explain(database: &Database, statement: &str) -> String {
    let (sql, values) = statement.split_once(" -- binds: ").unwrap();
    let inner = values.strip_prefix('[').and_then(|it| it.strip_suffix(']'));
    let values = inner.unwrap().replace('[', "array[").replace('"', "'");
    let prepared = format!("{INDEXES}prepare asked as {sql}; explain execute asked ({values})");
    database.run(&prepared).unwrap()
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
    shared::claims_read_indexes(&mut connection, &watch, |statement| {
        explain(&database, statement)
    });
}
