//! Tables for people: a heading above rows whose cells are aligned.

/// A table with `N` columns. A list of any length is laid out page by page: a column is as wide as its
/// widest cell so far.
pub(super) struct Table<const N: usize> {
    widths: [usize; N],
    /// `None` if there is no heading, or no longer one to lay out.
    heading: Option<[String; N]>,
}

impl<const N: usize> Table<N> {
    pub(super) fn new(heading: [&str; N]) -> Self {
        Self {
            widths: [0; N],
            heading: Some(heading.map(str::to_uppercase)),
        }
    }

    pub(super) fn without_heading() -> Self {
        Self {
            widths: [0; N],
            heading: None,
        }
    }

    /// Lays out more rows, below the heading if they are the first.
    pub(super) fn lines(&mut self, rows: &[[String; N]]) -> Vec<String> {
        let heading = self.heading.take();
        let cells: Vec<_> = heading.iter().chain(rows).map(printable).collect();
        for row in &cells {
            for (width, cell) in self.widths.iter_mut().zip(row) {
                *width = (*width).max(cell.chars().count());
            }
        }
        cells.iter().map(|row| self.line(row)).collect()
    }

    fn line(&self, row: &[String; N]) -> String {
        let cells = row.iter().zip(self.widths);
        let cells: Vec<_> = cells
            .map(|(cell, width)| format!("{cell:<width$}"))
            .collect();
        cells.join("  ").trim_end().to_owned()
    }
}

/// The cells without control characters, since names of buyers and devices must not steer the
/// terminal.
fn printable<const N: usize>(row: &[String; N]) -> [String; N] {
    row.each_ref()
        .map(|cell| cell.replace(char::is_control, " "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows<const R: usize>(rows: [[&str; 2]; R]) -> Vec<[String; 2]> {
        rows.map(|row| row.map(str::to_owned)).to_vec()
    }

    #[test]
    fn columns_are_as_wide_as_their_widest_cell_and_the_heading_comes_once() {
        let mut table = Table::new(["id", "name"]);
        let first = table.lines(&rows([["zürich", "a"], ["b", ""]]));
        assert_eq!(first, ["ID      NAME", "zürich  a", "b"]);
        let second = table.lines(&rows([["c", "d"]]));
        assert_eq!(second, ["c       d"]);
    }

    #[test]
    fn an_empty_list_has_a_heading() {
        let mut table = Table::new(["id", "name"]);
        assert_eq!(table.lines(&[]), ["ID  NAME"]);
    }

    #[test]
    fn control_characters_do_not_reach_the_terminal() {
        let mut table = Table::new(["id", "name"]);
        let lines = table.lines(&rows([["a", "b\u{1b}[31m\nc"]]));
        assert_eq!(lines[1], "a   b [31m c");
    }
}
