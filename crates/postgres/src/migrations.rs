//! The tables.

use std::error::Error;

use diesel::prelude::*;
use diesel::sql_types::BigInt;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

pub(crate) const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations");

/// The advisory lock under which nodes that start at once take turns: `mintage` in ASCII.
const LOCK: i64 = 0x6d_69_6e_74_61_67_65;

/// Applies what is not applied yet, one node at a time.
#[expect(clippy::disallowed_methods, reason = "the DSL has no advisory locks")]
pub(crate) fn apply(connection: &mut PgConnection) -> Result<(), Box<dyn Error + Send + Sync>> {
    diesel::sql_query("select pg_advisory_lock($1)")
        .bind::<BigInt, _>(LOCK)
        .execute(connection)?;
    let applied = connection.run_pending_migrations(MIGRATIONS).map(|_| ());
    diesel::sql_query("select pg_advisory_unlock($1)")
        .bind::<BigInt, _>(LOCK)
        .execute(connection)?;
    applied
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail loudly")]
mod tests {
    use std::collections::BTreeSet;

    use mintage_pgtmp::{Database, Server};
    use mintage_sql::schema::COLUMNS;

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
        COLUMNS
            .iter()
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
}
