//! By which indexes SQLite finds what sellers ask for.
#![expect(clippy::unwrap_used, reason = "a test may fail loudly")]
#![expect(
    clippy::disallowed_methods,
    reason = "the test asks SQLite about its own plans"
)]

#[path = "../../sql/tests/shared/plans.rs"]
mod shared;

use diesel::SqliteConnection as Conn;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{Integer, Text};
use mintage_sql::sqlite::tables;
use mintage_sql::watch::Watch;

#[derive(QueryableByName)]
struct Step {
    #[diesel(sql_type = Integer)]
    id: i32,
    #[diesel(sql_type = Integer)]
    parent: i32,
    #[diesel(sql_type = Text)]
    detail: String,
}

/// A database with little: how much there is does not matter to SQLite's plans.
fn database() -> SqliteConnection {
    let mut connection = SqliteConnection::establish(":memory:").unwrap();
    crate::migrations::apply(&mut connection).unwrap();
    connection
        .batch_execute(
            "insert into customers values \
             ('cus_77', 'acme', 'live', 'buyer-77@example.test', null, 'crm-70', '{}', 0); \
             insert into account_links (account, mode, tenant, active, linked_at, version) \
                values ('acct_1', 'live', 'acme', 1, 0, 1); \
             insert into deliveries values ('dlv_1', 'acme', 'license.created', 'lic_1', \
             x'01026b3100000000000000000000000000000000000000000000000000000000', 'delivered', \
             1, 0, 0, 0, 1, 1, 'cus_1', null, null, null), \
             ('dlv_2', 'acme', 'license.created', 'lic_1', \
             x'01026b3100000000000000000000000000000000000000000000000000000000', 'delivered', \
             1, 0, 0, 0, 1, 1, 'cus_1', null, 'we_1', null)",
        )
        .unwrap();
    connection
}

fn steps(connection: &mut SqliteConnection, statement: &str) -> Vec<Step> {
    let (sql, _binds) = statement.split_once(" -- binds").unwrap();
    diesel::sql_query(format!("explain query plan {sql}"))
        .load(connection)
        .unwrap()
}

/// What is made by a statement itself, and has no more rows than a page and the ranges it is merged
/// from.
const OWN: [&str; 4] = ["a_range", "merged", "counted", TENANTS];

/// The tenants, of which each has a part in the audit trail.
const TENANTS: &str = "t";

/// Why a plan may read or sort more than a page.
fn fault(steps: &[Step]) -> Option<&'static str> {
    for step in steps {
        let detail = &step.detail;
        // All tenants are in the order of the index, and a page of them is read.
        if detail == "SCAN tenants USING INDEX tenants_newest" {
            continue;
        }
        if let Some(scanned) = detail.strip_prefix("SCAN ") {
            let scanned = scanned.split(' ').next().unwrap_or_default();
            let is_constant = scanned == "CONSTANT";
            if !OWN.contains(&scanned) && !is_constant && scanned != "l" {
                return Some("a table is scanned");
            }
            // The licenses whose term has ended, which are read by a search of their own.
            if scanned == "l" && !steps.iter().any(|it| it.detail.contains("licenses_ending")) {
                return Some("the licenses are scanned");
            }
        }
        // Those of the same moment are few.
        if detail.ends_with("FOR LAST TERM OF ORDER BY") {
            continue;
        }
        if detail.contains("TEMP B-TREE") && !sorts_little(steps, step) {
            return Some("more than a page is sorted");
        }
    }
    None
}

/// Whether what a step sorts is a page or was merged from pages: it is at the top of its query, whose
/// rows were found one by one by their ids, or it sorts what the statement itself has made.
fn sorts_little(steps: &[Step], sort: &Step) -> bool {
    let beside: Vec<&str> = steps
        .iter()
        .filter(|step| step.parent == sort.parent && step.id != sort.id)
        .map(|step| step.detail.as_str())
        .collect();
    let sources = beside
        .iter()
        .filter(|detail| detail.starts_with("SEARCH") || detail.starts_with("SCAN"));
    let first = sources.clone().next().copied().unwrap_or_default();
    first.ends_with("(id=?)")
        || first == "SCAN merged"
        // One of each mode has an address, and few have an external id.
        || first.contains("customers_identity")
        // Those whose term has ended and that are not marked yet.
        || (first == "SCAN l" && steps.iter().any(|it| it.detail.contains("licenses_ending")))
        // The attempts at the deliveries of a page.
        || first.ends_with("(delivery=?)")
}

#[test]
fn a_list_searches_an_index_and_sorts_a_page_at_most() {
    let mut watched = database();
    let watch = Watch::default();
    watched.set_instrumentation(watch.watcher());
    let mut beside = database();
    let mut check = |question: &str, statement: &str| {
        let steps = steps(&mut beside, statement);
        let plan: Vec<&str> = steps.iter().map(|it| it.detail.as_str()).collect();
        if let Some(fault) = fault(&steps) {
            panic!("{fault} for {question}\n{statement}\n{}", plan.join("\n"));
        }
    };
    let questions = shared::each_question_is_answered_by_an_index(&mut watched, &watch, &mut check);
    assert!(questions > 900, "{questions}");
}
