//! The tables.

use std::collections::HashSet;
use std::error::Error;

use diesel::SqliteConnection;
use diesel::migration::MigrationSource;
use diesel::sqlite::Sqlite;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use crate::connection::{again_while_locked, has_table, is_locked};

pub(crate) const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations");

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// Why the tables were not brought up to date.
#[derive(Debug)]
pub(crate) enum NotApplied {
    /// A newer version, whose migration this is, has changed the tables.
    Newer(String),
    /// A migration of this version is not applied.
    Outdated,
    /// A migration failed.
    Failed(Box<dyn Error + Send + Sync>),
}

impl<E: Into<Box<dyn Error + Send + Sync>>> From<E> for NotApplied {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

/// Applies what is not applied yet, one process at a time. Reading which migrations are applied creates
/// their table, so that it may meet a lock too.
pub(crate) fn apply(connection: &mut SqliteConnection) -> Result<(), NotApplied> {
    again_while_locked(
        || try_apply(connection),
        |error| matches!(error, NotApplied::Failed(error) if is_locked(error)),
    )
}

fn try_apply(connection: &mut SqliteConnection) -> Result<(), NotApplied> {
    if let Some(version) = newer(connection)? {
        return Err(NotApplied::Newer(version));
    }
    // Looking first spares the others a lock when there is nothing to do.
    if connection.has_pending_migration(MIGRATIONS)? {
        connection
            .exclusive_transaction(|connection| {
                connection
                    .run_pending_migrations(MIGRATIONS)
                    .map(|_| ())
                    .map_err(Undone::Migration)
            })
            .map_err(|undone| match undone {
                Undone::Migration(error) => error,
                Undone::Database(error) => error.into(),
            })?;
    }
    Ok(())
}

/// Checks that all migrations are applied, and changes nothing.
pub(crate) fn check(connection: &mut SqliteConnection) -> Result<(), NotApplied> {
    if !has_table(connection, "__diesel_schema_migrations")? {
        return Err(NotApplied::Outdated);
    }
    if let Some(version) = newer(connection)? {
        return Err(NotApplied::Newer(version));
    }
    if connection.has_pending_migration(MIGRATIONS)? {
        return Err(NotApplied::Outdated);
    }
    Ok(())
}

/// The newest migration of a database that this version does not know: a newer version has migrated it.
fn newer(connection: &mut SqliteConnection) -> Outcome<Option<String>> {
    let known = MigrationSource::<Sqlite>::migrations(&MIGRATIONS)?;
    let known: HashSet<String> = known
        .iter()
        .map(|it| it.name().version().to_string())
        .collect();
    let applied = connection.applied_migrations()?;
    let applied = applied.iter().map(ToString::to_string);
    Ok(applied.filter(|version| !known.contains(version)).max())
}

enum Undone {
    Migration(Box<dyn Error + Send + Sync>),
    Database(diesel::result::Error),
}

impl From<diesel::result::Error> for Undone {
    fn from(error: diesel::result::Error) -> Self {
        Self::Database(error)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail loudly")]
#[expect(
    clippy::disallowed_methods,
    reason = "the tests ask SQLite about its own tables"
)]
mod tests {
    use std::collections::BTreeSet;

    use diesel::prelude::*;
    use diesel::sql_types::{BigInt, Text};
    use mintage_sql::schema::columns;

    use super::*;

    #[derive(Debug, QueryableByName)]
    struct Column {
        #[diesel(sql_type = Text)]
        table: String,
        #[diesel(sql_type = Text)]
        name: String,
        #[diesel(sql_type = Text)]
        kind: String,
        #[diesel(sql_type = BigInt)]
        required: i64,
    }

    fn migrated() -> SqliteConnection {
        let mut connection = SqliteConnection::establish(":memory:").unwrap();
        apply(&mut connection).unwrap();
        connection
    }

    /// The columns of the live database, as `(table, column, type)`.
    fn live(connection: &mut SqliteConnection) -> BTreeSet<(String, String, String)> {
        let columns: Vec<Column> = diesel::sql_query(
            r#"select t.name as "table", c.name as name, c.type as kind, c."notnull" as required
               from pragma_table_list t join pragma_table_info(t.name) c
               where t.schema = 'main' and t.type = 'table'
                 and t.name not like 'sqlite_%' and t.name not like '__diesel_%'"#,
        )
        .load(connection)
        .unwrap();
        columns
            .into_iter()
            .map(|it| {
                let kind = it.kind.to_lowercase();
                let kind = if it.required == 1 {
                    kind
                } else {
                    format!("nullable {kind}")
                };
                (it.table, it.name, kind)
            })
            .collect()
    }

