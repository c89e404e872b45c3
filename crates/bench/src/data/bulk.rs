//! Copies of a row that the product has written, with other values in some columns.
//!
//! The other columns keep the values of that row, so that a new column of the product needs no change here.

use std::collections::BTreeMap;

use crate::error::BenchResult;

/// A value of a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Field {
    Text(String),
    Bytes(Vec<u8>),
    Number(i64),
}

/// The row that is copied, and the columns that get other values.
#[derive(Debug, Clone)]
pub(crate) struct Model {
    pub(crate) table: &'static str,
    /// The value of the column `id` of the row.
    pub(crate) id: String,
    pub(crate) columns: &'static [&'static str],
}

/// The number of rows of each table.
pub(crate) type RowCounts = BTreeMap<String, u64>;

/// The values of the columns of one copy.
pub(crate) type Copied = Vec<Field>;

/// A database in which rows can be copied.
pub(crate) trait Bulk {
    /// Adds the copies of a row.
    fn copy(&mut self, model: &Model, rows: &mut dyn Iterator<Item = Copied>) -> BenchResult<()>;

    /// Runs statements.
    fn execute(&mut self, sql: &str) -> BenchResult<()>;

    /// Runs a query that returns one number.
    fn count(&mut self, sql: &str) -> BenchResult<u64>;

    /// Counts the rows of all tables of the product.
    fn row_counts(&mut self) -> BenchResult<RowCounts>;
}
