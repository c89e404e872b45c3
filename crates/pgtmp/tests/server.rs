//! What holds on any server: one of our own, or the one that `TEST_DATABASE_URL` names.

#![expect(clippy::unwrap_used, reason = "a server that fails is a failed test")]

use mintage_pgtmp::{Error, Server};

#[test]
fn the_server_tells_the_version_that_answers() {
    let server = Server::shared();
    let database = server.create_database().unwrap();

    let told = database.run("select version()").unwrap();

    assert!(
        told.starts_with(server.version()),
        "{told} / {}",
        server.version()
    );
    let number = server.version().strip_prefix("PostgreSQL ").unwrap();
    assert!(number.starts_with(|c: char| c.is_ascii_digit()), "{number}");
}

#[test]
fn databases_know_nothing_of_each_other() {
    let server = Server::shared();
    let one = server.create_database().unwrap();
    let other = server.create_database().unwrap();

    one.run("create table coins (face text); insert into coins values ('heads')")
        .unwrap();

    assert_eq!(one.run("select face from coins").unwrap(), "heads");
    let error = other.run("select face from coins").unwrap_err();
    assert!(matches!(error, Error::Sql { .. }), "{error}");
    assert!(
        error
            .to_string()
            .contains(r#"relation "coins" does not exist"#),
        "{error}"
    );
}

#[test]
fn a_copy_starts_with_the_rows_of_its_template_and_then_goes_its_own_way() {
    let server = Server::shared();
    let model = server.create_database().unwrap();
    model
        .run("create table coins (face text); insert into coins values ('heads')")
        .unwrap();

    let copy = server.create_database_from(&model).unwrap();
    copy.run("insert into coins values ('tails')").unwrap();

    assert_eq!(
        copy.run("select face from coins order by face").unwrap(),
        "heads\ntails"
    );
    assert_eq!(model.run("select face from coins").unwrap(), "heads");
}

#[test]
fn text_is_utf_8_and_sorts_by_bytes() {
    let server = Server::shared();
    let database = server.create_database().unwrap();

    let sorted = database
        .run("select string_agg(word, ' ' order by word) from (values ('ä'), ('b'), ('Z')) as words (word)")
        .unwrap();

    assert_eq!(sorted, "Z b ä");
}

#[test]
fn a_dropped_guard_drops_its_database() {
    let server = Server::shared();
    let watcher = server.create_database().unwrap();
    let database = server.create_database().unwrap();
    let exists = format!(
        "select count(*) from pg_database where datname = '{}'",
        database.name()
    );
    assert_eq!(watcher.run(&exists).unwrap(), "1");

    drop(database);

    assert_eq!(watcher.run(&exists).unwrap(), "0");
}
