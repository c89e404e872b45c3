//! Many callers at once.

use std::collections::BTreeSet;
use std::time::Duration;

use mintage_domain::commit::changes::Changes;
use mintage_domain::commit::counter::{Count, Counter};
use mintage_domain::commit::guards::Refusal;
use mintage_domain::commit::write::Write;
use mintage_domain::model::licenses::license::{License, OrderUnit};
use mintage_domain::model::sales::customer::Customer;
use mintage_domain::model::sales::order::{Order, OrderStatus};
use mintage_domain::model::stripe::processed_event::ProcessedEvent;
use mintage_domain::ports::{CommitError, Store};

use super::deliveries::with_deliveries;
use super::witness::{at_once, changing, committed, counted, counting};
use crate::fixtures::Shop;

/// The news of one payment, told thirty-two times at once: one license is minted, and all but one
/// teller are told that it was.
pub fn one_sale_told_many_times_mints_once(store: &dyn Store) {
    let shop = Shop::opened(store, "acme");
    let order = Write::changed(shop.order());
    committed(store, changing(&shop, |it| it.orders.push(order.clone())));
    let event = shop.processed_event();
    let buyer = shop.customer();
    let told: Vec<Changes> = (0..32)
        .map(|_| fulfilment(&shop, &order.value, &event, &buyer))
        .collect();
    let outcomes = at_once(told.len(), |i| store.commit(told[i].clone()));
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

/// What a webhook handler commits on hearing that an order was paid: ids and keys of its own.
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

/// Thirty-two callers add to a counter with room for ten.
pub fn a_capped_counter_lets_exactly_its_cap_in(store: &dyn Store) {
    let shop = Shop::opened(store, "acme");
    let outcomes = at_once(32, |_| store.commit(counting(&shop, 1, Some(10))));
    let mut values = BTreeSet::new();
    for outcome in outcomes {
        match outcome {
            Ok(receipt) => values.extend(receipt.counters.into_values()),
            Err(CommitError::Refused(Refusal::Full(_))) => {}
            Err(other) => panic!("{other}"),
        }
    }
    let each: BTreeSet<i64> = (1..=10).collect();
    assert_eq!(values, each, "each receipt tells another value");
    assert_eq!(counted(store, &shop), 10);
}

/// A buyer met by sixteen callers at once has one id, and every license is theirs.
pub fn a_customer_met_by_many_at_once_has_one_id(store: &dyn Store) {
    let shop = Shop::opened(store, "acme");
    let buyer = shop.customer();
    let sales: Vec<_> = (0..16)
        .map(|i| {
            shop.sale_to(Customer {
                email: buyer.email.clone(),
                metadata: [(format!("from-{i}"), i.into())].into_iter().collect(),
                ..shop.customer()
            })
        })
        .collect();
    let told = at_once(sales.len(), |i| {
        let receipt = committed(store, shop.selling(&sales[i]));
        receipt.customers[&sales[i].customer.id].clone()
    });
    assert!(told.iter().all(|id| *id == told[0]), "{told:?}");
    for sale in &sales {
        let record = store.license(&shop.tenant.id, &sale.license.id);
        let record = record.expect("the store answers").expect("it was minted");
        assert_eq!(
            (record.license.customer, record.email),
            (told[0].clone(), buyer.email.clone())
        );
    }
    let customer = store.customer(&shop.tenant.id, &told[0]);
    let customer = customer.expect("the store answers").expect("it is known");
    assert_eq!(customer.metadata.len(), 16, "no merge was lost");
}

/// Eight claimers at once share forty deliveries without one being handed out twice or left.
pub fn two_claimers_share_nothing(store: &dyn Store) {
    let (shop, written) = with_deliveries(store, "acme", 40);
    let mut claimed = Vec::new();
    // A claim may find all that is due locked by its neighbours, and ask again.
    for _ in 0..written.len() {
        let claims = at_once(8, |_| {
            let claims = store.claim(shop.now(), 7, 40, Duration::from_mins(1));
            claims.expect("the store answers")
        });
        claimed.extend(claims.into_iter().flatten().map(|it| it.delivery.id));
        if claimed.len() >= written.len() {
            break;
        }
    }
    let distinct: BTreeSet<_> = claimed.iter().collect();
    assert_eq!((claimed.len(), distinct.len()), (40, 40));
}

/// However many claim at once, a lane has no more leases than its cap.
pub fn a_lane_is_capped_for_all_claimers_together(store: &dyn Store) {
    let (shop, _) = with_deliveries(store, "acme", 40);
    let claims = at_once(8, |_| {
        let claims = store.claim(shop.now(), 5, 3, Duration::from_mins(1));
        claims.expect("the store answers").len()
    });
    let in_all: usize = claims.iter().sum();
    assert!(in_all <= 3, "{in_all} leases in a lane of 3");
}

/// Commits that touch the same rows in opposite orders end all the same.
pub fn opposite_orders_do_not_lock_each_other_out(store: &dyn Store) {
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
