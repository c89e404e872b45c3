//! What waits for the background to take it up.

use std::collections::BTreeSet;
use std::time::Duration;

use mintage_domain::base::mode::Mode;
use mintage_domain::base::page::PageRequest;
use mintage_domain::commit::write::Write;
use mintage_domain::model::sales::order::{Order, OrderStatus};
use mintage_domain::model::stripe::account::{AccountLink, AccountRef};
use mintage_domain::model::stripe::connection::Connection;
use mintage_domain::model::stripe::processed_event::{EventOutcome, ProcessedEvent};
use mintage_domain::ports::Store;

use super::witness::{changing, committed};
use crate::fixtures::Shop;

/// Connections with accounts to retire are found until there are none left, no more than asked.
pub fn connections_to_retire_are_found(store: &dyn Store) {
    let shops = ["one", "two", "three"].map(|slug| Shop::opened(store, slug));
    let left = shops.each_ref().map(|shop| {
        let mut connection = shop.connection();
        connection.disconnect(false);
        Write::changed(connection).value
    });
    for (shop, connection) in shops.iter().zip(&left) {
        let mut unwritten = connection.clone();
        unwritten.version = 0;
        let put = Write::changed(unwritten);
        committed(store, changing(shop, |it| it.connections.push(put)));
    }
    let found = |n| -> BTreeSet<_> {
        let found = store.retiring(n).expect("the store answers");
        assert!(found.iter().all(|it| left.contains(it)), "as written");
        found.into_iter().map(|it| it.tenant).collect()
    };
    assert_eq!((found(10).len(), found(2).len(), found(0).len()), (3, 2, 0));
    let retired = Connection {
        retiring: vec![],
        ..left[0].clone()
    };
    committed(
        store,
        changing(&shops[0], |it| it.connections.push(Write::changed(retired))),
    );
    assert!(!found(10).contains(&shops[0].tenant.id));
    assert_eq!(found(10).len(), 2);
}

/// Parked events come due at their time, oldest first, no more than asked; settled ones never.
pub fn parked_events_come_due_oldest_first(store: &dyn Store) {
    let shop = Shop::opened(store, "acme");
    let start = shop.now();
    let after = |seconds| start.plus(Duration::from_secs(seconds));
    let parked = |received: u64, retry: u64| ProcessedEvent {
        received_at: after(received),
        outcome: EventOutcome::Parked {
            reason: "no such key type".to_owned(),
            payload: b"{}".to_vec(),
            retry_at: after(retry),
        },
        ..shop.processed_event()
    };
    let events = [parked(2, 10), parked(1, 20), parked(3, 10), parked(0, 30)]
        .map(|event| Write::changed(event).value);
    let settled = shop.processed_event();
    committed(
        store,
        changing(&shop, |it| {
            it.events.push(Write::changed(settled));
            for event in &events {
                let mut event = event.clone();
                event.version = 0;
                it.events.push(Write::changed(event));
            }
        }),
    );
    for (now, n, expected) in [
        (9, 10, vec![]),
        (10, 10, vec![0, 2]),
        (10, 1, vec![0]),
        (20, 10, vec![1, 0, 2]),
        (30, 3, vec![3, 1, 0]),
        (30, 10, vec![3, 1, 0, 2]),
    ] {
        let expected: Vec<_> = expected.into_iter().map(|i| events[i].clone()).collect();
        assert_eq!(
            store.parked_due(after(now), n),
            Ok(expected),
            "{n} at {now}"
        );
    }
    let applied = ProcessedEvent {
        outcome: EventOutcome::Applied,
        ..events[0].clone()
    };
    committed(
        store,
        changing(&shop, |it| it.events.push(Write::changed(applied))),
    );
    let due = store.parked_due(after(10), 10).expect("the store answers");
    assert_eq!(due, [events[2].clone()]);
}

/// Parked events are listed to the tenant whom their account belongs to in their mode; an account
/// that moves takes them along.
pub fn parked_events_belong_to_the_tenant_of_their_account(store: &dyn Store) {
    let (one, two) = (Shop::opened(store, "one"), Shop::opened(store, "two"));
    let account = one.account.clone();
    let link = |shop: &Shop, mode| AccountLink {
        account: AccountRef {
            mode,
            account: account.clone(),
        },
        ..shop.account_link()
    };
    let parked = |endpoint, account| ProcessedEvent {
        endpoint,
        account,
        outcome: EventOutcome::Parked {
            reason: "no such key type".to_owned(),
            payload: b"{}".to_vec(),
            retry_at: one.now(),
        },
        ..one.processed_event()
    };
    let live = parked(Mode::Live, Some(account.clone()));
    let sandbox = parked(Mode::Sandbox, Some(account.clone()));
    committed(
        store,
        changing(&one, |it| {
            it.accounts.push(Write::changed(link(&one, Mode::Live)));
            it.accounts.push(Write::changed(link(&two, Mode::Sandbox)));
            it.events.push(Write::changed(live.clone()));
            it.events.push(Write::changed(sandbox.clone()));
            it.events.push(Write::changed(parked(Mode::Live, None)));
            it.events.push(Write::changed(one.processed_event()));
        }),
    );
    let listed = |shop: &Shop| -> Vec<_> {
        let page = store.parked(&shop.tenant.id, &PageRequest::default());
        let items = page.expect("the store answers").items;
        items.into_iter().map(|it| it.id).collect()
    };
    assert_eq!(
        (listed(&one), listed(&two)),
        (vec![live.id.clone()], vec![sandbox.id.clone()])
    );
    let mut moved = Write::changed(link(&one, Mode::Live)).value;
    moved.tenant = two.tenant.id.clone();
    committed(
        store,
        changing(&one, |it| it.accounts.push(Write::changed(moved))),
    );
    assert_eq!((listed(&one).len(), listed(&two).len()), (0, 2));
}

/// Orders still opening that were made before a time are found, no more than asked.
pub fn stuck_orders_are_found(store: &dyn Store) {
    let shop = Shop::opened(store, "acme");
    let start = shop.now();
    let opening = |seconds| Order {
        status: OrderStatus::Opening,
        session: None,
        created_at: start.plus(Duration::from_secs(seconds)),
        ..shop.order()
    };
    let orders = [opening(0), opening(1), opening(2)];
    let open = Order {
        status: OrderStatus::Open,
        ..opening(0)
    };
    committed(
        store,
        changing(&shop, |it| {
            it.orders.push(Write::changed(open));
            for order in &orders {
                it.orders.push(Write::changed(order.clone()));
            }
        }),
    );
    let found = |seconds, n| -> BTreeSet<_> {
        let before = start.plus(Duration::from_secs(seconds));
        let orders = store.stuck_orders(before, n).expect("the store answers");
        orders.into_iter().map(|it| it.id).collect()
    };
    let ids = |range: std::ops::Range<usize>| -> BTreeSet<_> {
        orders[range].iter().map(|it| it.id.clone()).collect()
    };
    assert_eq!(found(0, 10), ids(0..0));
    assert_eq!(found(1, 10), ids(0..1));
    assert_eq!(found(2, 10), ids(0..2));
    assert_eq!(found(9, 10), ids(0..3));
    assert_eq!(found(9, 2).len(), 2);
}
