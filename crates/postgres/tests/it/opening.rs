//! Opening: many nodes at once, and sentences for the operator.

use mintage_domain::ports::{Housekeeping, MasterKeys};
use mintage_domain::usecase::env::SealedField;
use mintage_pgtmp::Server;
use mintage_postgres::{OpenError, PostgresConfig, PostgresStore};
use mintage_testkit::TestEnv;

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

#[test]
fn a_store_that_only_reads_migrates_and_writes_nothing() {
    let database = Server::shared().create_database().unwrap();
    let reading = PostgresConfig {
        read_only: true,
        ..config()
    };
    let open = || PostgresStore::open(database.url(), &reading);
    assert!(matches!(open(), Err(OpenError::Outdated)));
    let tables = "select count(*) from information_schema.tables where table_schema = 'public'";
    assert_eq!(database.run(tables).unwrap().trim(), "0");

    drop(PostgresStore::open(database.url(), &config()).unwrap());
    let store = open().unwrap();
    store.ready().unwrap();
    let test = TestEnv::seeded("reading");
    let canary = test.env().seal(SealedField::CANARY, "k1", b"mintage");
    assert_eq!(store.canaries(), Ok(Vec::new()));
    assert!(store.add_canary(&canary).is_err());
    assert_eq!(store.canaries(), Ok(Vec::new()));

    let version = "insert into __diesel_schema_migrations (version) values ('9999')";
    database.run(version).unwrap();
    assert!(matches!(open(), Err(OpenError::Newer(version)) if version == "9999"));
    let last = "delete from __diesel_schema_migrations where version in ('9999', '0001')";
    database.run(last).unwrap();
    assert!(matches!(open(), Err(OpenError::Outdated)));
}
