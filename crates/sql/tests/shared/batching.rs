//! Group commit: what it costs, and who suffers for whom. Each SQL store holds these in its own tests,
//! which bring a `crate::contract::Fresh` store.

use std::time::Duration;

use mintage_domain::commit::changes::Changes;
use mintage_domain::commit::counter::{Count, Counter};
use mintage_domain::commit::write::Write;
use mintage_domain::model::sales::order::Order;
use mintage_domain::ports::{
    Catalog, ClaimLimits, Commit, CommitError, Deliveries, Licenses, Orders, StoreError,
};
use mintage_sql::watch::{Watch, commit_at_once};
use mintage_testkit::fixtures::Shop;

use crate::contract::Fresh;

/// A sale with all that a paid order touches.
fn sale(shop: &Shop) -> Changes {
    let sale = shop.sale();
    let mut changes = shop.selling(&sale);
    let delivery = shop.delivery(&sale.license);
    changes.deliveries.push(Write::changed(delivery));
    changes.events.push(Write::changed(shop.processed_event()));
    changes.payments.push(Write::changed(shop.payment()));
    changes.audit.push(shop.audit_entry());
    changes.counters.push(Count {
        counter: Counter::Products(shop.tenant.id.clone()),
        add: 1,
        cap: None,
    });
    changes
}

/// The statements of one batch of `n` sales.
fn statements_of(n: usize) -> Watch {
    let store = Fresh::open();
    let shop = Shop::opened(&*store, "acme");
    let sales: Vec<Changes> = (0..n).map(|_| sale(&shop)).collect();
    let watch = Watch::default();
    store.watch_writer(watch.watcher());
    for outcome in commit_at_once(&*store, store.hold_writer(), sales) {
        outcome.unwrap();
    }
    watch
}

#[test]
fn sixty_four_sales_are_one_transaction_of_as_many_statements_as_two() {
    let (two, many) = (statements_of(2), statements_of(64));
    assert_eq!((many.count("begin"), many.count("commit")), (1, 1));
    assert_eq!(many.texts(), two.texts());
    assert!(two.texts().len() < 30, "{:#?}", two.texts());
}

#[test]
fn a_batch_with_more_values_than_a_statement_may_bind_is_written_whole() {
    let store = Fresh::open();
    let shop = Shop::opened(&*store, "acme");
    let license = shop.sale().license;
    let batch = (0..10)
        .map(|_| {
            let mut changes = shop.changes();
            for _ in 0..Changes::MAX_FACTS {
                let delivery = shop.delivery(&license);
                changes.deliveries.push(Write::changed(delivery));
            }
            changes
        })
        .collect();
    for outcome in commit_at_once(&*store, store.hold_writer(), batch) {
        outcome.unwrap();
    }
    let mut endpoint = shop.changes();
    endpoint
        .endpoints
        .push(Write::changed(shop.webhook_endpoint()));
    store.commit(endpoint).unwrap();
    let written = 10 * Changes::MAX_FACTS;
    let claimed = store.claim(&ClaimLimits {
        now: shop.now(),
        responsive: 2 * written,
        unresponsive: 0,
        per_lane: written,
        lease: Duration::from_secs(9),
    });
    assert_eq!(claimed.unwrap().leased.len(), written);
}

#[test]
fn a_batch_that_is_all_refused_writes_nothing_at_all() {
    let store = Fresh::open();
    let shop = Shop::opened(&*store, "acme");
    let watch = Watch::default();
    store.watch_writer(watch.watcher());
    let again = vec![shop.foundation(), shop.foundation()];
    for outcome in commit_at_once(&*store, store.hold_writer(), again) {
        assert!(
            matches!(outcome, Err(CommitError::Refused(_))),
            "{outcome:?}"
        );
    }
    assert_eq!((watch.count("insert"), watch.count("commit")), (0, 0));
}

#[test]
fn who_brings_what_no_guard_foresees_fails_alone() {
    let store = Fresh::open();
    let shop = Shop::opened(&*store, "acme");
    let first = shop.order();
    // Another order of the same session: unique in the table, and no guard speaks of it.
    let second = Order {
        session: first.session.clone(),
        ..shop.order()
    };
    let neighbour = shop.sale();
    let ordering = |order: &Order| {
        let mut changes = shop.changes();
        changes.orders.push(Write::changed(order.clone()));
        changes
    };
    let batch = vec![
        ordering(&first),
        ordering(&second),
        shop.selling(&neighbour),
    ];
    let outcomes = commit_at_once(&*store, store.hold_writer(), batch);
    assert!(outcomes[0].is_ok(), "{outcomes:?}");
    assert!(
        matches!(&outcomes[1], Err(CommitError::Store(StoreError::Failed(_)))),
        "{outcomes:?}"
    );
    assert!(outcomes[2].is_ok(), "{outcomes:?}");
    let tenant = &shop.tenant.id;
    assert_eq!(store.order(tenant, &second.id), Ok(None));
    let minted = store.license(tenant, &neighbour.license.id);
    assert!(minted.unwrap().is_some());
}

#[test]
fn a_price_forgotten_by_a_later_caller_of_the_batch_is_gone() {
    let store = Fresh::open();
    let shop = Shop::opened(&*store, "acme");
    let (mut made, mut forgotten, mut anew) = (shop.changes(), shop.changes(), shop.changes());
    made.prices.push(shop.price_link());
    let account = (shop.tenant.id.clone(), shop.account.clone());
    forgotten.forgotten_prices.push(account);
    let last = shop.price_link();
    anew.prices.push(last.clone());
    for (batch, left) in [
        (vec![made.clone(), forgotten.clone()], vec![]),
        (vec![made, forgotten, anew], vec![last]),
    ] {
        for outcome in commit_at_once(&*store, store.hold_writer(), batch) {
            outcome.unwrap();
        }
        assert_eq!(store.price_links(&shop.tenant.id, &shop.account), Ok(left));
    }
}
