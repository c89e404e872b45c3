//! Rows in a SQLite file.

use std::path::Path;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use crate::data::bulk::{Bulk, Copied, Field, Model, RowCounts};
use crate::data::statement::Statement;
use crate::error::{BenchError, BenchResult};

/// A connection to a SQLite file, durable as the product's own.
pub(crate) struct SqliteFile(SqliteConnection);

impl SqliteFile {
    pub(crate) fn open(path: &Path) -> BenchResult<Self> {
        let path = path.display().to_string();
        let opened = SqliteConnection::establish(&path);
        let mut connection =
            opened.map_err(BenchError::cannot(&format!("open the database {path}")))?;
        connection
            .batch_execute(
                "pragma busy_timeout = 5000; pragma journal_mode = wal; \
                 pragma synchronous = full; pragma foreign_keys = on; pragma cache_size = -8192;",
            )
            .map_err(failed)?;
        Ok(Self(connection))
    }

    /// The names of the columns of a table.
    pub(crate) fn columns(&mut self, table: &str) -> BenchResult<Vec<String>> {
        let text = "select name from pragma_table_info(?) order by cid";
        self.texts(text, &[Field::Text(table.to_owned())])
    }

    /// The texts that a query with one column returns.
    pub(crate) fn texts(&mut self, text: &str, values: &[Field]) -> BenchResult<Vec<String>> {
        Statement::<Text>::new(text, values)
            .load(&mut self.0)
            .map_err(failed)
    }

    /// Runs a prepared statement.
    pub(crate) fn run(&mut self, text: &str, values: &[Field]) -> BenchResult<()> {
        let done = Statement::<Text>::new(text, values).execute(&mut self.0);
        done.map(drop).map_err(failed)
    }
}

fn failed(error: diesel::result::Error) -> BenchError {
    BenchError::cannot("run SQL on SQLite")(error)
}

impl Bulk for SqliteFile {
    fn copy(&mut self, model: &Model, rows: &mut dyn Iterator<Item = Copied>) -> BenchResult<()> {
        let table = model.table;
        let columns = self.columns(table)?;
        let (mut order, mut selected) = (Vec::new(), Vec::new());
        for column in &columns {
            match model.columns.iter().position(|name| name == column) {
                Some(place) => {
                    order.push(place);
                    selected.push("?".to_owned());
                }
                None => selected.push(format!("m.{column}")),
            }
        }
        let text = format!(
            "insert into {table} ({}) select {} from {table} m where m.id = ?",
            columns.join(", "),
            selected.join(", ")
        );
        self.execute("begin immediate")?;
        for row in rows {
            let values = order.iter().filter_map(|place| row.get(*place).cloned());
            let mut values: Vec<Field> = values.collect();
            values.push(Field::Text(model.id.clone()));
            self.run(&text, &values)?;
        }
        self.execute("commit")
    }

    fn execute(&mut self, sql: &str) -> BenchResult<()> {
        self.0.batch_execute(sql).map_err(failed)
    }

    fn count(&mut self, sql: &str) -> BenchResult<u64> {
        let found: i64 = Statement::<BigInt>::new(sql, &[])
            .get_result(&mut self.0)
            .map_err(failed)?;
        u64::try_from(found).map_err(BenchError::cannot("count rows"))
    }

    fn row_counts(&mut self) -> BenchResult<RowCounts> {
        let tables = self.texts(
            "select name from sqlite_master where type = 'table' \
             and name not like '%diesel%' and name not like 'sqlite%'",
            &[],
        )?;
        let mut counts = RowCounts::new();
        for table in tables {
            let count = self.count(&format!("select count(*) from {table}"))?;
            counts.insert(table, count);
        }
        Ok(counts)
    }
}
