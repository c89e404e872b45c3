//! Statements that are put together from parts, with whole columns as values.

use std::marker::PhantomData;

use diesel::pg::{Pg, PgConnection};
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{Array, BigInt, Binary, Bool, Nullable, Text};

use crate::table::{Kind, Value};

/// The values of one column, which are bound as one array.
#[derive(Debug)]
enum Values {
    Text(Vec<Option<String>>),
    Bytes(Vec<Option<Vec<u8>>>),
    Number(Vec<Option<i64>>),
    Flag(Vec<bool>),
}

impl Values {
    fn new(kind: Kind) -> Self {
        match kind {
            Kind::Text => Self::Text(Vec::new()),
            Kind::Bytes => Self::Bytes(Vec::new()),
            Kind::Number => Self::Number(Vec::new()),
            Kind::Flag => Self::Flag(Vec::new()),
        }
    }

    /// Appends a value. A row has the values that its table says, so no other kind can come.
    fn push(&mut self, value: Value) {
        match (self, value) {
            (Self::Text(all), Value::Text(one)) => all.push(one),
            (Self::Bytes(all), Value::Bytes(one)) => all.push(one),
            (Self::Number(all), Value::Number(one)) => all.push(one),
            (Self::Flag(all), Value::Flag(one)) => all.push(one),
            (all, value) => debug_assert!(false, "{value:?} is no value for {all:?}"),
        }
    }
}

/// A value of a statement that is written as a text.
#[derive(Debug, Clone)]
pub(super) enum Param {
    /// A text.
    Text(String),
    /// A number.
    Number(i64),
    /// An array of texts.
    Texts(Vec<String>),
    /// An array of numbers.
    Numbers(Vec<i64>),
}

#[derive(Debug)]
enum Part {
    Sql(String),
    Bind(Values),
    Param(Param),
}

/// A statement whose rows are of the SQL type `ST`. It is prepared once per connection for each of
/// its texts, and the text does not depend on how many rows are bound.
#[derive(Debug)]
pub(super) struct Statement<ST> {
    parts: Vec<Part>,
    rows: PhantomData<fn() -> ST>,
}

impl<ST> Statement<ST> {
    /// An empty statement.
    pub(super) fn new() -> Self {
        Self {
            parts: Vec::new(),
            rows: PhantomData,
        }
    }

    /// A text that has a `?` for each value.
    pub(super) fn of(text: &str, params: Vec<Param>) -> Self {
        let mut statement = Self::new();
        let mut params = params.into_iter();
        for (i, piece) in text.split('?').enumerate() {
            if i > 0 {
                match params.next() {
                    Some(param) => statement.parts.push(Part::Param(param)),
                    None => debug_assert!(false, "a value is missing"),
                }
            }
            statement.sql(piece);
        }
        statement
    }

    /// Appends text.
    pub(super) fn sql(&mut self, text: &str) {
        if let Some(Part::Sql(last)) = self.parts.last_mut() {
            last.push_str(text);
        } else {
            self.parts.push(Part::Sql(text.to_owned()));
        }
    }

    /// Appends `unnest(...)` of the rows, a column a parameter.
    pub(super) fn unnest(
        &mut self,
        kinds: impl IntoIterator<Item = Kind>,
        rows: impl IntoIterator<Item = Vec<Value>>,
    ) {
        let mut columns: Vec<Values> = kinds.into_iter().map(Values::new).collect();
        for row in rows {
            for (column, value) in columns.iter_mut().zip(row) {
                column.push(value);
            }
        }
        self.sql("unnest(");
        for (i, column) in columns.into_iter().enumerate() {
            if i > 0 {
                self.sql(", ");
            }
            self.parts.push(Part::Bind(column));
        }
        self.sql(")");
    }
}

impl<ST> QueryFragment<Pg> for Statement<ST> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        for part in &self.parts {
            match part {
                Part::Sql(text) => out.push_sql(text),
                Part::Bind(Values::Text(all)) => {
                    out.push_bind_param::<Array<Nullable<Text>>, _>(all)?;
                }
                Part::Bind(Values::Bytes(all)) => {
                    out.push_bind_param::<Array<Nullable<Binary>>, _>(all)?;
                }
                Part::Bind(Values::Number(all)) => {
                    out.push_bind_param::<Array<Nullable<BigInt>>, _>(all)?;
                }
                Part::Param(Param::Text(one)) => out.push_bind_param::<Text, _>(one)?,
                Part::Param(Param::Number(one)) => out.push_bind_param::<BigInt, _>(one)?,
                Part::Param(Param::Texts(all)) => out.push_bind_param::<Array<Text>, _>(all)?,
                Part::Param(Param::Numbers(all)) => out.push_bind_param::<Array<BigInt>, _>(all)?,
                Part::Bind(Values::Flag(all)) => out.push_bind_param::<Array<Bool>, _>(all)?,
            }
        }
        Ok(())
    }
}

impl<ST> QueryId for Statement<ST> {
    type QueryId = ();

    // Statements are identified by their text.
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<ST> Query for Statement<ST> {
    type SqlType = ST;
}

impl<ST> RunQueryDsl<PgConnection> for Statement<ST> {}
