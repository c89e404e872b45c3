//! Lists, newest first, that are read from several ranges of an index.
//!
//! An index that begins with every column of a filter yields the newest rows in order, and no filter
//! that matches few rows makes it read more than a page. Where a filter leaves a column open that has
//! few values, the list is merged from one range for each value.

use diesel::backend::Backend;
use diesel::expression::{AppearsOnTable, SelectableExpression, ValidGrouping, is_aggregate};
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::serialize::ToSql;
use diesel::sql_types::{BigInt, Bool, Text};
use mintage_domain::base::page::PageRequest;

use crate::paging::fetch;

/// The end of a count of a range.
const COUNTED: &str = " limit 1000) as counted)";

/// How many rows are read for a page of the usual size, and the row after it. The limits of ranges are
/// part of the text: PostgreSQL would expect a tenth of all rows from a limit that it does not know.
/// There are two of them, so that there are few texts.
const SHORT: i64 = 26;

/// Sizes above this one are not told apart.
pub(crate) const LARGE: i64 = 1_000;

#[derive(Debug, Clone)]
enum Part {
    Sql(&'static str),
    Text(String),
    Number(i64),
}

/// The rows of an index between two places, in the order of the time and id of each.
#[derive(Debug, Clone)]
pub(crate) struct Range {
    /// What is read `from`.
    source: Vec<Part>,
    /// What is joined to it.
    join: &'static str,
    /// The conditions by which the index finds the rows.
    indexed: Vec<Part>,
    /// The conditions that are checked row by row.
    checked: Vec<Part>,
    /// Whether the next condition is one of those.
    checks: bool,
    at: &'static str,
    id: &'static str,
}

impl Range {
    /// All rows of a source, which are in the order of these columns.
    pub(crate) fn new(source: &'static str, at: &'static str, id: &'static str) -> Self {
        Self {
            source: vec![Part::Sql(source)],
            join: "",
            indexed: Vec::new(),
            checked: Vec::new(),
            checks: false,
            at,
            id,
        }
    }

    /// Appends a number and more text to the source.
    #[must_use]
    pub(crate) fn source(mut self, number: i64, rest: &'static str) -> Self {
        self.source.push(Part::Number(number));
        self.source.push(Part::Sql(rest));
        self
    }

    /// The index is of no use to the conditions that follow.
    #[must_use]
    pub(crate) fn checked(mut self) -> Self {
        self.checks = true;
        self
    }

    /// Joins another table, to which the conditions that follow belong.
    #[must_use]
    pub(crate) fn join(mut self, join: &'static str) -> Self {
        self.join = join;
        self.checked()
    }

    /// Only rows that keep a condition.
    #[must_use]
    pub(crate) fn when(self, condition: &'static str) -> Self {
        self.push([Part::Sql(" and "), Part::Sql(condition)])
    }

    /// Only rows that keep a condition that ends with a text: `l.tenant = `.
    #[must_use]
    pub(crate) fn text(self, condition: &'static str, value: &(impl ToString + ?Sized)) -> Self {
        self.when(condition).push([Part::Text(value.to_string())])
    }

    /// Only rows that keep a condition that ends with a text and for which no index is to be tried.
    /// `is true` hides the condition from the choice of an index, and not from estimates.
    #[must_use]
    pub(crate) fn check(self, condition: &'static str, value: &(impl ToString + ?Sized)) -> Self {
        self.push([
            Part::Sql(" and ("),
            Part::Sql(condition),
            Part::Text(value.to_string()),
            Part::Sql(") is true"),
        ])
    }

    /// Only rows that keep a condition with a number in it.
    #[must_use]
    pub(crate) fn number(self, condition: &'static str, value: i64, rest: &'static str) -> Self {
        self.when(condition)
            .push([Part::Number(value), Part::Sql(rest)])
    }

    /// Only rows for which a query that ends with a text finds another text.
    #[must_use]
    pub(crate) fn found(self, query: &'static str, by: &str, value: &str) -> Self {
        self.text(query, by)
            .push([Part::Sql(") = "), Part::Text(value.to_owned())])
    }

    /// The order of the rows, which keeps a database to the index even where it only counts.
    fn order<DB: Backend>(&self, out: &mut AstPass<'_, '_, DB>) {
        out.push_sql(" order by ");
        out.push_sql(self.at);
        out.push_sql(" desc, ");
        out.push_sql(self.id);
        out.push_sql(" desc");
    }

