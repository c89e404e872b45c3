//! Commits of many callers at the same moment.

use std::collections::BTreeSet;

use mintage_domain::commit::changes::Changes;
use mintage_domain::commit::counter::{Count, Counter};
use mintage_domain::commit::guards::Refusal;
use mintage_domain::commit::write::Write;
use mintage_domain::model::licenses::license::{License, OrderUnit};
use mintage_domain::model::sales::customer::Customer;
use mintage_domain::model::sales::order::{Order, OrderStatus};
use mintage_domain::model::stripe::processed_event::ProcessedEvent;
use mintage_domain::ports::CommitError;

use crate::contracts::store::at_once::at_once;
use crate::contracts::store::committing::{changing, committed};
use crate::contracts::store::counting::{counted, counting};
use crate::contracts::store::nodes::Nodes;
use crate::fixtures::Shop;

/// Of thirty-two reports of one payment at the same moment, one mints a license and all others are
/// refused.
pub fn one_sale_reported_many_times_mints_once(store: &Nodes<'_>) {
    let shop = Shop::opened(store, "acme");
    let order = Write::changed(shop.order());
    committed(store, changing(&shop, |it| it.orders.push(order.clone())));
    let event = shop.processed_event();
    let buyer = shop.customer();
    let reports: Vec<Changes> = (0..32)
        .map(|_| fulfilment(&shop, &order.value, &event, &buyer))
        .collect();
    let outcomes = at_once(reports.len(), |i| store.commit(reports[i].clone()));
    let minted = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
    assert_eq!(minted, 1);
    for outcome in outcomes {
        let refusal = match outcome {
            Ok(_) => continue,
            Err(CommitError::Refused(refusal)) => refusal,
            Err(CommitError::Store(error)) => panic!("{error}"),
        };
        assert!(
            matches!(refusal, Refusal::Exists(_) | Refusal::Stale(_)),
            "{refusal}"
        );
    }
    let licenses = store.licenses_of_order(&order.value.id);
    assert_eq!(licenses.expect("the store answers").len(), 1);
    let order = store.order(&shop.tenant.id, &order.value.id);
    let order = order.expect("the store answers").expect("it was written");
    assert_eq!((order.status, order.version), (OrderStatus::Fulfilled, 2));
}

/// The commit of a webhook handler for a paid order, with new ids and keys.
fn fulfilment(shop: &Shop, order: &Order, event: &ProcessedEvent, buyer: &Customer) -> Changes {
    let customer = Customer {
        email: buyer.email.clone(),
        ..shop.customer()
    };
    let license = License {
        unit: Some(OrderUnit {
            order: order.id.clone(),
            line: 0,
            unit: 0,
        }),
        ..shop.license(&customer)
    };
    let paid = Order {
        status: OrderStatus::Fulfilled,
        customer: Some(customer.id.clone()),
        fulfilled_at: Some(shop.now()),
        ..order.clone()
    };
    changing(shop, |it| {
        it.events.push(Write::changed(event.clone()));
        it.orders.push(Write::changed(paid));
        it.customers.push(customer);
        it.deliveries.push(Write::changed(shop.delivery(&license)));
        it.licenses.push(Write::changed(license));
        it.audit.push(shop.audit_entry());
    })
}

/// Of thirty-two callers who add to a counter with a cap of ten, ten succeed.
pub fn a_capped_counter_lets_exactly_its_cap_in(store: &Nodes<'_>) {
    let shop = Shop::opened(store, "acme");
    let outcomes = at_once(32, |_| store.commit(counting(&shop, 1, Some(10))));
    let mut values = BTreeSet::new();
    for outcome in outcomes {
        match outcome {
            Ok(receipt) => values.extend(receipt.counters.into_values()),
            Err(CommitError::Refused(Refusal::Full { .. })) => {}
            Err(other) => panic!("{other}"),
        }
    }
    let each: BTreeSet<i64> = (1..=10).collect();
    assert_eq!(values, each, "each receipt has another value");
    assert_eq!(counted(store, &shop), 10);
}

/// Commits that write the same rows in opposite orders all end.
pub fn opposite_orders_do_not_lock_each_other_out(store: &Nodes<'_>) {
    let shops = [Shop::opened(store, "one"), Shop::opened(store, "two")];
    let orders = shops
        .each_ref()
        .map(|shop| Write::changed(shop.order()).value);
    for (shop, order) in shops.iter().zip(&orders) {
        let mut order = order.clone();
        order.version = 0;
        committed(
            store,
            changing(shop, |it| it.orders.push(Write::changed(order))),
        );
    }
    let outcomes = at_once(16, |i| {
        let mut changes = shops[0].changes();
        let order = if i % 2 == 0 { [0, 1] } else { [1, 0] };
        for j in order {
            changes.orders.push(Write::changed(orders[j].clone()));
            changes.counters.push(Count {
                counter: Counter::Products(shops[j].tenant.id.clone()),
                add: 1,
                cap: None,
            });
        }
        store.commit(changes)
    });
    let mut written = 0;
    for outcome in outcomes {
        match outcome {
            Ok(_) => written += 1,
            Err(CommitError::Refused(Refusal::Stale(_))) => {}
            Err(other) => panic!("{other}"),
        }
    }
    assert_eq!(written, 1);
    assert_eq!(shops.each_ref().map(|shop| counted(store, shop)), [1, 1]);
}
