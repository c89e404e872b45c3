//! A section of the page: a title above a table or a line.

use super::text::Span;

/// A titled part of a call or a schema.
#[derive(Default)]
pub(super) struct Section {
    /// The title; may be empty.
    pub(super) title: String,
    /// The kind of the value, if there are no rows.
    pub(super) kind: Vec<Span>,
    pub(super) rows: Vec<Row>,
}

/// A row of a table: a heading and a cell.
#[derive(Default)]
pub(super) struct Row {
    pub(super) head: Vec<Span>,
    pub(super) cell: Vec<Span>,
    /// Paragraphs that follow in the cell.
    pub(super) about: Vec<Vec<Span>>,
}

impl Section {
    /// A table; `None` if there are no rows.
    pub(super) fn table(title: &str, rows: Vec<Row>) -> Option<Self> {
        let title = title.to_owned();
        (!rows.is_empty()).then(|| Self {
            title,
            rows,
            ..Self::default()
        })
    }
}
