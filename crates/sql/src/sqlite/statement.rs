//! Statements about one row, each prepared once per connection.

use std::marker::PhantomData;

use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{BigInt, Binary, Bool, Nullable, Text};
use diesel::sqlite::{Sqlite, SqliteConnection};

use crate::table::Value;

/// The text of a statement, in pieces between which values are bound.
#[derive(Debug, Default)]
pub(super) struct Template {
    pieces: Vec<String>,
}

impl Template {
    /// A text that has a `?` for each value.
    pub(super) fn new(text: &str) -> Self {
        Self {
            pieces: text.split('?').map(str::to_owned).collect(),
        }
    }

    /// The statement with these values, returning rows of the SQL type `ST`.
    pub(super) fn with<ST>(&self, values: Vec<Value>) -> Statement<'_, ST> {
        Statement {
            template: self,
            values,
            rows: PhantomData,
        }
    }
}

/// A statement with its values.
#[derive(Debug)]
pub(super) struct Statement<'t, ST> {
    template: &'t Template,
    values: Vec<Value>,
    rows: PhantomData<fn() -> ST>,
}

impl<ST> QueryFragment<Sqlite> for Statement<'_, ST> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        let mut values = self.values.iter();
        for (i, piece) in self.template.pieces.iter().enumerate() {
            if i > 0 {
                match values.next() {
                    Some(Value::Text(one)) => out.push_bind_param::<Nullable<Text>, _>(one)?,
                    Some(Value::Bytes(one)) => out.push_bind_param::<Nullable<Binary>, _>(one)?,
                    Some(Value::Number(one)) => out.push_bind_param::<Nullable<BigInt>, _>(one)?,
                    Some(Value::Flag(one)) => out.push_bind_param::<Bool, _>(one)?,
                    None => debug_assert!(false, "a value is missing"),
                }
            }
            out.push_sql(piece);
        }
        Ok(())
    }
}

impl<ST> QueryId for Statement<'_, ST> {
    type QueryId = ();

    // Statements are identified by their text.
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<ST> Query for Statement<'_, ST> {
    type SqlType = ST;
}

impl<ST> RunQueryDsl<SqliteConnection> for Statement<'_, ST> {}
