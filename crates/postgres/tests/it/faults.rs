//! What holds a node up, and for how long.

use std::thread;
use std::time::{Duration, Instant};

use mintage_domain::commit::changes::Changes;
use mintage_domain::commit::guards::Refusal;
use mintage_domain::commit::write::Write;
use mintage_domain::model::sellers::tenant::Tenant;
use mintage_domain::ports::{Commit, CommitError, Housekeeping, Licenses, StoreError, Tenants};
use mintage_postgres::{PostgresConfig, PostgresStore};
use mintage_testkit::fixtures::Shop;

use crate::contract::{config, database};
use crate::cut_line::Cut;
use crate::losses::behind_a_line;

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

/// A change to the tenant of a shop, which any other such change must wait for.
fn touching(store: &PostgresStore, shop: &Shop) -> Changes {
    let tenant: Tenant = store.tenant(&shop.tenant.id).unwrap().unwrap();
    let mut changes = shop.changes();
    changes.tenants.push(Write::changed(tenant));
    changes
}

#[test]
fn a_node_that_is_stopped_in_its_batch_holds_the_others_no_longer_than_the_timeout() {
    let (database, line, url) = behind_a_line();
    let stopped = PostgresStore::open(&url, &impatient()).unwrap();
    let other = PostgresStore::open(database.url(), &impatient()).unwrap();
    let (shop, neighbour) = (Shop::opened(&other, "acme"), Shop::opened(&other, "zeta"));
    let first = touching(&stopped, &shop);
    let second = touching(&other, &shop);
    line.cut_once(Cut::Stopped);
    thread::scope(|scope| {
        let committing = scope.spawn(|| stopped.commit(first));
        while !line.was_cut() {
            thread::sleep(Duration::from_millis(5));
        }
        let begun = Instant::now();
        other.commit(neighbour.selling(&neighbour.sale())).unwrap();
        // At first the stopped node has the row; then the server ends its transaction.
        let mut outcome = other.commit(second.clone());
        while matches!(outcome, Err(CommitError::Store(StoreError::Unavailable(_)))) {
            assert!(begun.elapsed() < 6 * PATIENCE, "{outcome:?}");
            outcome = other.commit(second.clone());
        }
        outcome.unwrap();
        line.release();
        let late = committing.join().unwrap();
        assert!(
            matches!(late, Err(CommitError::Refused(Refusal::Stale(_)))),
            "{late:?}"
        );
    });
    stopped.ready().unwrap();
}

#[test]
fn a_database_that_falls_silent_is_noticed_and_used_again() {
    let (_database, line, url) = behind_a_line();
    let store = PostgresStore::open(&url, &impatient()).unwrap();
    let shop = Shop::opened(&store, "acme");
    let sales: Vec<_> = (0..5).map(|_| shop.sale()).collect();
    line.stop();
    thread::scope(|scope| {
        let mut waiting = Vec::new();
        for sale in &sales {
            let store = &store;
            let changes = shop.selling(sale);
            waiting.push(scope.spawn(move || store.commit(changes)));
            // So that the first is under way, and the others wait for it.
            thread::sleep(Duration::from_millis(100));
        }
        let denied = store.ready();
        assert!(
            matches!(denied, Err(StoreError::Unavailable(_))),
            "{denied:?}"
        );
        line.release();
        for (sale, waiting) in sales.iter().zip(waiting) {
            let outcome = waiting.join().unwrap();
            let minted = store.licenses_of_order(&sale.order.id).unwrap().len();
            match outcome {
                Ok(_) => assert_eq!(minted, 1),
                Err(CommitError::Store(StoreError::Unavailable(_))) => assert_eq!(minted, 0),
                Err(other) => panic!("{other}"),
            }
        }
    });
    store.ready().unwrap();
    store.commit(shop.selling(&shop.sale())).unwrap();
}
