//! What a commit and a validation cost: round trips and parses, counted on the wire. Not time.

use std::sync::mpsc::channel;
use std::time::Duration;

use mintage_domain::model::access::rate::{Rate, Take};
use mintage_domain::ports::{Commit, KeyQuery, RateLimiter, TakeQuery, ValidateQuery, Validations};
use mintage_pgtmp::{Options, Server};
use mintage_postgres::{PostgresConfig, PostgresStore};
use mintage_sql::watch::commit_at_once;
use mintage_testkit::fixtures::Shop;

use crate::contract::config;
use crate::counting_line::CountingLine;
use crate::kinds::Kind;

fn behind_a_line(
    config: &PostgresConfig,
) -> (mintage_pgtmp::Database, CountingLine, PostgresStore) {
    let server = Server::throw_away(&Options::default()).unwrap();
    let database = server.create_database().unwrap();
    let host = database
        .url()
        .split(['?', '&'])
        .find_map(|parameter| parameter.strip_prefix("host="))
        .unwrap()
        .to_owned();
    let line = CountingLine::to(std::path::Path::new(&host));
    let url = database.url().replace(&host, &line.dir().to_string_lossy());
    let store = PostgresStore::open(&url, config).unwrap();
    (database, line, store)
}

#[test]
fn a_batch_takes_few_round_trips_however_large_it_is_and_parses_nothing_anew() {
    let (_database, line, store) = behind_a_line(&config());
    let shop = Shop::opened(&store, "acme");
    let mut told = Vec::new();
    for kind in Kind::ALL {
        let most = match kind {
            Kind::Issue | Kind::PaidWebhook => 6,
            Kind::Activate | Kind::Refund => 5,
        };
        for (n, warm) in [(2, false), (1, true), (64, true)] {
            let batch: Vec<_> = (0..n).map(|_| kind.prepare(&store, &shop)).collect();
            let held = store.hold_writer();
            line.take();
            for outcome in commit_at_once(&store, held, batch) {
                outcome.unwrap();
            }
            let sent = line.take();
            told.push(format!("{kind:?} of {n}: {sent:?}"));
            if warm {
                assert_eq!(sent.parses, 0, "{told:#?}");
                assert!(sent.round_trips <= most, "{told:#?}");
            }
        }
    }
}

#[test]
fn validations_take_one_round_trip_however_many_and_parse_nothing_anew() {
    let (_database, line, store) = behind_a_line(&config());
    let shop = Shop::opened(&store, "acme");
    let license = shop.sold(&store).license;
    let query = || ValidateQuery {
        nonce: Some(shop.nonce(&shop.api_key())),
        key: KeyQuery {
            tenant: license.tenant.clone(),
            product: license.product.clone(),
            mode: license.mode,
            hashes: vec![license.key_hash],
        },
    };
    store.validate(query()).unwrap();
    for n in [1, 64] {
        let queries: Vec<_> = (0..n).map(|_| query()).collect();
        let held = store.hold_reader();
        line.take();
        let (send, receive) = channel();
        for query in queries {
            let send = send.clone();
            let done = Box::new(move |answer| send.send(answer).unwrap());
            store.submit_validate(query, done);
        }
        drop((held, send));
        let answers: Vec<_> = receive.iter().map(Result::unwrap).collect();
        assert_eq!(answers.len(), n);
        assert!(answers.iter().all(|it| it.fresh && it.license.is_some()));
        let cost = line.take();
        assert_eq!((cost.round_trips, cost.parses), (1, 0));
    }
}

#[test]
fn a_connection_that_keeps_too_many_prepared_statements_is_replaced() {
    // What a kind of changes prepares and commits has one writer, and so one connection.
    let one_writer = || PostgresConfig {
        writers: 1,
        ..config()
    };
    let few = PostgresConfig {
        max_prepared: 2,
        ..one_writer()
    };
    for (config, is_replaced) in [(few, true), (one_writer(), false)] {
        let (_database, line, store) = behind_a_line(&config);
        let shop = Shop::opened(&store, "acme");
        let mut opened = 0;
        for kind in Kind::ALL {
            let changes = kind.prepare(&store, &shop);
            line.take();
            store.commit(changes).unwrap();
            opened += line.take().connections;
        }
        assert_eq!(opened > 0, is_replaced, "{config:?}: {opened}");
    }
}

#[test]
fn takes_of_many_rates_take_one_round_trip_and_parse_nothing_anew() {
    let (_database, line, store) = behind_a_line(&config());
    let shop = Shop::new("acme");
    let rate = Rate {
        limit: 60,
        window: Duration::from_secs(1),
    };
    let query = |nth: usize| TakeQuery {
        key: format!("key:{nth}"),
        rate,
        n: 3,
        now: shop.now(),
    };
    store.take(query(0)).unwrap();
    for n in [1, 64] {
        let held = store.hold_rates();
        line.take();
        let (send, receive) = channel();
        for nth in 0..n {
            let send = send.clone();
            let done = Box::new(move |answer| send.send(answer).unwrap());
            store.submit_take(query(nth), done);
        }
        drop((held, send));
        let granted = receive
            .iter()
            .filter(|it| matches!(it, Ok(Take::Granted(_))));
        assert_eq!(granted.count(), n);
        let cost = line.take();
        assert_eq!((cost.round_trips, cost.parses), (1, 0), "{n} takes");
    }
}