    fn push<const N: usize>(mut self, parts: [Part; N]) -> Self {
        if self.checks {
            self.checked.extend(parts);
        } else {
            self.indexed.extend(parts);
        }
        self
    }
}

/// The condition that a row is on a page of a list: its id is among those of the newest rows of
/// several ranges.
#[derive(Debug, Clone)]
pub(crate) struct OnPage {
    id: &'static str,
    /// What stands around the query, as the database needs it.
    among: [&'static str; 2],
    ranges: Vec<Range>,
    after: Option<(i64, String)>,
    limit: i64,
}

impl OnPage {
    /// Rows whose column `id` is on the page.
    pub(crate) fn new(
        id: &'static str,
        among: [&'static str; 2],
        ranges: Vec<Range>,
        page: &PageRequest,
    ) -> Self {
        let after = page.after.as_ref();
        Self {
            id,
            among,
            ranges,
            after: after.map(|cursor| (cursor.at.as_micros(), cursor.id.clone())),
            limit: fetch(page),
        }
    }
}

/// How many rows an index has in some ranges, counted up to 1 000 of each.
#[derive(Debug)]
pub(crate) struct Size<'a>(pub(crate) &'a [Range]);

fn parts<'b, DB>(parts: &'b [Part], out: &mut AstPass<'_, 'b, DB>) -> QueryResult<()>
where
    DB: Backend,
    String: ToSql<Text, DB>,
    i64: ToSql<BigInt, DB>,
{
    for part in parts {
        match part {
            Part::Sql(text) => out.push_sql(text),
            Part::Text(text) => out.push_bind_param::<Text, _>(text)?,
            Part::Number(number) => out.push_bind_param::<BigInt, _>(number)?,
        }
    }
    Ok(())
}

impl<DB> QueryFragment<DB> for OnPage
where
    DB: Backend,
    String: ToSql<Text, DB>,
    i64: ToSql<BigInt, DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        let [before, after] = self.among;
        out.push_sql(self.id);
        out.push_sql(before);
        out.push_sql("select id from (");
        for (nth, range) in self.ranges.iter().enumerate() {
            if nth > 0 {
                out.push_sql(" union all ");
            }
            out.push_sql("select id, at from (select ");
            out.push_sql(range.id);
            out.push_sql(" as id, ");
            out.push_sql(range.at);
            out.push_sql(" as at from ");
            parts(&range.source, &mut out)?;
            out.push_sql(range.join);
            out.push_sql(" where 1 = 1");
            parts(&range.indexed, &mut out)?;
            parts(&range.checked, &mut out)?;
            if let Some((at, id)) = &self.after {
                out.push_sql(" and (");
                out.push_sql(range.at);
                out.push_sql(", ");
                out.push_sql(range.id);
                out.push_sql(") < (");
                out.push_bind_param::<BigInt, _>(at)?;
                out.push_sql(", ");
                out.push_bind_param::<Text, _>(id)?;
                out.push_sql(")");
            }
            range.order(&mut out);
            out.push_sql(if self.limit <= SHORT {
                " limit 26) as a_range"
            } else {
                " limit 101) as a_range"
            });
        }
        out.push_sql(") as merged order by at desc, id desc limit ");
        out.push_bind_param::<BigInt, _>(&self.limit)?;
        out.push_sql(after);
        Ok(())
    }
}

impl QueryId for OnPage {
    type QueryId = ();

    // Statements are identified by their text.
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl Expression for OnPage {
    type SqlType = Bool;
}

impl<GB> ValidGrouping<GB> for OnPage {
    type IsAggregate = is_aggregate::Never;
}

impl<QS> AppearsOnTable<QS> for OnPage {}

impl<QS> SelectableExpression<QS> for OnPage {}

impl<DB> QueryFragment<DB> for Size<'_>
where
    DB: Backend,
    String: ToSql<Text, DB>,
    i64: ToSql<BigInt, DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql("select 0");
        for range in self.0 {
            out.push_sql(" + (select count(*) from (select 1 as one from ");
            parts(&range.source, &mut out)?;
            out.push_sql(" where 1 = 1");
            parts(&range.indexed, &mut out)?;
            range.order(&mut out);
            out.push_sql(COUNTED);
        }
        Ok(())
    }
}

impl QueryId for Size<'_> {
    type QueryId = ();

    const HAS_STATIC_QUERY_ID: bool = false;
}

impl Query for Size<'_> {
    type SqlType = BigInt;
}

impl<Conn> RunQueryDsl<Conn> for Size<'_> {}
