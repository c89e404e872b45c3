//! What a batch writes, table by table.

use std::collections::BTreeMap;

use mintage_domain::commit::row::{Guarded, Row};
use mintage_domain::commit::write::Write;

use crate::table::{Stored, Table, Value};

/// How the rows of one table are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// Delete all rows with these keys, however many there are.
    Delete,
    /// Insert rows, none of which may be there.
    InsertNew,
    /// Insert those rows that are not there.
    InsertMissing,
    /// Update rows that are there.
    Update,
    /// Insert rows, or write them over those that are there.
    Replace,
    /// Insert rows, or change those that are there as this text says, which follows `on conflict`.
    Merge(&'static str),
}

/// Rows of one table that are written in one form.
#[derive(Debug)]
pub(crate) struct TableWrite {
    /// Which table.
    pub(crate) table: &'static Table,
    /// How.
    pub(crate) form: Form,
    /// The values of each row, in the order in which every node locks the rows.
    pub(crate) rows: Vec<Vec<Value>>,
}

impl TableWrite {
    /// Whether this many rows, having been written, are as many as must be. If not, another node
    /// has written one of them since the guards were judged.
    pub(crate) fn is_complete(&self, written: usize) -> bool {
        match self.form {
            Form::Delete | Form::InsertMissing | Form::Merge(_) => true,
            Form::InsertNew | Form::Update | Form::Replace => written == self.rows.len(),
        }
    }
}

/// The writes of a batch, parents before children.
#[derive(Debug, Default)]
pub(crate) struct Writes {
    writes: Vec<TableWrite>,
}

impl Writes {
    /// Writes rows in one form.
    pub(crate) fn add<R: Stored>(&mut self, form: Form, rows: impl IntoIterator<Item = R>) {
        self.add_values(
            R::TABLE,
            form,
            rows.into_iter().map(Stored::values).collect(),
        );
    }

    /// Writes rows of some columns of a table.
    pub(crate) fn add_values(&mut self, table: &'static Table, form: Form, rows: Vec<Vec<Value>>) {
        if !rows.is_empty() {
            self.writes.push(TableWrite { table, form, rows });
        }
    }

    /// Writes the rows that a batch creates or changes: of several writes of one row the last
    /// stands, and the row is inserted if the first of them was to be.
    pub(crate) fn add_guarded<'a, R, T>(&mut self, writes: &'a [Write<T>])
    where
        T: Guarded,
        R: Stored + From<&'a T>,
    {
        let mut last: BTreeMap<Row, (bool, &'a T)> = BTreeMap::new();
        for write in writes {
            last.entry(write.value.row())
                .or_insert((write.is_new(), &write.value))
                .1 = &write.value;
        }
        let (new, changed): (Vec<_>, Vec<_>) = last.into_values().partition(|(is_new, _)| *is_new);
        let rows = |list: Vec<(bool, &'a T)>| list.into_iter().map(|(_, value)| R::from(value));
        self.add(Form::InsertNew, rows(new));
        self.add(Form::Update, rows(changed));
    }

    /// All writes, in their order.
    pub(crate) fn into_vec(self) -> Vec<TableWrite> {
        self.writes
    }
}
