//! Connections that are lost.

use std::path::Path;
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use mintage_domain::base::mode::Mode;
use mintage_domain::model::access::rate::{Rate, Take};
use mintage_domain::ports::{
    Commit, CommitError, KeyQuery, Licenses, RateLimiter, StoreError, TakeQuery, Tenants,
    ValidateQuery, Validations,
};
use mintage_pgtmp::{Options, Server};
use mintage_postgres::{PostgresConfig, PostgresStore};
use mintage_testkit::fixtures::Shop;

use crate::contract::Fresh;
use crate::cut_line::{Cut, CutLine};

const CUT_ALL: &str = "select count(pg_terminate_backend(pid)) from pg_stat_activity \
                       where datname = current_database() and pid <> pg_backend_pid()";

#[test]
fn every_call_survives_the_loss_of_all_idle_connections() {
    let store = Fresh::open();
    let shop = Shop::opened(&*store, "acme");
    let minute = Rate {
        limit: 20,
        window: Duration::from_mins(1),
    };
    // So that the pool has connections to lose.
    assert!(store.tenant(&shop.tenant.id).unwrap().is_some());
    for _ in 0..3 {
        store.database().run(CUT_ALL).unwrap();
        store.commit(shop.selling(&shop.sale())).unwrap();
        store.database().run(CUT_ALL).unwrap();
        assert!(store.tenant(&shop.tenant.id).unwrap().is_some());
        store.database().run(CUT_ALL).unwrap();
        let take = store.take(TakeQuery {
            key: "checkout:acme".to_owned(),
            rate: minute,
            n: 1,
            now: shop.now(),
        });
        assert!(matches!(take, Ok(Take::Granted(_))), "{take:?}");
        store.database().run(CUT_ALL).unwrap();
        let key = KeyQuery {
            tenant: shop.tenant.id.clone(),
            product: shop.product.id.clone(),
            mode: Mode::Sandbox,
            hashes: Vec::new(),
        };
        let nonce = Some(shop.nonce(&shop.api_key()));
        let read = store.validate(ValidateQuery { nonce, key });
        assert!(read.is_ok_and(|read| read.fresh));
    }
}

#[test]
fn under_steady_losses_what_was_acknowledged_is_there_and_nothing_is_there_twice() {
    let store = Fresh::open();
    let shop = Shop::opened(&*store, "acme");
    let sales: Vec<_> = (0..300).map(|_| shop.sale()).collect();
    let (send, receive) = channel();
    let outcomes: Vec<(usize, Result<_, CommitError>)> = thread::scope(|scope| {
        scope.spawn(|| {
            for _ in 0..15 {
                store.database().run(CUT_ALL).unwrap();
                thread::sleep(Duration::from_millis(15));
            }
        });
        for (i, sale) in sales.iter().enumerate() {
            let send = send.clone();
            let done = Box::new(move |outcome| send.send((i, outcome)).unwrap());
            store.submit(shop.selling(sale), done);
            thread::sleep(Duration::from_millis(1));
        }
        drop(send);
        receive.iter().collect()
    });
    assert_eq!(outcomes.len(), sales.len());
    let mut acknowledged = 0;
    for (i, outcome) in outcomes {
        let minted = store.licenses_of_order(&sales[i].order.id).unwrap().len();
        match outcome {
            Ok(_) => {
                acknowledged += 1;
                assert_eq!(minted, 1);
            }
            Err(CommitError::Store(StoreError::Unavailable(_))) => assert!(minted <= 1),
            Err(other) => panic!("{other}"),
        }
    }
    assert!(acknowledged > sales.len() / 2, "{acknowledged}");
}

/// A server of its own, since it must be reached by a socket, and a line to it.
pub(crate) fn behind_a_line() -> (mintage_pgtmp::Database, CutLine, String) {
    let server = Server::throw_away(&Options::default()).unwrap();
    let database = server.create_database().unwrap();
    let host = database
        .url()
        .split(['?', '&'])
        .find_map(|parameter| parameter.strip_prefix("host="))
        .unwrap()
        .to_owned();
    let line = CutLine::to(Path::new(&host));
    let url = database.url().replace(&host, &line.dir().to_string_lossy());
    (database, line, url)
}

#[test]
fn a_commit_whose_answer_is_lost_is_told_as_what_became_of_it() {
    let (_database, line, url) = behind_a_line();
    let store = PostgresStore::open(&url, &PostgresConfig::default()).unwrap();
    let shop = Shop::opened(&store, "acme");
    for when in [Cut::BeforeCommit, Cut::AfterCommit, Cut::BeforeCommit] {
        let sale = shop.sale();
        line.cut_once(when);
        let outcome = store.commit(shop.selling(&sale));
        assert!(line.was_cut(), "{when:?}");
        assert!(outcome.is_ok(), "{when:?}: {outcome:?}");
        let minted = store.licenses_of_order(&sale.order.id).unwrap();
        assert_eq!(minted.len(), 1, "{when:?}");
    }
}