    fn declared() -> BTreeSet<(String, String, String)> {
        columns()
            .map(|(table, column, kind)| {
                let kind = match *kind {
                    "Text" => "text",
                    "Binary" => "blob",
                    "BigInt" | "Bool" => "integer",
                    "Nullable<Text>" => "nullable text",
                    "Nullable<Binary>" => "nullable blob",
                    "Nullable<BigInt>" => "nullable integer",
                    other => panic!("no SQLite type is known for {other}"),
                };
                ((*table).to_owned(), (*column).to_owned(), kind.to_owned())
            })
            .collect()
    }

    #[test]
    fn the_migrated_tables_are_those_of_the_schema() {
        assert_eq!(live(&mut migrated()), declared());
    }

    #[test]
    fn every_table_is_strict() {
        #[derive(QueryableByName)]
        struct Lax {
            #[diesel(sql_type = Text)]
            name: String,
        }
        let lax: Vec<Lax> = diesel::sql_query(
            "select name from pragma_table_list where schema = 'main' and type = 'table' \
             and not strict and name not like 'sqlite_%' and name not like '__diesel_%'",
        )
        .load(&mut migrated())
        .unwrap();
        let names: Vec<String> = lax.into_iter().map(|table| table.name).collect();
        assert_eq!(names, Vec::<String>::new());
    }

    #[test]
    fn licenses_that_were_minted_before_they_were_counted_are_counted() {
        #[derive(QueryableByName)]
        struct Counter {
            #[diesel(sql_type = Text)]
            name: String,
            #[diesel(sql_type = BigInt)]
            value: i64,
        }
        let mut connection = SqliteConnection::establish(":memory:").unwrap();
        connection.run_next_migration(MIGRATIONS).unwrap();
        diesel::sql_query(
            "insert into customers values ('c', 'a', 'live', 'e', null, null, '{}', 0)",
        )
        .execute(&mut connection)
        .unwrap();
        for (id, tenant, mode, revocation) in [
            ("1", "acme", "live", "null"),
            ("2", "acme", "live", "null"),
            ("3", "acme", "live", "'refund'"),
            ("4", "acme", "sandbox", "null"),
            ("5", "zeta", "live", "null"),
            ("6", "none", "live", "'admin'"),
        ] {
            diesel::sql_query(format!(
                "insert into licenses values ('{id}', '{tenant}', '{mode}', 'p', 'k', 'c', null, \
                 null, null, x'0{id}', 'm', x'00', 1, '[]', null, {revocation}, null, '{{}}', 0, \
                 0, 1)"
            ))
            .execute(&mut connection)
            .unwrap();
        }
        apply(&mut connection).unwrap();
        let counted: Vec<Counter> =
            diesel::sql_query("select name, value from counters order by name")
                .load(&mut connection)
                .unwrap();
        let counted: Vec<_> = counted
            .iter()
            .map(|it| (it.name.as_str(), it.value))
            .collect();
        assert_eq!(
            counted,
            [
                ("licenses:acme:live", 2),
                ("licenses:acme:sandbox", 1),
                ("licenses:zeta:live", 1),
            ]
        );
    }

    #[test]
    fn what_waited_before_there_were_lanes_has_a_lane() {
        #[derive(QueryableByName)]
        struct Lane {
            #[diesel(sql_type = Text)]
            lane: String,
        }
        let mut connection = SqliteConnection::establish(":memory:").unwrap();
        for _ in 1..=8 {
            connection.run_next_migration(MIGRATIONS).unwrap();
        }
        let delivery = |id, tenant, status, due_at: i64| {
            format!(
                "insert into deliveries values ('{id}', '{tenant}', 'license.created', 'l', x'00', \
                 '{status}', 0, 0, {due_at}, 0, 1)"
            )
        };
        for statement in [
            "insert into endpoints values ('acme', 'https://a.test/', x'00', null, 1)".to_owned(),
            "insert into endpoints values ('gone', 'https://g.test/', x'00', 9, 1)".to_owned(),
            delivery("1", "acme", "pending", 7),
            delivery("2", "acme", "leased", 5),
            delivery("3", "acme", "delivered", 1),
            delivery("4", "unset", "pending", 3),
            "insert into mails values ('m', 'acme', 'l', 'e', 'pending', null, 0, 4, 0, 1)"
                .to_owned(),
        ] {
            diesel::sql_query(statement)
                .execute(&mut connection)
                .unwrap();
        }
        apply(&mut connection).unwrap();
        let lanes: Vec<Lane> = diesel::sql_query(
            "select tenant || ' ' || queue || ' ' || coalesce(state, '-') || ' ' || \
             coalesce(turn_at, '-') as lane from lanes order by 1",
        )
        .load(&mut connection)
        .unwrap();
        let lanes: Vec<&str> = lanes.iter().map(|it| it.lane.as_str()).collect();
        assert_eq!(
            lanes,
            [
                "acme mails responsive 4",
                "acme webhooks responsive 5",
                "gone webhooks closed -",
                "unset webhooks - 3",
            ]
        );
    }

