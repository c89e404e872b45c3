//! The report that the person at the terminal reads: the steps, and what was sent and received.

use std::cell::{Cell, RefCell};
use std::fmt::Display;
use std::io::{Write, stdout};
use std::time::Instant;

use anstream::{AutoStream, ColorChoice};

use crate::step_error::StepResult;

const BOLD: &str = "1";
const DIM: &str = "2";
const GREEN: &str = "32";
const RED: &str = "31";

/// The most characters of a line about a request or a response.
const MAX_WIDTH: usize = 140;

/// Writes lines, and flushes each. The stream removes colours where they are not wanted.
pub(crate) struct Report {
    out: RefCell<AutoStream<Box<dyn Write>>>,
    steps: Cell<u32>,
}

impl Report {
    /// A report on standard output, with colours on a terminal unless `NO_COLOR` is set.
    pub(crate) fn to_stdout() -> Self {
        Self::to(stdout(), AutoStream::choice(&stdout()))
    }

    fn to(out: impl Write + 'static, colours: ColorChoice) -> Self {
        Self {
            out: RefCell::new(AutoStream::new(Box::new(out), colours)),
            steps: Cell::new(0),
        }
    }

    /// Runs a step and writes its title, its result and its duration. The caller reports why a step failed.
    pub(crate) async fn step<T>(
        &self,
        title: &str,
        work: impl Future<Output = StepResult<T>>,
    ) -> StepResult<T> {
        let number = self.steps.get() + 1;
        self.steps.set(number);
        let heading = format!("{number:>2}  {title}");
        self.line(format_args!("\n{}", paint(BOLD, heading)));
        let start = Instant::now();
        let result = work.await;
        let took = start.elapsed().as_millis();
        let status = match &result {
            Ok(_) => paint(GREEN, "ok"),
            Err(_) => paint(RED, "failed"),
        };
        self.line(format_args!("    {status} {took} ms"));
        result
    }

    /// Writes what was sent.
    pub(crate) fn sent(&self, what: impl Display) {
        self.exchange('>', what);
    }

    /// Writes what was received.
    pub(crate) fn received(&self, what: impl Display) {
        self.exchange('<', what);
    }

    fn exchange(&self, arrow: char, what: impl Display) {
        let line = shortened(&format!("{arrow} {what}"));
        self.line(format_args!("    {}", paint(DIM, line)));
    }

    /// Writes what a step has found out.
    pub(crate) fn note(&self, what: impl Display) {
        self.line(format_args!("    {what}"));
    }

    /// Writes why the command fails.
    pub(crate) fn failed(&self, why: impl Display) {
        self.line(format_args!("\n{} {why}", paint(RED, "FAILED")));
    }

    /// Writes rows below a heading. Each column is as wide as its widest cell.
    pub(crate) fn table<const N: usize>(&self, heading: [&str; N], rows: &[[String; N]]) {
        let mut widths = heading.map(|cell| cell.chars().count());
        for row in rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(cell.chars().count());
            }
        }
        let lay_out = |cells: Vec<&str>| {
            let padded = cells.iter().zip(widths);
            let line: Vec<_> = padded
                .map(|(cell, width)| format!("{cell:<width$}"))
                .collect();
            line.join("  ").trim_end().to_owned()
        };
        self.line(format_args!("\n{}", paint(BOLD, lay_out(heading.to_vec()))));
        for row in rows {
            self.line(format_args!(
                "{}",
                lay_out(row.iter().map(String::as_str).collect())
            ));
        }
    }

    pub(crate) fn line(&self, line: impl Display) {
        // If nobody reads the report, the exit code still says whether the steps succeeded.
        let mut out = self.out.borrow_mut();
        let _ = writeln!(out, "{line}").and_then(|()| out.flush());
    }
}

fn paint(colour: &str, text: impl Display) -> String {
    format!("\x1b[{colour}m{text}\x1b[0m")
}

fn shortened(line: &str) -> String {
    let line = line.trim_end().replace('\n', " ");
    match line.char_indices().nth(MAX_WIDTH) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::io::{self, Write};
    use std::rc::Rc;

    use anstream::ColorChoice;

    use super::{MAX_WIDTH, Report, shortened};

    #[derive(Clone, Default)]
    struct Output(Rc<RefCell<Vec<u8>>>);

    impl Write for Output {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.borrow_mut().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn written(colours: ColorChoice, write: impl FnOnce(&Report)) -> String {
        let output = Output::default();
        write(&Report::to(output.clone(), colours));
        String::from_utf8(output.0.take()).expect("a report is text")
    }

    #[test]
    fn colours_appear_only_where_they_are_wanted() {
        let write = |report: &Report| report.failed("so it is");
        assert_eq!(written(ColorChoice::Never, write), "\nFAILED so it is\n");
        assert_eq!(
            written(ColorChoice::Always, write),
            "\n\x1b[31mFAILED\x1b[0m so it is\n"
        );
    }

    #[test]
    fn a_column_is_as_wide_as_its_widest_cell() {
        let rows = [["€5", "kept"], ["€199", ""]].map(|row| row.map(str::to_owned));
        let table = written(ColorChoice::Never, |report| {
            report.table(["price", "state"], &rows);
        });
        assert_eq!(table, "\nprice  state\n€5     kept\n€199\n");
    }

    #[test]
    fn a_long_line_is_cut_between_characters() {
        let cut = shortened(&"é".repeat(MAX_WIDTH + 1));
        assert_eq!(cut.chars().count(), MAX_WIDTH + 1);
        assert!(cut.ends_with('…'));
        assert_eq!(shortened("a\nb"), "a b");
    }
}
