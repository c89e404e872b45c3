//! Plans that were made while the tables were empty, as those of a new server are.
#![expect(clippy::unwrap_used, reason = "a test may fail loudly")]
#![expect(
    clippy::disallowed_methods,
    reason = "the test asks PostgreSQL how many rows it read"
)]

use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use mintage_domain::base::id::LicenseId;
use mintage_domain::base::time::Timestamp;
use mintage_domain::commit::changes::Changes;
use mintage_domain::model::access::rate::Rate;
use mintage_domain::model::licenses::activation::Fingerprint;
use mintage_domain::ports::TakeQuery;
use mintage_pgtmp::{Database, Server};
use mintage_sql::batch::judge_and_write;
use mintage_sql::postgres::batch::Batch;
use mintage_sql::postgres::rate::take;
use mintage_sql::postgres::tables::licenses::activation;
use mintage_testkit::fixtures::Shop;

use crate::config::PostgresConfig;
use crate::connection::{Link, Source};
use crate::url::Url;

#[derive(QueryableByName)]
struct Read {
    #[diesel(sql_type = BigInt)]
    rows: i64,
}

/// The rows that the transaction has read of a table.
fn rows_read(connection: &mut PgConnection, table: &str) -> i64 {
    let read: Read = diesel::sql_query(format!(
        "select coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0) as rows \
         from pg_stat_xact_user_tables where relname = '{table}'"
    ))
    .get_result(connection)
    .unwrap();
    read.rows
}

/// A connection to an empty database whose statistics say that it is empty.
fn link(database: &Database, duty: fn(&Url, &PostgresConfig) -> Source) -> Link {
    let mut connection = PgConnection::establish(database.url()).unwrap();
    crate::migrations::apply(&mut connection).unwrap();
    connection.batch_execute("vacuum analyze").unwrap();
    let url = Url::parse(database.url(), None).unwrap();
    duty(&url, &PostgresConfig::default()).link().unwrap()
}

#[test]
fn a_take_reads_the_windows_of_its_keys_however_many_there_are() {
    let database = Server::shared().create_database().unwrap();
    let mut link = link(&database, Source::rates);
    let connection = link.connection();
    let queries: Vec<TakeQuery> = (1..=8)
        .map(|n| TakeQuery {
            key: format!("key-{n}"),
            rate: Rate {
                limit: 100,
                window: Duration::from_mins(1),
            },
            n: 1,
            now: Timestamp::from_unix_seconds(1_800_000_000).unwrap(),
        })
        .collect();
    take(connection, &queries).unwrap();
    database
        .run(
            "insert into rate_windows (key, bucket, current_takes, previous_takes, granted, expires_at) \
             select 'other-' || n, 0, 0, 0, 0, 0 from generate_series(1, 3000) n",
        )
        .unwrap();
    connection.batch_execute("begin").unwrap();
    take(connection, &queries).unwrap();
    let read = rows_read(connection, "rate_windows");
    assert!((8..100).contains(&read), "{read} rows for 8 keys");
}

#[test]
fn a_commit_reads_the_rows_that_it_names_however_many_there_are() {
    let database = Server::shared().create_database().unwrap();
    let mut link = link(&database, Source::writer);
    let connection = link.connection();
    let shop = Shop::new("acme");
    let commit = |connection: &mut PgConnection, changes: Vec<Changes>| {
        let (verdicts, _) = judge_and_write(&mut Batch::new(connection), &changes, false).unwrap();
        assert!(verdicts.iter().all(Result::is_ok), "{verdicts:?}");
    };
    let first = shop.sale();
    commit(connection, vec![shop.foundation(), shop.selling(&first)]);
    database
        .run(
            "insert into customers (id, tenant, mode, email, metadata, created_at) \
             select 'cus_' || n, 'acme', 'live', n || '@example.test', '{}', n \
             from generate_series(1, 3000) n; \
             insert into counters select 'other/' || n, 1 from generate_series(1, 3000) n",
        )
        .unwrap();
    connection.batch_execute("begin").unwrap();
    commit(
        connection,
        vec![shop.selling(&shop.sale_to(first.customer))],
    );
    for table in ["customers", "counters", "licenses"] {
        let read = rows_read(connection, table);
        assert!(read < 100, "{read} rows of {table}");
    }
}

#[test]
fn a_read_by_key_reads_few_rows_however_many_there_are() {
    let database = Server::shared().create_database().unwrap();
    let mut link = link(&database, Source::pooled);
    let connection = link.connection();
    let license = LicenseId::parse("lic_06h258rjv4xvyrdkt73h8bc4fw").unwrap();
    let fingerprint = Fingerprint::parse("laptop").unwrap();
    let find = |connection: &mut PgConnection| {
        let found = activation::get(connection, &license, &fingerprint);
        assert!(found.unwrap().is_none());
    };
    // After five runs PostgreSQL may keep a plan.
    for _ in 0..6 {
        find(connection);
    }
    database
        .run(
            "insert into activations \
             (license, fingerprint, id, tenant, mode, metadata, first_seen, last_seen, version) \
             select 'lic_' || n, n, 'act_' || n, 'acme', 'live', '{}', n, n, 1 \
             from generate_series(1, 3000) n",
        )
        .unwrap();
    connection.batch_execute("begin").unwrap();
    find(connection);
    let read = rows_read(connection, "activations");
    assert!(read < 100, "{read} rows for one key");
}