    #[test]
    fn the_endpoint_of_before_is_the_first_one_and_what_had_none_waits() {
        #[derive(QueryableByName)]
        struct Found {
            #[diesel(sql_type = Text)]
            found: String,
        }
        let mut connection = SqliteConnection::establish(":memory:").unwrap();
        for _ in 1..=26 {
            connection.run_next_migration(MIGRATIONS).unwrap();
        }
        let endpoint = |tenant, url| {
            format!(
                "insert into endpoints (tenant, url, sealed_secret, version) \
                 values ('{tenant}', {url}, x'00', 1)"
            )
        };
        let delivery = |tenant, status| {
            format!(
                "insert into deliveries (id, tenant, event, license, sealed_body, status, attempts, \
                 schedule_from, due_at, created_at, version) values ('{tenant}-{status}', '{tenant}', \
                 'license.created', 'lic_' || '{tenant}', x'00', '{status}', 0, 0, 0, 0, 1)"
            )
        };
        let mut statements = vec![
            endpoint("set", "'https://a.test/'"),
            endpoint("unset", "null"),
            "insert into customers values ('c', 'set', 'sandbox', 'a@a.test', null, null, '{}', 0)"
                .to_owned(),
        ];
        for tenant in ["set", "unset", "none"] {
            statements.extend(["pending", "delivered"].map(|status| delivery(tenant, status)));
            statements.push(format!(
                "insert into licenses (id, tenant, mode, product, key_type, customer, key_hash, \
                 masked_key, sealed_key, activation_limit, entitlements, holds, held, created_at, \
                 version) values ('lic_{tenant}', '{tenant}', 'sandbox', 'p', 'k', 'c', x'00', 'm', \
                 x'00', 1, '[]', '[]', 0, 0, 1)"
            ));
        }
        for statement in statements {
            diesel::sql_query(statement)
                .execute(&mut connection)
                .unwrap();
        }
        apply(&mut connection).unwrap();
        let mut found = |query: &str| -> Vec<String> {
            let rows: Vec<Found> = diesel::sql_query(query).load(&mut connection).unwrap();
            rows.into_iter().map(|it| it.found).collect()
        };
        assert_eq!(
            found(
                "select id || ' ' || waits_in as found from deliveries where waits_in is not null order by 1"
            ),
            ["none-pending sandbox", "unset-pending sandbox"]
        );
        assert_eq!(
            found(
                "select name || ' ' || value as found from counters \
                 where name like 'webhook-endpoints:%' order by 1"
            ),
            [
                "webhook-endpoints:set:live 1",
                "webhook-endpoints:set:sandbox 1"
            ]
        );
    }

    #[test]
    fn what_was_taken_down_can_be_made_again() {
        let mut connection = migrated();
        connection.revert_all_migrations(MIGRATIONS).unwrap();
        assert_eq!(live(&mut connection), BTreeSet::new());
        apply(&mut connection).unwrap();
        assert_eq!(live(&mut connection), declared());
    }

    #[test]
    fn tables_of_a_newer_version_are_refused_and_left_as_they_are() {
        let mut connection = migrated();
        diesel::sql_query("insert into __diesel_schema_migrations (version) values ('9999')")
            .execute(&mut connection)
            .unwrap();
        let refused = apply(&mut connection);
        assert!(
            matches!(&refused, Err(NotApplied::Newer(version)) if version == "9999"),
            "{refused:?}"
        );
    }
}
