//! The tables.

use std::collections::HashSet;
use std::error::Error;
use std::time::Duration;
use std::{any, thread};

use diesel::connection::{BoxableConnection, SimpleConnection};
use diesel::migration::{Migration, MigrationMetadata, MigrationName, MigrationSource};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Text};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

pub(crate) const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations");

/// The advisory lock under which nodes that start at once take turns: `mintage` in ASCII.
const LOCK: i64 = 0x6d_69_6e_74_61_67_65;

/// How often a node asks whether another has finished.
const POLL: Duration = Duration::from_millis(100);

/// How long a node waits for another that migrates: an index of a large table takes minutes.
const PATIENCE: Duration = Duration::from_hours(2);

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

/// Applies what is not applied yet, one node at a time.
pub(crate) fn apply(connection: &mut PgConnection) -> Result<(), NotApplied> {
    lock(connection)?;
    let applied = apply_pending(connection);
    unlock(connection)?;
    applied
}

fn apply_pending(connection: &mut PgConnection) -> Result<(), NotApplied> {
    if let Some(version) = newer(connection)? {
        return Err(NotApplied::Newer(version));
    }
    for migration in connection.pending_migrations(MIGRATIONS)? {
        if migration.metadata().run_in_transaction() {
            connection.run_migration(&*migration)?;
        } else {
            connection.run_migration(&Stepwise(&*migration))?;
        }
    }
    Ok(())
}

/// Checks that all migrations are applied, and changes nothing.
#[expect(
    clippy::disallowed_methods,
    reason = "the DSL has no tables that may be missing"
)]
pub(crate) fn check(connection: &mut PgConnection) -> Result<(), NotApplied> {
    #[derive(QueryableByName)]
    struct Exists {
        #[diesel(sql_type = Bool)]
        found: bool,
    }
    #[derive(QueryableByName)]
    struct Applied {
        #[diesel(sql_type = Text)]
        version: String,
    }
    let exists = "select to_regclass('__diesel_schema_migrations') is not null as found";
    let exists: Exists = diesel::sql_query(exists).get_result(connection)?;
    if !exists.found {
        return Err(NotApplied::Outdated);
    }
    // Asking Diesel would create the table.
    let applied: Vec<Applied> =
        diesel::sql_query("select version from __diesel_schema_migrations").load(connection)?;
    let applied: HashSet<String> = applied.into_iter().map(|it| it.version).collect();
    let known = known()?;
    if let Some(version) = applied.difference(&known).max() {
        return Err(NotApplied::Newer(version.clone()));
    }
    if known.is_subset(&applied) {
        Ok(())
    } else {
        Err(NotApplied::Outdated)
    }
}

/// The newest migration of a database that this version does not know: a newer version has migrated it.
fn newer(connection: &mut PgConnection) -> Outcome<Option<String>> {
    let known = known()?;
    let applied = connection.applied_migrations()?;
    let applied = applied.iter().map(ToString::to_string);
    Ok(applied.filter(|version| !known.contains(version)).max())
}

/// The migrations of this version.
fn known() -> Outcome<HashSet<String>> {
    let known = MigrationSource::<Pg>::migrations(&MIGRATIONS)?;
    let versions = known.iter().map(|it| it.name().version().to_string());
    Ok(versions.collect())
}

/// Takes the lock. It asks again and again rather than wait inside a statement: the node that has
/// the lock may be building an index, for which PostgreSQL waits until no other statement runs that
/// began earlier, and the two would wait for each other.
#[expect(clippy::disallowed_methods, reason = "the DSL has no advisory locks")]
fn lock(connection: &mut PgConnection) -> Outcome<()> {
    #[derive(QueryableByName)]
    struct Lock {
        #[diesel(sql_type = Bool)]
        taken: bool,
    }
    let mut waited = Duration::ZERO;
    loop {
        let lock: Lock = diesel::sql_query("select pg_try_advisory_lock($1) as taken")
            .bind::<BigInt, _>(LOCK)
            .get_result(connection)?;
        if lock.taken {
            return Ok(());
        }
        if waited >= PATIENCE {
            return Err("another node has been migrating the database for hours".into());
        }
        thread::sleep(POLL);
        waited = waited.saturating_add(POLL);
    }
}

