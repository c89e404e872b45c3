//! Tables in Markdown, which can be read on a terminal too.

use crate::report::whole::Report;
use crate::stats::Spread;

/// The tables of a report.
pub(crate) fn to_text(report: &Report) -> String {
    let mut parts = vec![format!("{}\n\n{}", report.machine.sentence(), report.setup)];
    if !report.notes.is_empty() {
        parts.push(report.notes.join(" "));
    }
    if !report.ratios.is_empty() {
        parts.push(ratios(report));
    }
    if !report.figures.is_empty() {
        parts.push(figures(report));
    }
    parts.push(cases(report));
    parts.join("\n\n")
}

fn ratios(report: &Report) -> String {
    let rows = report.ratios.iter().map(|ratio| {
        let Spread { median, min, max } = ratio.spread;
        vec![
            ratio.target.name.clone(),
            two_digits(median),
            format!("{} to {}", two_digits(min), two_digits(max)),
            targets(ratio.target.must, ratio.target.ambitious),
            ratio.verdict().as_str().to_owned(),
        ]
    });
    let head = ["ratio", "median", "min to max", "must / ambitious", "met"];
    markdown(&head, &rows.collect::<Vec<_>>())
}

fn figures(report: &Report) -> String {
    let rows = report.figures.iter().map(|figure| {
        vec![
            figure.name.to_owned(),
            format!("{:.1} {}", figure.value, figure.unit),
            targets(figure.must, figure.ambitious),
            figure.verdict().as_str().to_owned(),
        ]
    });
    let head = ["figure", "median", "must / ambitious", "met"];
    markdown(&head, &rows.collect::<Vec<_>>())
}

fn cases(report: &Report) -> String {
    let rows = report.results.iter().filter_map(|(name, repeats)| {
        let spread = |figure: fn(&crate::load::Measured) -> f64| {
            Spread::of(&repeats.iter().map(figure).collect::<Vec<_>>())
        };
        let rate = spread(|it| it.rate)?;
        let median = |figure| spread(figure).map(|it| it.median).unwrap_or_default();
        let statements = report.statements.iter().find(|(case, _)| case == name);
        Some(vec![
            name.to_owned(),
            format!("{:.0}", rate.median),
            format!("{:.0} to {:.0}", rate.min, rate.max),
            format!("{:.2}", median(|it| it.p50_ms)),
            format!("{:.2}", median(|it| it.p99_ms)),
            format!(
                "{:.0} / {:.0} / {:.0}",
                median(|it| it.server_us),
                median(|it| it.database_us),
                median(|it| it.load_us)
            ),
            statements.map_or_else(String::new, |(_, count)| format!("{count:.1}")),
        ])
    });
    let head = [
        "case",
        "per second",
        "min to max",
        "p50 ms",
        "p99 ms",
        "CPU us: server / PostgreSQL / load",
        "statements",
    ];
    markdown(&head, &rows.collect::<Vec<_>>())
}

fn targets(must: Option<f64>, ambitious: Option<f64>) -> String {
    match (must, ambitious) {
        (Some(must), Some(ambitious)) => format!("{} / {}", short(must), short(ambitious)),
        (Some(must), None) => short(must),
        _ => String::new(),
    }
}

/// A number with two digits behind the point, without zeros at its end.
fn short(value: f64) -> String {
    let text = two_digits(value);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn two_digits(value: f64) -> String {
    format!("{value:.2}")
}

/// A table whose columns have the same width in all rows.
fn markdown(head: &[&str], rows: &[Vec<String>]) -> String {
    let head: Vec<String> = head.iter().map(|it| (*it).to_owned()).collect();
    let width = |column: usize| {
        let cells = rows.iter().chain([&head]).filter_map(|row| row.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..head.len()).map(width).collect();
    let line = |row: &[String]| {
        let cells = row.iter().zip(&widths);
        let cells: Vec<String> = cells
            .map(|(cell, width)| format!("{cell}{}", " ".repeat(width - cell.chars().count())))
            .collect();
        format!("| {} |", cells.join(" | "))
    };
    let rule: Vec<String> = widths.iter().map(|width| "-".repeat(*width)).collect();
    let mut lines = vec![line(&head), line(&rule)];
    lines.extend(rows.iter().map(|row| line(row)));
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::Measured;
    use crate::report::figure::Figure;
    use crate::report::ratio::{Measure, Target};

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let rows = vec![
            vec!["é".to_owned(), "22".to_owned()],
            vec!["long".to_owned(), "1".to_owned()],
        ];
        let expected = "\
| a    | b  |
| ---- | -- |
| é    | 22 |
| long | 1  |";
        assert_eq!(markdown(&["a", "b"], &rows), expected);
    }

    #[test]
    fn a_target_is_written_as_short_as_it_can_be() {
        for (value, text) in [
            (1.0, "1"),
            (0.9, "0.9"),
            (100.0, "100"),
            (1.0 / 1.3, "0.77"),
        ] {
            assert_eq!(short(value), text);
        }
    }

    #[test]
    fn a_report_shows_ratios_figures_and_cases() {
        let mut report = Report::default();
        let measured = Measured {
            rate: 2_000.4,
            p50_ms: 1.234,
            server_us: 10.6,
            ..Measured::default()
        };
        report.results.add("a".to_owned(), measured);
        let target = Target {
            name: "a / a".to_owned(),
            above: "a".to_owned(),
            below: "a".to_owned(),
            measure: Measure::Rate,
            must: Some(1.0),
            ambitious: Some(2.5),
        };
        report.ratios.extend(target.evaluate(&report.results));
        report.figures.push(Figure {
            name: "start",
            value: 61.0,
            unit: "ms",
            must: Some(60.0),
            ambitious: None,
        });
        report.statements.push(("a".to_owned(), 3.25));
        let text = to_text(&report);
        for line in [
            "| a / a | 1.00   | 1.00 to 1.00 | 1 / 2.5          | must |",
            "| start  | 61.0 ms | 60               | missed |",
            "| a    | 2000       | 2000 to 2000 | 1.23   | 0.00   | 11 / 0 / 0                         | 3.2        |",
        ] {
            assert!(text.contains(line), "{line}\nis not in\n{text}");
        }
    }
}
