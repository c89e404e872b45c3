//! By which indexes SQLite finds what sellers ask for.
#![expect(clippy::unwrap_used, reason = "a test may fail loudly")]
#![expect(
    clippy::disallowed_methods,
    reason = "the test asks SQLite about its own plans"
)]

#[path = "../../sql/tests/shared/plans.rs"]
mod shared;

use std::cell::RefCell;

use diesel::SqliteConnection as Conn;
use diesel::prelude::*;
use diesel::sql_types::Text;
use mintage_sql::schema::deliveries;
use mintage_sql::sqlite::claim::LANES;
use mintage_sql::sqlite::tables;
use mintage_sql::watch::Watch;

#[derive(QueryableByName)]
struct Step {
    #[diesel(sql_type = Text)]
    detail: String,
}

/// A database with one customer: how much there is does not matter to SQLite's plans.
fn database() -> SqliteConnection {
    let mut connection = SqliteConnection::establish(":memory:").unwrap();
    crate::migrations::apply(&mut connection).unwrap();
    diesel::sql_query(
        "insert into customers values \
         ('cus_77', 'acme', 'live', 'buyer-77@example.test', null, 'crm-70', '{}', 0)",
    )
    .execute(&mut connection)
    .unwrap();
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
fn what_a_seller_asks_for_is_found_by_an_index() {
    let mut watched = database();
    let watch = Watch::default();
    watched.set_instrumentation(watch.watcher());
    let beside = RefCell::new(database());
    shared::each_question_has_its_index(&mut watched, &watch, |statement| {
        explain(&mut beside.borrow_mut(), statement)
    });
}

fn plan(sql: &str) -> String {
    let mut connection = SqliteConnection::establish(":memory:").unwrap();
    crate::migrations::apply(&mut connection).unwrap();
    let steps: Vec<Step> = diesel::sql_query(format!("explain query plan {sql}"))
        .load(&mut connection)
        .unwrap();
    let details: Vec<String> = steps.into_iter().map(|step| step.detail).collect();
    details.join("\n")
}

#[test]
fn a_claim_looks_at_no_delivery_that_waits_for_a_url() {
    let lanes = plan(LANES);
    assert!(
        lanes.contains("SEARCH d USING INDEX deliveries_due"),
        "{lanes}"
    );
    assert!(
        lanes.contains("SEARCH l USING COVERING INDEX deliveries_leased"),
        "{lanes}"
    );
    assert!(
        !lanes.contains("SCAN d") && !lanes.contains("SCAN l"),
        "{lanes}"
    );
    let due = deliveries::table
        .filter(deliveries::tenant.eq("acme"))
        .filter(mintage_sql::sqlite::claim::unsettled())
        .filter(deliveries::due_at.le(0))
        .order((deliveries::due_at, deliveries::id))
        .select((deliveries::due_at, deliveries::id));
    let sql = diesel::debug_query::<diesel::sqlite::Sqlite, _>(&due).to_string();
    let (sql, _binds) = sql.split_once(" -- binds").unwrap();
    let lane = plan(sql);
    assert!(
        lane.contains("SEARCH deliveries USING INDEX deliveries_due"),
        "{lane}"
    );
}

#[test]
fn a_claim_looks_at_no_mail_that_is_settled() {
    let due = tables::outbox::mail::due(0, 10).select(mintage_sql::schema::mails::id);
    let sql = diesel::debug_query::<diesel::sqlite::Sqlite, _>(&due).to_string();
    let (sql, _binds) = sql.split_once(" -- binds").unwrap();
    let told = plan(sql);
    assert!(told.contains("INDEX mails_due (due_at<?)"), "{told}");
    assert!(!told.contains("TEMP B-TREE"), "{told}");
}