#[expect(clippy::disallowed_methods, reason = "the DSL has no advisory locks")]
fn unlock(connection: &mut PgConnection) -> Outcome<()> {
    diesel::sql_query("select pg_advisory_unlock($1)")
        .bind::<BigInt, _>(LOCK)
        .execute(connection)?;
    Ok(())
}

/// A migration that runs in no transaction, one statement after another: several that are sent
/// together are a transaction to PostgreSQL.
struct Stepwise<'a>(&'a dyn Migration<Pg>);

impl Migration<Pg> for Stepwise<'_> {
    fn run(&self, connection: &mut dyn BoxableConnection<Pg>) -> Outcome<()> {
        let mut text = Script::default();
        self.0.run(&mut text)?;
        for statement in text.statements() {
            connection.batch_execute(&statement)?;
        }
        Ok(())
    }

    fn revert(&self, connection: &mut dyn BoxableConnection<Pg>) -> Outcome<()> {
        self.0.revert(connection)
    }

    fn metadata(&self) -> &dyn MigrationMetadata {
        self.0.metadata()
    }

    fn name(&self) -> &dyn MigrationName {
        self.0.name()
    }
}

/// Notes what a migration would run.
#[derive(Debug, Default)]
struct Script(String);

impl Script {
    /// The statements, without comments. No text in such a migration contains a semicolon.
    fn statements(&self) -> Vec<String> {
        let lines = self.0.lines();
        let code: Vec<&str> = lines
            .filter(|line| !line.trim_start().starts_with("--"))
            .collect();
        let code = code.join("\n");
        let statements = code.split(';').map(str::trim);
        statements
            .filter(|statement| !statement.is_empty())
            .map(str::to_owned)
            .collect()
    }
}

impl SimpleConnection for Script {
    fn batch_execute(&mut self, query: &str) -> QueryResult<()> {
        self.0.push_str(query);
        Ok(())
    }
}

impl BoxableConnection<Pg> for Script {
    fn as_any(&self) -> &dyn any::Any {
        self
    }

