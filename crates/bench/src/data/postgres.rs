//! Rows in PostgreSQL, by `COPY`.

use std::io::{BufWriter, Write};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use data_encoding::HEXLOWER;
use mintage_pgtmp::Database;

use crate::data::bulk::{Bulk, Copied, Field, Model, RowCounts};
use crate::error::{BenchError, BenchResult};

/// A database of the throw-away PostgreSQL.
pub(crate) struct PostgresDatabase {
    pub(crate) database: Database,
    pub(crate) psql: PathBuf,
}

impl PostgresDatabase {
    /// The rows that a query with one column returns, a line each.
    pub(crate) fn text(&self, sql: &str) -> BenchResult<String> {
        self.database
            .run(sql)
            .map_err(BenchError::cannot("run SQL on PostgreSQL"))
    }

    /// The names of the columns of a table.
    pub(crate) fn columns(&self, table: &str) -> BenchResult<Vec<String>> {
        let columns = self.text(&format!(
            "select attname from pg_attribute where attrelid = '{table}'::regclass \
             and attnum > 0 and not attisdropped order by attnum"
        ))?;
        Ok(columns.lines().map(str::to_owned).collect())
    }
}

impl Bulk for PostgresDatabase {
    fn copy(&mut self, model: &Model, rows: &mut dyn Iterator<Item = Copied>) -> BenchResult<()> {
        let table = model.table;
        let columns = self.columns(table)?;
        let line = self.text(&format!(
            "copy (select * from {table} where id = '{}') to stdout",
            model.id
        ))?;
        let kept: Vec<&str> = line.split('\t').collect();
        if kept.len() != columns.len() {
            return Err(BenchError::new(format!(
                "the row of {table} to be copied has {} values for {} columns",
                kept.len(),
                columns.len()
            )));
        }
        let places: Vec<Option<usize>> = columns
            .iter()
            .map(|column| model.columns.iter().position(|name| name == column))
            .collect();
        // The rows fit together: checking each foreign key would take most of the time.
        let sql = format!("set session_replication_role = replica; copy {table} from stdin");
        let mut child = Command::new(&self.psql)
            .args(["--no-psqlrc", "--quiet", "--set", "ON_ERROR_STOP=1"])
            .args(["--dbname", self.database.url(), "--command", &sql])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .map_err(BenchError::cannot("run psql"))?;
        let stdin = child.stdin.take();
        let mut out = BufWriter::new(stdin.ok_or_else(|| BenchError::new("psql reads nothing"))?);
        for row in rows {
            let line = copy_line(&kept, &places, &row);
            out.write_all(line.as_bytes())
                .map_err(BenchError::cannot("write to psql"))?;
        }
        out.flush().map_err(BenchError::cannot("write to psql"))?;
        drop(out);
        let status = child.wait().map_err(BenchError::cannot("wait for psql"))?;
        if status.success() {
            Ok(())
        } else {
            Err(BenchError::new(format!("psql cannot copy to {table}")))
        }
    }

    fn execute(&mut self, sql: &str) -> BenchResult<()> {
        self.text(sql).map(drop)
    }

    fn count(&mut self, sql: &str) -> BenchResult<u64> {
        self.text(sql)?
            .parse()
            .map_err(BenchError::cannot("count rows"))
    }

    fn row_counts(&mut self) -> BenchResult<RowCounts> {
        let tables = self.text(
            "select tablename from pg_tables where schemaname = 'public' \
             and tablename not like '%diesel%' order by tablename",
        )?;
        let counts: Vec<String> = tables
            .lines()
            .map(|table| format!("select '{table}' || ' ' || count(*) from {table}"))
            .collect();
        let lines = self.text(&counts.join(" union all "))?;
        let parse = |line: &str| {
            let (table, count) = line.split_once(' ')?;
            Some((table.to_owned(), count.parse().ok()?))
        };
        Ok(lines.lines().filter_map(parse).collect())
    }
}

/// A line of the text format of `COPY`.
fn copy_line(kept: &[&str], places: &[Option<usize>], row: &[Field]) -> String {
    let mut line = String::new();
    for (column, (kept, place)) in kept.iter().zip(places).enumerate() {
        if column > 0 {
            line.push('\t');
        }
        match place.and_then(|place| row.get(place)) {
            None => line.push_str(kept),
            // No value of ours holds a tab, a line break or a backslash.
            Some(Field::Text(text)) => line.push_str(text),
            Some(Field::Bytes(bytes)) => {
                line.push_str("\\\\x");
                line.push_str(&HEXLOWER.encode(bytes));
            }
            Some(Field::Number(number)) => line.push_str(&number.to_string()),
        }
    }
    line.push('\n');
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copied_row_keeps_what_it_does_not_replace() {
        let row = [
            Field::Bytes(vec![0, 255]),
            Field::Text("t0001".to_owned()),
            Field::Number(-7),
        ];
        let line = copy_line(
            &["id", "\\N", "kept\\t", "0"],
            &[Some(1), Some(0), None, Some(2)],
            &row,
        );
        assert_eq!(line, "t0001\t\\\\x00ff\tkept\\t\t-7\n");
    }
}
