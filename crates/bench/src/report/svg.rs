//! A picture of the ratios: a bar for each, as long as the part of its target that it reaches.

use std::fmt::Write;

use crate::report::ratio::Measure;
use crate::report::verdict::Verdict;
use crate::report::whole::Report;

const WIDTH: f64 = 900.0;
const LABELS: f64 = 420.0;
const ROW: f64 = 24.0;
const TOP: f64 = 46.0;

/// How many times its target a bar may show. A longer one is cut.
const MOST: f64 = 2.5;

/// A bar, relative to the target `must`.
struct Bar<'a> {
    label: &'a str,
    value: String,
    length: f64,
    ambitious: Option<f64>,
    verdict: Verdict,
}

/// Draws the ratios and figures that have a target.
pub(crate) fn draw(report: &Report) -> String {
    let bars = bars(report);
    let height = TOP + ROW * crate::stats::number(bars.len() as u64) + 30.0;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" \
         font-family=\"system-ui, sans-serif\" font-size=\"13\" role=\"img\">\n\
         <title>Ratios of Mintage and their targets</title>\n\
         <rect width=\"{WIDTH}\" height=\"{height}\" fill=\"#ffffff\"/>\n\
         <text x=\"12\" y=\"24\" font-size=\"15\" font-weight=\"600\">{}</text>\n",
        escape(&report.machine.title())
    );
    for (row, bar) in (0_u32..).zip(&bars) {
        draw_bar(&mut svg, TOP + ROW * f64::from(row), bar);
    }
    let (target, end) = (place(1.0), height - 26.0);
    // Writing to memory cannot fail.
    let _ = write!(
        svg,
        "<line x1=\"{target:.1}\" y1=\"{TOP}\" x2=\"{target:.1}\" y2=\"{end:.1}\" stroke=\"#333333\"/>\n\
         <text x=\"{target:.1}\" y=\"{:.1}\" text-anchor=\"middle\">must</text>\n</svg>\n",
        height - 10.0
    );
    svg
}

fn bars(report: &Report) -> Vec<Bar<'_>> {
    let ratios = report.ratios.iter().filter_map(|ratio| {
        let (must, median) = (ratio.target.must?, ratio.spread.median);
        let less_is_better = ratio.target.measure == Measure::P50;
        Some(Bar {
            label: &ratio.target.name,
            value: format!("{median:.2}"),
            length: part(median, must, less_is_better),
            ambitious: ratio
                .target
                .ambitious
                .map(|it| part(it, must, less_is_better)),
            verdict: ratio.verdict(),
        })
    });
    let figures = report.figures.iter().filter_map(|figure| {
        let must = figure.must?;
        Some(Bar {
            label: figure.name,
            value: format!("{:.1} {}", figure.value, figure.unit),
            length: part(figure.value, must, true),
            ambitious: figure.ambitious.map(|it| part(it, must, true)),
            verdict: figure.verdict(),
        })
    });
    ratios.chain(figures).collect()
}

/// The part of a target that a value reaches; 1 is the target itself.
fn part(value: f64, must: f64, less_is_better: bool) -> f64 {
    if less_is_better {
        must / value
    } else {
        value / must
    }
}

/// The horizontal place of a part of the target.
fn place(part: f64) -> f64 {
    let room = WIDTH - LABELS - 90.0;
    LABELS + room * part.clamp(0.0, MOST) / MOST
}

fn draw_bar(svg: &mut String, y: f64, bar: &Bar<'_>) {
    let color = match bar.verdict {
        Verdict::Ambitious => "#1b7f4d",
        Verdict::Must => "#4c9f70",
        Verdict::Missed | Verdict::NoTarget => "#c2603a",
    };
    let (end, middle) = (place(bar.length), y + 15.0);
    // Writing to memory cannot fail.
    let _ = writeln!(
        svg,
        "<text x=\"{:.1}\" y=\"{middle:.1}\" text-anchor=\"end\">{}</text>\
         <rect x=\"{LABELS}\" y=\"{:.1}\" width=\"{:.1}\" height=\"16\" fill=\"{color}\"/>\
         <text x=\"{:.1}\" y=\"{middle:.1}\">{}</text>",
        LABELS - 8.0,
        escape(bar.label),
        y + 2.0,
        end - LABELS,
        end + 6.0,
        escape(&bar.value)
    );
    if let Some(ambitious) = bar.ambitious {
        let x = place(ambitious);
        let _ = writeln!(
            svg,
            "<line x1=\"{x:.1}\" y1=\"{:.1}\" x2=\"{x:.1}\" y2=\"{:.1}\" stroke=\"#333333\" \
             stroke-dasharray=\"3 2\"/>",
            y + 1.0,
            y + 19.0
        );
    }
}

/// A text between two tags.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::figure::Figure;

    #[test]
    fn a_text_cannot_end_its_tag() {
        assert_eq!(escape("a < b & c > d"), "a &lt; b &amp; c &gt; d");
    }

    #[test]
    fn a_bar_ends_at_its_part_of_the_target_and_within_the_picture() {
        assert!((part(30.0, 60.0, true) - 2.0).abs() < 1e-9);
        assert!((part(30.0, 60.0, false) - 0.5).abs() < 1e-9);
        assert!(place(100.0) < WIDTH && (place(0.0) - LABELS).abs() < 1e-9);
    }

    #[test]
    fn a_figure_without_a_target_is_not_drawn() {
        let figure = |name, must| Figure {
            name,
            value: 1.0,
            unit: "ms",
            must,
            ambitious: None,
        };
        let report = Report {
            figures: vec![figure("a<b", Some(2.0)), figure("other", None)],
            ..Report::default()
        };
        let svg = draw(&report);
        assert!(svg.contains("a&lt;b") && !svg.contains("other"), "{svg}");
    }
}