    fn as_any_mut(&mut self) -> &mut dyn any::Any {
        self
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail loudly")]
mod tests {
    use std::collections::BTreeSet;

    use mintage_pgtmp::{Database, Server};
    use mintage_sql::schema::columns;

    use super::*;

    fn migrated() -> (Database, PgConnection) {
        let database = Server::shared().create_database().unwrap();
        let mut connection = PgConnection::establish(database.url()).unwrap();
        apply(&mut connection).unwrap();
        (database, connection)
    }

    /// The columns of the live database, as `table|column|type`.
    fn live(database: &Database) -> BTreeSet<String> {
        let told = database
            .run(
                "select table_name, column_name, \
                 case is_nullable when 'YES' then 'nullable ' else '' end || data_type \
                 from information_schema.columns where table_schema = 'public' \
                 and left(table_name, 2) <> '__'",
            )
            .unwrap();
        told.lines().map(str::to_owned).collect()
    }

    fn declared() -> BTreeSet<String> {
        columns()
            .map(|(table, column, kind)| {
                let kind = match *kind {
                    "Text" => "text",
                    "Binary" => "bytea",
                    "BigInt" => "bigint",
                    "Bool" => "boolean",
                    "Nullable<Text>" => "nullable text",
                    "Nullable<Binary>" => "nullable bytea",
                    "Nullable<BigInt>" => "nullable bigint",
                    other => panic!("no PostgreSQL type is known for {other}"),
                };
                format!("{table}|{column}|{kind}")
            })
            .collect()
    }

    #[test]
    fn the_migrated_tables_are_those_of_the_schema() {
        let (database, _connection) = migrated();
        assert_eq!(live(&database), declared());
    }

    #[test]
    fn all_text_compares_by_its_bytes() {
        let (database, _connection) = migrated();
        let others = database
            .run(
                "select table_name, column_name from information_schema.columns \
                 where table_schema = 'public' and data_type = 'text' \
                 and collation_name is distinct from 'C' and left(table_name, 2) <> '__'",
            )
            .unwrap();
        assert_eq!(others, "");
    }

    #[test]
    fn what_was_taken_down_can_be_made_again() {
        let (database, mut connection) = migrated();
        connection.revert_all_migrations(MIGRATIONS).unwrap();
        assert_eq!(live(&database), BTreeSet::new());
        apply(&mut connection).unwrap();
        assert_eq!(live(&database), declared());
    }

    fn indexes(database: &Database) -> BTreeSet<String> {
        let told = database
            .run(
                "select indexrelid::regclass || case when indisvalid then '' else ' (broken)' end \
                 from pg_index join pg_class on pg_class.oid = indexrelid \
                 where relnamespace = 'public'::regnamespace",
            )
            .unwrap();
        told.lines().map(str::to_owned).collect()
    }

    /// The migrations that run in no transaction, each with its statements.
    fn stepwise() -> Vec<(String, Vec<String>)> {
        let all: Vec<Box<dyn Migration<Pg>>> =
            diesel::migration::MigrationSource::migrations(&MIGRATIONS).unwrap();
        let mut found = Vec::new();
        for migration in all {
            if !migration.metadata().run_in_transaction() {
                let mut text = Script::default();
                migration.run(&mut text).unwrap();
                found.push((migration.name().version().to_string(), text.statements()));
            }
        }
        assert!(!found.is_empty());
        found
    }

    #[test]
    fn a_migration_that_was_cut_off_anywhere_is_finished_by_the_next_node() {
        let (whole, _connection) = migrated();
        for (version, statements) in stepwise() {
            for done in [1, statements.len() / 2, statements.len()] {
                let database = Server::shared().create_database().unwrap();
                let mut connection = PgConnection::establish(database.url()).unwrap();
                loop {
                    let pending = connection.pending_migrations(MIGRATIONS).unwrap();
                    if pending[0].name().version().to_string() == version {
                        break;
                    }
                    if pending[0].metadata().run_in_transaction() {
                        connection.run_migration(&*pending[0]).unwrap();
                    } else {
                        connection.run_migration(&Stepwise(&*pending[0])).unwrap();
                    }
                }
                for statement in &statements[..done] {
                    connection.batch_execute(statement).unwrap();
                }
                // A crash within the last of them leaves an index that is not used.
                database
                    .run("update pg_index set indisvalid = false where indexrelid = (\
                          select max(indexrelid) from pg_index join pg_class c on c.oid = indexrelid \
                          where c.relnamespace = 'public'::regnamespace and not indisunique)")
                    .unwrap();
                let last = statements[..done].iter().rev();
                let was_index = last.clone().next().unwrap().starts_with("create index");
                apply(&mut connection).unwrap();
                if was_index {
                    assert_eq!(
                        indexes(&database),
                        indexes(&whole),
                        "{version} after {done}"
                    );
                }
            }
        }
    }

    #[test]
    fn nodes_that_start_at_once_build_the_indexes_once_while_others_write() {
        let database = Server::shared().create_database().unwrap();
        let connect = || PgConnection::establish(database.url()).unwrap();
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| apply(&mut connect()).unwrap());
            }
        });
        let (whole, _connection) = migrated();
        assert_eq!(indexes(&database), indexes(&whole));
    }

    #[test]
    fn tables_of_a_newer_version_are_refused_and_left_as_they_are() {
        let (_database, mut connection) = migrated();
        connection
            .batch_execute("insert into __diesel_schema_migrations (version) values ('9999')")
            .unwrap();
        let refused = apply(&mut connection);
        assert!(
            matches!(&refused, Err(NotApplied::Newer(version)) if version == "9999"),
            "{refused:?}"
        );
    }
}
