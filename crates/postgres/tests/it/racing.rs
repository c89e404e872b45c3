//! Two nodes on one database.

use crate::contract::{config, database};
use mintage_domain::changes::{Changes, Put};
use mintage_domain::guard::Refusal;
use mintage_domain::license::License;
use mintage_domain::ports::{Commit, CommitError, Licenses};
use mintage_postgres::PostgresStore;
use mintage_testkit::fixtures::Shop;
use std::sync::mpsc::channel;

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
        changes.licenses.push(Put::changed(other));
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
