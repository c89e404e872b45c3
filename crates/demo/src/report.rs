//! What the person who watches sees: steps, what was sent and got, and colours where they are wanted.

use std::cell::{Cell, RefCell};
use std::fmt::{Arguments, Display};
use std::io::{self, IsTerminal, Write};
use std::time::Instant;

use crate::failure::Outcome;

const BOLD: &str = "1";
const DIM: &str = "2";
const GREEN: &str = "32";
const RED: &str = "31";

/// Longer lines are cut.
const WIDTH: usize = 140;

/// Writes to one place, a line at a time.
pub(crate) struct Report {
    out: RefCell<Box<dyn Write>>,
    colours: bool,
    steps: Cell<u32>,
}

impl Report {
    /// To standard output, coloured only on a terminal and if `NO_COLOR` is unset or empty.
    #[expect(
        clippy::disallowed_methods,
        reason = "a habit of terminals, not a setting"
    )]
    pub(crate) fn to_stdout() -> Self {
        let plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        Self::to(io::stdout(), io::stdout().is_terminal() && !plain)
    }

    fn to(out: impl Write + 'static, colours: bool) -> Self {
        Self {
            out: RefCell::new(Box::new(out)),
            colours,
            steps: Cell::new(0),
        }
    }

    /// Does a step under its title, and tells how it went. A failure is told by who ends the walk.
    pub(crate) async fn step<T>(
        &self,
        title: &str,
        work: impl Future<Output = Outcome<T>>,
    ) -> Outcome<T> {
        let number = self.steps.get() + 1;
        self.steps.set(number);
        self.line(format_args!(
            "\n{}",
            self.paint(BOLD, format!("{number:>2}  {title}"))
        ));
        let begun = Instant::now();
        let outcome = work.await;
        let took = begun.elapsed().as_millis();
        match &outcome {
            Ok(_) => self.line(format_args!("    {} {took} ms", self.paint(GREEN, "ok"))),
            Err(_) => self.line(format_args!("    {} {took} ms", self.paint(RED, "failed"))),
        }
        outcome
    }

    /// What was sent.
    pub(crate) fn sent(&self, what: impl Display) {
        self.exchange('>', what);
    }

    /// What came of it.
    pub(crate) fn got(&self, what: impl Display) {
        self.exchange('<', what);
    }

    fn exchange(&self, arrow: char, what: impl Display) {
        let line = shortened(&format!("{arrow} {what}"));
        self.line(format_args!("    {}", self.paint(DIM, line)));
    }

    /// What a step found out.
    pub(crate) fn found(&self, what: impl Display) {
        self.line(format_args!("    {what}"));
    }

    /// Why it ends here.
    pub(crate) fn failed(&self, why: impl Display) {
        self.line(format_args!("\n{} {why}", self.paint(RED, "FAILED")));
    }

    /// Any line.
    pub(crate) fn say(&self, what: impl Display) {
        self.line(format_args!("{what}"));
    }

    /// Rows under a heading, each column as wide as its widest cell.
    pub(crate) fn table<const N: usize>(&self, heading: [&str; N], rows: &[[String; N]]) {
        let mut widths = heading.map(|cell| cell.chars().count());
        for row in rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(cell.chars().count());
            }
        }
        let lay = |cells: Vec<&str>| {
            let padded = cells.iter().zip(widths);
            let line: Vec<_> = padded
                .map(|(cell, width)| format!("{cell:<width$}"))
                .collect();
            line.join("  ").trim_end().to_owned()
        };
        self.line(format_args!(
            "\n{}",
            self.paint(BOLD, lay(heading.to_vec()))
        ));
        for row in rows {
            self.line(format_args!(
                "{}",
                lay(row.iter().map(String::as_str).collect())
            ));
        }
    }

    fn paint(&self, colour: &str, text: impl Display) -> String {
        if self.colours {
            format!("\x1b[{colour}m{text}\x1b[0m")
        } else {
            text.to_string()
        }
    }

    fn line(&self, line: Arguments<'_>) {
        // A reader that went away misses the words; whether the steps hold is told by the exit code.
        let mut out = self.out.borrow_mut();
        let _ = writeln!(out, "{line}").and_then(|()| out.flush());
    }
}

fn shortened(line: &str) -> String {
    let line = line.trim_end().replace('\n', " ");
    match line.char_indices().nth(WIDTH) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::io::{self, Write};
    use std::rc::Rc;

    use super::{Report, WIDTH, shortened};

    #[derive(Clone, Default)]
    struct Paper(Rc<RefCell<Vec<u8>>>);

    impl Write for Paper {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.borrow_mut().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn written(colours: bool, write: impl FnOnce(&Report)) -> String {
        let paper = Paper::default();
        write(&Report::to(paper.clone(), colours));
        String::from_utf8(paper.0.take()).expect("a report is text")
    }

    #[test]
    fn colours_appear_only_where_they_are_wanted() {
        let write = |report: &Report| report.failed("so it is");
        assert_eq!(written(false, write), "\nFAILED so it is\n");
        assert_eq!(written(true, write), "\n\x1b[31mFAILED\x1b[0m so it is\n");
    }

    #[test]
    fn a_column_is_as_wide_as_its_widest_cell() {
        let rows = [["€5", "kept"], ["€199", ""]].map(|row| row.map(str::to_owned));
        let table = written(false, |report| report.table(["price", "state"], &rows));
        assert_eq!(table, "\nprice  state\n€5     kept\n€199\n");
    }

    #[test]
    fn a_long_line_is_cut_between_characters() {
        let cut = shortened(&"é".repeat(WIDTH + 1));
        assert_eq!(cut.chars().count(), WIDTH + 1);
        assert!(cut.ends_with('…'));
        assert_eq!(shortened("a\nb"), "a b");
    }
}
