//! Opening: many nodes at once, and sentences for the operator.

use mintage_domain::ports::Housekeeping;
use mintage_pgtmp::Server;
use mintage_postgres::PostgresStore;

use crate::contract::config;

#[test]
fn nodes_that_start_at_once_make_the_tables_once() {
    let database = Server::shared().create_database().unwrap();
    std::thread::scope(|scope| {
        for _ in 0..6 {
            scope.spawn(|| {
                let node = PostgresStore::open(database.url(), &config()).unwrap();
                node.ready().unwrap();
            });
        }
    });
}

#[test]
fn what_cannot_be_opened_is_told_without_the_password() {
    for (url, told) in [
        ("postgres://u:sesame@127.0.0.1:1/db", "connection to server"),
        (
            "postgres://u:sesame@127.0.0.1:one/db",
            "client library does not take",
        ),
        ("postgres://u:se/same@127.0.0.1/db", "%2F"),
        ("redis://u:sesame@127.0.0.1/", "postgres://"),
    ] {
        let error = PostgresStore::open(url, &config()).unwrap_err();
        let (sentence, debug) = (error.to_string(), format!("{error:?}"));
        assert!(sentence.contains(told), "{sentence}");
        assert!(
            !sentence.contains("same") && !debug.contains("same"),
            "{debug}"
        );
    }
}
