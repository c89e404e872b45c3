//! The hot read.

use std::sync::mpsc::channel;

use mintage_domain::commit::write::Write;
use mintage_domain::model::access::nonce::Nonce;
use mintage_domain::model::licenses::license::License;
use mintage_domain::ports::{ApiKeys, Commit, KeyQuery, ValidateQuery, ValidateRead, Validations};
use mintage_postgres::PostgresStore;
use mintage_sql::watch::Watch;
use mintage_testkit::fixtures::Shop;

use crate::contract::{Fresh, config};

fn query(shop: &Shop, license: &License, signature: u8) -> ValidateQuery {
    ValidateQuery {
        nonce: Some(Nonce {
            signature: [signature; 32],
            ..shop.nonce(&shop.api_key())
        }),
        key: KeyQuery {
            tenant: license.tenant.clone(),
            product: license.product.clone(),
            mode: license.mode,
            hashes: vec![license.key_hash],
        },
    }
}

/// Asks all queries in one batch.
fn at_once(store: &PostgresStore, queries: Vec<ValidateQuery>) -> Vec<ValidateRead> {
    let held = store.hold_reader();
    let waiting: Vec<_> = queries
        .into_iter()
        .map(|query| {
            let (send, receive) = channel();
            let done = Box::new(move |answer| send.send(answer).unwrap());
            store.submit_validate(query, done);
            receive
        })
        .collect();
    drop(held);
    let answers = waiting.into_iter().map(|answer| answer.recv().unwrap());
    answers.map(Result::unwrap).collect()
}

#[test]
fn sixty_four_questions_are_one_statement_and_each_gets_its_own_answer() {
    let store = Fresh::open();
    let shop = Shop::opened(&*store, "acme");
    let sales: Vec<_> = (0..64).map(|_| shop.sale()).collect();
    for sale in &sales {
        store.commit(shop.selling(sale)).unwrap();
    }
    let watch = Watch::default();
    store.watch_reader(watch.watcher());
    let queries = sales
        .iter()
        .zip(0..)
        .map(|(sale, i)| query(&shop, &sale.license, i));
    let answers = at_once(&store, queries.collect());
    assert_eq!(watch.statements().len(), 1, "{:#?}", watch.statements());
    for (sale, answer) in sales.iter().zip(answers) {
        assert!(answer.fresh);
        let known = answer.license.unwrap();
        assert_eq!(known.record.license.id, sale.license.id);
    }
}

#[test]
fn questions_that_nobody_signed_are_one_statement_and_so_they_are_beside_signed_ones() {
    let store = Fresh::open();
    let shop = Shop::opened(&*store, "acme");
    let sale = shop.sale();
    store.commit(shop.selling(&sale)).unwrap();
    let signed = query(&shop, &sale.license, 1);
    let unsigned = ValidateQuery {
        nonce: None,
        ..signed.clone()
    };
    for (queries, statements, fresh) in [
        (vec![unsigned.clone(); 64], 1, vec![true; 64]),
        (
            vec![unsigned.clone(), signed.clone(), unsigned, signed],
            1,
            vec![true, true, true, false],
        ),
    ] {
        let watch = Watch::default();
        store.watch_reader(watch.watcher());
        let answers = at_once(&store, queries);
        let made = watch.statements();
        assert_eq!(made.len(), statements, "{made:#?}");
        let told: Vec<bool> = answers.iter().map(|answer| answer.fresh).collect();
        assert_eq!(told, fresh);
        assert!(answers.iter().all(|answer| answer.license.is_some()));
    }
}

#[test]
fn a_nonce_asked_twice_in_one_batch_is_fresh_once_and_never_on_another_node() {
    let store = Fresh::open();
    let shop = Shop::opened(&*store, "acme");
    let sale = shop.sale();
    store.commit(shop.selling(&sale)).unwrap();
    let one = query(&shop, &sale.license, 1);
    let answers = at_once(&store, vec![one.clone(), one.clone(), one.clone()]);
    let fresh: Vec<bool> = answers.iter().map(|answer| answer.fresh).collect();
    assert_eq!(fresh, [true, false, false]);
    let other = PostgresStore::open(store.database().url(), &config()).unwrap();
    assert!(!other.validate(one).unwrap().fresh);
}

#[test]
fn a_row_that_makes_no_sense_spoils_no_neighbours_answer() {
    let store = Fresh::open();
    let shop = Shop::opened(&*store, "acme");
    let (good, bad) = (shop.sale(), shop.sale());
    store.commit(shop.selling(&good)).unwrap();
    store.commit(shop.selling(&bad)).unwrap();
    let spoil = format!(
        "update licenses set mode = 'dead' where id = '{}'",
        bad.license.id
    );
    store.database().run(&spoil).unwrap();
    let held = store.hold_reader();
    let (send, receive) = channel();
    for (name, sale, signature) in [("good", &good, 1), ("bad", &bad, 2)] {
        let send = send.clone();
        let done = Box::new(move |answer| send.send((name, answer)).unwrap());
        store.submit_validate(query(&shop, &sale.license, signature), done);
    }
    drop((held, send));
    for (name, answer) in receive {
        assert_eq!(answer.is_ok(), name == "good", "{name}: {answer:?}");
        if let Err(error) = answer {
            let told = error.to_string();
            assert!(
                told.contains("mode") && told.contains(bad.license.id.as_str()),
                "{told}"
            );
        }
    }
}

#[test]
fn an_answer_waits_for_no_writer() {
    let store = Fresh::open();
    let shop = Shop::opened(&*store, "acme");
    let key = shop.api_key();
    let mut changes = shop.changes();
    changes.api_keys.push(Write::changed(key.clone()));
    store.commit(changes).unwrap();
    let sale = shop.sale();
    store.commit(shop.selling(&sale)).unwrap();
    let held = store.hold_writer();
    assert!(
        store
            .validate(query(&shop, &sale.license, 1))
            .unwrap()
            .fresh
    );
    assert!(store.api_key(&key.id).unwrap().is_some());
    drop(held);
}
