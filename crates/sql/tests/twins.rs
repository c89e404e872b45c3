//! The migrations of the two databases say the same.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// What PostgreSQL has had from the first migration on, and SQLite got later.
const APART: [&str; 2] = ["nonces", "nonces_expiry"];

fn migrations(database: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../migrations")
        .join(database)
}

fn names(database: &str) -> BTreeSet<String> {
    fs::read_dir(migrations(database))
        .expect("the migrations are there")
        .map(|entry| {
            let entry = entry.expect("the directory can be read");
            entry.file_name().to_string_lossy().into_owned()
        })
        .collect()
}

/// The statements of a migration in words of neither database, without comments.
fn statements(database: &str, migration: &str, file: &str) -> Vec<String> {
    let path = migrations(database).join(migration).join(file);
    let text = fs::read_to_string(&path).expect("each migration has both files");
    let code: Vec<&str> = text
        .lines()
        .filter(|line| !line.trim_start().starts_with("--"))
        .collect();
    code.join("\n")
        .split(';')
        .map(|statement| neutral(database, statement))
        .filter(|statement| !statement.is_empty() && !is_about_logging(statement))
        .collect()
}

fn neutral(database: &str, statement: &str) -> String {
    let words: Vec<&str> = statement.split_whitespace().collect();
    let mut statement = words.join(" ");
    if database == "postgres" {
        for (postgres, sqlite) in [
            (" text collate \"C\"", " text"),
            (" bytea", " blob"),
            (" bigint", " integer"),
            (" concurrently", ""),
        ] {
            statement = statement.replace(postgres, sqlite);
        }
        return statement;
    }
    // SQLite has no boolean: it is an integer that is checked to be 0 or 1.
    for (integer, boolean) in [
        (" integer not null check (", " boolean not null"),
        (
            " integer not null default 1 check (",
            " boolean not null default true",
        ),
        (
            " integer not null default 0 check (",
            " boolean not null default false",
        ),
    ] {
        while let Some(start) = statement.find(integer) {
            let end = statement[start..].find("))").expect("the check ends") + start + 2;
            statement.replace_range(start..end, boolean);
        }
    }
    statement.replace(") strict", ")")
}

/// Whether a statement says if PostgreSQL logs a table, for which SQLite has no word.
fn is_about_logging(statement: &str) -> bool {
    statement.ends_with(" set unlogged") || statement.ends_with(" set logged")
}

/// Whether a statement makes what the two databases made in different migrations.
fn is_apart(statement: &str) -> bool {
    statement
        .split_whitespace()
        .any(|word| APART.contains(&word))
}

/// The statements that are in the same migration of both databases.
fn together(database: &str, migration: &str, file: &str) -> Vec<String> {
    let mut all = statements(database, migration, file);
    all.retain(|statement| !is_apart(statement));
    all
}

#[test]
fn both_databases_have_the_same_migrations() {
    assert_eq!(names("sqlite"), names("postgres"));
}

#[test]
fn each_migration_says_the_same_to_both_databases() {
    for migration in names("sqlite") {
        for file in ["up.sql", "down.sql"] {
            assert_eq!(
                together("sqlite", &migration, file),
                together("postgres", &migration, file),
                "{migration}/{file}"
            );
        }
    }
}

#[test]
fn what_was_made_apart_is_made_once_and_says_the_same() {
    let apart = |database| {
        let mut made = Vec::new();
        for migration in names(database) {
            let all = statements(database, &migration, "up.sql");
            made.extend(all.into_iter().filter(|statement| is_apart(statement)));
        }
        made
    };
    assert_eq!(apart("sqlite").len(), APART.len());
    assert_eq!(apart("sqlite"), apart("postgres"));
}

#[test]
fn what_is_made_is_also_taken_down() {
    for database in ["sqlite", "postgres"] {
        for migration in names(database) {
            let tables = |file, word: &str| -> BTreeSet<String> {
                statements(database, &migration, file)
                    .iter()
                    .filter_map(|statement| statement.strip_prefix(word))
                    .filter_map(|rest| rest.split_whitespace().next())
                    .map(str::to_owned)
                    .collect()
            };
            assert_eq!(
                tables("up.sql", "create table "),
                tables("down.sql", "drop table "),
                "{database}/{migration}"
            );
        }
    }
}

/// The first migration that may find large tables; those before it ran on new databases.
const FIRST_LARGE: &str = "0011";

/// Whether PostgreSQL runs a migration in no transaction.
fn is_stepwise(migration: &str) -> bool {
    let path = migrations("postgres").join(migration).join("metadata.toml");
    fs::read_to_string(path).is_ok_and(|text| text.trim() == "run_in_transaction = false")
}

fn name_after<'a>(statement: &'a str, words: &str) -> Option<&'a str> {
    statement.strip_prefix(words)?.split_whitespace().next()
}

#[test]
fn no_migration_keeps_others_from_writing_while_it_builds_an_index() {
    let mut built = 0;
    for migration in names("postgres") {
        if migration.as_str() < FIRST_LARGE {
            continue;
        }
        // A table that the same migration makes is empty.
        let all = statements("postgres", &migration, "up.sql");
        let plain = |word: &str| -> Vec<String> {
            let path = migrations("postgres").join(&migration).join("up.sql");
            let text = fs::read_to_string(path).expect("it was read before");
            let lines = text.lines().filter(|line| line.starts_with(word));
            lines.map(str::to_owned).collect()
        };
        let new: BTreeSet<&str> = all
            .iter()
            .filter_map(|statement| name_after(statement, "create table "))
            .collect();
        for line in plain("create ") {
            let Some((_, on)) = line.split_once(" on ") else {
                continue;
            };
            let table = on.split([' ', '(']).next().unwrap_or_default();
            if new.contains(table) {
                continue;
            }
            built += 1;
            assert!(
                line.contains(" index concurrently ") && is_stepwise(&migration),
                "{migration}: `{line}` stops all writes to {table}"
            );
            let name = line.split(" concurrently ").nth(1).unwrap_or_default();
            let name = name.split(' ').next().unwrap_or_default();
            let first = format!("drop index concurrently if exists {name};");
            assert!(
                plain("drop ").contains(&first),
                "{migration}: a crash would leave a broken {name}: begin with `{first}`"
            );
        }
    }
    assert!(built > 0);
}

#[test]
fn a_migration_without_a_transaction_may_be_repeated_and_changes_no_columns() {
    for migration in names("postgres") {
        if !is_stepwise(&migration) {
            continue;
        }
        for statement in statements("postgres", &migration, "up.sql") {
            let repeatable = ["drop index if exists ", "create index ", "update "];
            assert!(
                repeatable.iter().any(|start| statement.starts_with(start)),
                "{migration}: {statement}"
            );
        }
    }
}

#[test]
fn a_migration_that_changes_columns_locks_the_table_for_nothing_else() {
    for migration in names("postgres") {
        if migration.as_str() < FIRST_LARGE {
            continue;
        }
        let all = statements("postgres", &migration, "up.sql");
        let alters = all.iter().any(|it| it.starts_with("alter table "));
        let fills = all.iter().find(|it| it.starts_with("update "));
        assert!(
            !alters || fills.is_none(),
            "{migration} holds the lock of its `alter table` while it fills rows"
        );
    }
}
