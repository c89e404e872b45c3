//! How commands print their results.

use std::io::{self, Write};

use serde::Serialize;

use super::table::Table;

/// The result of a command.
pub(super) type CommandResult = Result<(), Box<dyn std::error::Error>>;

/// How the items of one kind are printed: as JSON for programs, and as rows of a table for people.
pub(super) trait Format<const N: usize> {
    /// The kind of the items.
    type Item;

    /// The heading of the table.
    const HEADING: [&'static str; N];

    /// The item as the HTTP API answers it.
    fn view(&self, item: &Self::Item) -> impl Serialize;

    /// The item as a row of the table.
    fn row(&self, item: &Self::Item) -> [String; N];
}

/// Prints items of one kind, one page after another.
pub(super) struct Printer<F, const N: usize> {
    format: F,
    /// `None` to print one JSON object a line.
    table: Option<Table<N>>,
}

impl<F: Format<N>, const N: usize> Printer<F, N> {
    pub(super) fn new(format: F, json: bool) -> Self {
        let table = (!json).then(|| Table::new(F::HEADING));
        Self { format, table }
    }

    pub(super) fn print(&mut self, items: &[F::Item]) -> io::Result<()> {
        let Some(table) = &mut self.table else {
            let mut views = items.iter().map(|item| self.format.view(item));
            return views.try_for_each(|view| print_json(&view));
        };
        let rows: Vec<_> = items.iter().map(|item| self.format.row(item)).collect();
        table.lines(&rows).iter().try_for_each(print_line)
    }
}

/// Prints one item.
pub(super) fn print_item<F: Format<N>, const N: usize>(
    format: F,
    json: bool,
    item: F::Item,
) -> CommandResult {
    Ok(Printer::new(format, json).print(&[item])?)
}

/// Prints values below each other, each beside its name.
pub(super) fn print_values(values: &[(&str, &str)]) -> io::Result<()> {
    let rows: Vec<_> = values
        .iter()
        .map(|(name, value)| [(*name).to_owned(), (*value).to_owned()])
        .collect();
    let lines = Table::without_heading().lines(&rows);
    lines.iter().try_for_each(print_line)
}

/// Prints a line of JSON.
pub(super) fn print_json(value: &impl Serialize) -> io::Result<()> {
    print_line(serde_json::to_string(value)?)
}

/// Prints a line.
pub(super) fn print_line(line: impl std::fmt::Display) -> io::Result<()> {
    writeln!(io::stdout().lock(), "{line}")
}
