//! Group commit: what it costs.

use crate::contract::Fresh;
use mintage_domain::changes::{Changes, Count, Counter, Put};
use mintage_domain::customer::Customer;
use mintage_domain::ports::{Commit, CommitError, Customers};
use mintage_sql::watch::{Watch, commit_at_once};
use mintage_testkit::fixtures::Shop;

/// A sale with all that a paid order touches.
fn sale(shop: &Shop) -> Changes {
    let sale = shop.sale();
    let mut changes = shop.selling(&sale);
    let delivery = shop.delivery(&sale.license);
    changes.deliveries.push(Put::changed(delivery));
    changes.events.push(Put::changed(shop.heard_event()));
    changes.payments.push(Put::changed(shop.payment()));
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
    assert_eq!(
        many.statements().len(),
        two.statements().len(),
        "{:#?}",
        two.statements()
    );
    assert!(two.statements().len() < 30, "{:#?}", two.statements());
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

/// PostgreSQL keeps no NUL in a text, and a buyer may have any name.
#[test]
fn a_buyer_with_a_nul_in_the_name_gets_a_license() {
    let store = Fresh::open();
    let shop = Shop::opened(&*store, "acme");
    let sale = shop.sale_to(Customer {
        name: Some("An\0na".to_owned()),
        ..shop.customer()
    });
    store.commit(shop.selling(&sale)).unwrap();
    let buyer = store.customer(&shop.tenant.id, &sale.customer.id).unwrap();
    assert_eq!(buyer.unwrap().name.as_deref(), Some("Anna"));
}
