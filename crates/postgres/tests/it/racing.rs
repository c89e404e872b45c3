//! Two nodes on one database.

use std::sync::mpsc::channel;
use std::thread;

use mintage_domain::commit::changes::Changes;
use mintage_domain::commit::counter::{Count, Counter};
use mintage_domain::commit::guards::Refusal;
use mintage_domain::commit::row::Row;
use mintage_domain::commit::write::Write;
use mintage_domain::model::licenses::license::License;
use mintage_domain::ports::{Commit, CommitError, Licenses, Orders};
use mintage_postgres::PostgresStore;
use mintage_testkit::fixtures::Shop;

use crate::contract::{config, database};

#[test]
fn of_two_hundred_copies_told_to_two_nodes_one_is_committed_and_the_rest_exist() {
    let database = database();
    let nodes = [(); 2].map(|()| PostgresStore::open(database.url(), &config()).unwrap());
    let shop = Shop::opened(&nodes[0], "acme");
    let sale = shop.sale();
    let copy = shop.selling(&sale);
    let (send, receive) = channel();
    for i in 0..200 {
        let send = send.clone();
        let done = Box::new(move |outcome| send.send(outcome).unwrap());
        nodes[i % 2].submit(copy.clone(), done);
    }
    drop(send);
    let outcomes: Vec<_> = receive.iter().collect();
    assert_eq!(outcomes.len(), 200);
    let minted = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
    assert_eq!(minted, 1);
    for outcome in outcomes.into_iter().filter_map(Result::err) {
        assert!(
            matches!(outcome, CommitError::Refused(Refusal::Exists(_))),
            "{outcome}"
        );
    }
    let licenses = nodes[1].licenses_of_order(&sale.order.id).unwrap();
    assert_eq!(licenses.len(), 1);
}

/// A signature sent to both, and a call sent to both under signatures of its own.
#[test]
fn a_signature_is_used_up_and_a_call_is_made_once_whichever_node_hears_it_first() {
    let database = database();
    let nodes = [(); 2].map(|()| PostgresStore::open(database.url(), &config()).unwrap());
    let shop = Shop::opened(&nodes[0], "acme");
    let (api_key, buyer) = (shop.api_key(), shop.customer());
    for round in 0..20 {
        let nonce = shop.nonce(&api_key);
        let call = shop.idempotency_record(&api_key, &shop.license(&buyer));
        let minting = |sent: usize| {
            let license = shop.license(&buyer);
            let mut changes = shop.changes();
            if round % 2 == 0 {
                changes.nonces.push(nonce.clone());
            } else {
                changes.nonces.push(shop.nonce(&api_key));
                changes.idempotency.push(Write::changed(call.clone()));
            }
            changes.customers.push(buyer.clone());
            changes.licenses.push(Write::changed(license));
            let (send, receive) = channel();
            let done = Box::new(move |outcome| send.send(outcome).unwrap());
            nodes[sent % 2].submit(changes, done);
            receive
        };
        let sent: Vec<_> = (0..8).map(minting).collect();
        let outcomes: Vec<_> = sent.iter().map(|sent| sent.recv().unwrap()).collect();
        let minted = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
        assert_eq!(minted, 1, "{outcomes:?}");
        for outcome in outcomes.into_iter().filter_map(Result::err) {
            let exists = matches!(
                outcome,
                CommitError::Refused(Refusal::Exists(Row::Nonce(..) | Row::Call(_)))
            );
            assert!(exists, "{outcome}");
        }
    }
}

/// Neighbours of a lost race are not refused with it.
#[test]
fn each_of_many_units_is_minted_once_whichever_node_is_told_first() {
    let database = database();
    let nodes = [(); 2].map(|()| PostgresStore::open(database.url(), &config()).unwrap());
    let shop = Shop::opened(&nodes[0], "acme");
    let sales: Vec<_> = (0..40).map(|_| shop.sale()).collect();
    let (send, receive) = channel();
    for i in 0..sales.len() * 2 {
        let (node, sale) = (i % 2, &sales[i / 2]);
        // The same unit, sold under another license id and key by each node.
        let other = License {
            unit: sale.license.unit.clone(),
            ..shop.license(&sale.customer)
        };
        let mut changes: Changes = shop.changes();
        changes.customers.push(sale.customer.clone());
        changes.licenses.push(Write::changed(other));
        let send = send.clone();
        let done = Box::new(move |outcome| send.send((i / 2, outcome)).unwrap());
        nodes[node].submit(changes, done);
    }
    drop(send);
    let mut minted = vec![0; sales.len()];
    for (unit, outcome) in receive {
        match outcome {
            Ok(_) => minted[unit] += 1,
            Err(CommitError::Refused(Refusal::Exists(_))) => {}
            Err(other) => panic!("{other}"),
        }
    }
    assert_eq!(minted, vec![1; sales.len()]);
}

/// Commits on both nodes at the same time, each what `decide` says, over and over.
fn on_both<T: Send>(
    nodes: &[PostgresStore; 2],
    times: usize,
    decide: impl Fn(&PostgresStore) -> T + Sync,
) -> Vec<T> {
    thread::scope(|scope| {
        let running = nodes.each_ref().map(|node| {
            let decide = &decide;
            scope.spawn(move || (0..times).map(|_| decide(node)).collect::<Vec<_>>())
        });
        running
            .into_iter()
            .flat_map(|node| node.join().unwrap())
            .collect()
    })
}

#[test]
fn a_counter_that_two_nodes_add_to_loses_nothing_and_stops_at_its_cap() {
    let database = database();
    let nodes = [(); 2].map(|()| PostgresStore::open(database.url(), &config()).unwrap());
    let shop = Shop::new("acme");
    let counter = Counter::Products(shop.tenant.id.clone());
    let one_more = || {
        let mut changes = shop.changes();
        changes.counters.push(Count {
            counter: counter.clone(),
            add: 1,
            cap: Some(150),
        });
        changes
    };
    let mut values: Vec<i64> = on_both(&nodes, 100, |node| node.commit(one_more()))
        .into_iter()
        .filter_map(|outcome| match outcome {
            Ok(receipt) => Some(receipt.counters[&counter]),
            Err(CommitError::Refused(Refusal::Full { .. })) => None,
            Err(other) => panic!("{other}"),
        })
        .collect();
    values.sort_unstable();
    assert_eq!(values, (1..=150).collect::<Vec<_>>());
}

#[test]
fn of_two_nodes_that_change_a_row_at_once_one_is_told_that_it_is_stale() {
    let database = database();
    let nodes = [(); 2].map(|()| PostgresStore::open(database.url(), &config()).unwrap());
    let shop = Shop::opened(&nodes[0], "acme");
    let order = shop.order();
    let mut made = shop.changes();
    made.orders.push(Write::changed(order.clone()));
    nodes[0].commit(made).unwrap();
    let outcomes = on_both(&nodes, 100, |node| {
        let read = node.order(&shop.tenant.id, &order.id).unwrap().unwrap();
        let mut changes = shop.changes();
        changes.orders.push(Write::changed(read));
        node.commit(changes)
    });
    let written = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
    for outcome in outcomes.into_iter().filter_map(Result::err) {
        let stale = matches!(outcome, CommitError::Refused(Refusal::Stale(_)));
        assert!(stale, "{outcome}");
    }
    let now = nodes[0].order(&shop.tenant.id, &order.id).unwrap().unwrap();
    assert_eq!(now.version, 1 + u64::try_from(written).unwrap());
}
