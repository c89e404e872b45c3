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
