//! By which indexes SQLite finds what is due.
#![expect(clippy::unwrap_used, reason = "a test may fail loudly")]
#![expect(
    clippy::disallowed_methods,
    reason = "the test asks SQLite about its own plans"
)]

#[path = "../../sql/tests/shared/claim_plans.rs"]
mod shared;

use std::cell::RefCell;

use diesel::SqliteConnection as Conn;
use diesel::prelude::*;
use diesel::sql_types::Text;
use mintage_sql::sqlite::tables;
use mintage_sql::watch::Watch;

#[derive(QueryableByName)]
struct Step {
    #[diesel(sql_type = Text)]
    detail: String,
}

fn database() -> SqliteConnection {
    let mut connection = SqliteConnection::establish(":memory:").unwrap();
    crate::migrations::apply(&mut connection).unwrap();
    connection
}

fn explain(connection: &mut SqliteConnection, statement: &str) -> String {
    let (sql, _binds) = statement.split_once(" -- binds").unwrap();
    let steps: Vec<Step> = diesel::sql_query(format!("explain query plan {sql}"))
        .load(connection)
        .unwrap();
    let details: Vec<String> = steps.into_iter().map(|step| step.detail).collect();
    details.join("\n")
}

#[test]
fn claims_read_each_table_by_an_index() {
    let sealed = format!("x'01026b31{}'", "00".repeat(28));
    let mut watched = database();
    let mut beside = database();
    for statement in shared::queues(&sealed, "0") {
        for connection in [&mut watched, &mut beside] {
            diesel::sql_query(&statement).execute(connection).unwrap();
        }
    }
    let watch = Watch::default();
    watched.set_instrumentation(watch.watcher());
    let beside = RefCell::new(beside);
    shared::claims_read_indexes(&mut watched, &watch, |statement| {
        explain(&mut beside.borrow_mut(), statement)
    });
}
