//! What holds a node up, and for how long.

use std::thread;
use std::time::{Duration, Instant};

use mintage_domain::commit::write::Write;
use mintage_domain::model::sellers::tenant::Tenant;
use mintage_domain::ports::{Commit, CommitError, Housekeeping, StoreError, Tenants};
use mintage_postgres::{PostgresConfig, PostgresStore};
use mintage_testkit::fixtures::Shop;

use crate::contract::{config, database};

/// Long enough for a machine that is busy with other tests.
const PATIENCE: Duration = Duration::from_secs(1);

fn impatient() -> PostgresConfig {
    PostgresConfig {
        patience: PATIENCE,
        ..config()
    }
}

#[test]
fn a_row_that_is_held_delays_nobody_longer_than_the_timeout() {
    let database = database();
    let store = PostgresStore::open(database.url(), &impatient()).unwrap();
    let (shop, other) = (Shop::opened(&store, "acme"), Shop::opened(&store, "zeta"));
    let tenant: Tenant = store.tenant(&shop.tenant.id).unwrap().unwrap();
    let mut changes = shop.changes();
    changes.tenants.push(Write::changed(tenant));
    let statements = "begin; select id from tenants where id = 'acme' for update; \
                select pg_sleep(6); commit";
    thread::scope(|scope| {
        scope.spawn(|| database.run(statements).unwrap());
        thread::sleep(Duration::from_millis(500));
        let begun = Instant::now();
        let store = &store;
        let held = scope.spawn(move || store.commit(changes));
        thread::sleep(Duration::from_millis(100));
        let neighbour = scope.spawn(move || store.commit(other.selling(&other.sale())));
        let held = held.join().unwrap();
        assert!(
            matches!(held, Err(CommitError::Store(StoreError::Unavailable(_)))),
            "{held:?}"
        );
        neighbour.join().unwrap().unwrap();
        assert!(begun.elapsed() < 4 * PATIENCE, "{:?}", begun.elapsed());
    });
}

#[test]
fn readiness_is_denied_while_the_writer_does_not_answer() {
    let database = database();
    let store = PostgresStore::open(database.url(), &impatient()).unwrap();
    store.ready().unwrap();
    let held = store.hold_writer();
    let denied = store.ready();
    assert!(
        matches!(denied, Err(StoreError::Unavailable(_))),
        "{denied:?}"
    );
    drop(held);
    store.ready().unwrap();
    let held = store.hold_reader();
    assert!(store.ready().is_err());
    drop(held);
    store.ready().unwrap();
}
