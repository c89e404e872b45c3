//! Statements of SQLite, each prepared once per connection.

use std::marker::PhantomData;

use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{BigInt, Binary, Text};
use diesel::sqlite::{Sqlite, SqliteConnection};

use crate::data::bulk::Field;

/// A text with a `?` for each value, and the values. It returns rows of the SQL type `ST`.
#[derive(Debug)]
pub(crate) struct Statement<'a, ST> {
    text: &'a str,
    values: &'a [Field],
    rows: PhantomData<fn() -> ST>,
}

impl<'a, ST> Statement<'a, ST> {
    pub(crate) fn new(text: &'a str, values: &'a [Field]) -> Self {
        let rows = PhantomData;
        Self { text, values, rows }
    }
}

impl<ST> QueryFragment<Sqlite> for Statement<'_, ST> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        let mut values = self.values.iter();
        for (place, piece) in self.text.split('?').enumerate() {
            if place > 0 {
                match values.next() {
                    Some(Field::Text(text)) => out.push_bind_param::<Text, _>(text)?,
                    Some(Field::Bytes(bytes)) => out.push_bind_param::<Binary, _>(bytes)?,
                    Some(Field::Number(number)) => out.push_bind_param::<BigInt, _>(number)?,
                    None => out.push_sql("?"),
                }
            }
            out.push_sql(piece);
        }
        Ok(())
    }
}

impl<ST> QueryId for Statement<'_, ST> {
    type QueryId = ();

    // The connection finds the prepared statement by the text.
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<ST> Query for Statement<'_, ST> {
    type SqlType = ST;
}

impl<ST> RunQueryDsl<SqliteConnection> for Statement<'_, ST> {}
